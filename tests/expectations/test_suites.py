"""Every table has a suite; every check passes on a good row and fails on a bad one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from expectations import suites, validate
from expectations.run import audit, relevant
from pipelines.flow.verdict import Batch
from tests.expectations.good_rows import broken_row, frame, good_row

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = sorted(suites())


@pytest.mark.parametrize("name", TABLES)
def test_names_of_checks_last_and_can_be_shown_in_dagster(name: str) -> None:
    checks = suites()[name].checks
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", check.name) for check in checks)
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.description.endswith((".", "…")) for check in checks)


@pytest.mark.parametrize("name", TABLES)
def test_the_contract_is_among_the_checks_and_critical(name: str) -> None:
    found = {check.name: check.severity for check in suites()[name].checks}
    table = suites()[name].table
    for expected in ("schema_as_declared", "key_unique", *(f"{column}_present" for column in table.key)):
        assert found[expected] == "critical"


@pytest.mark.parametrize("name", TABLES)
def test_good_rows_pass(spark: SparkSession, name: str) -> None:
    table = suites()[name].table
    verdict = validate(Batch(table, frame(spark, table, [good_row(table, n) for n in range(3)])))
    assert [(r.name, r.observed) for r in verdict.results if not r.success] == []
    assert {r.element_count for r in verdict.results if r.unexpected_count is not None} == {3}


@pytest.mark.parametrize("name", TABLES)
def test_every_check_of_rows_fails_on_a_row_that_breaks_it(spark: SparkSession, name: str) -> None:
    suite = suites()[name]
    checks = suite.on("rows")
    broken = [broken_row(suite, check, number) for number, check in enumerate(checks, start=1)]
    verdict = audit(suite, Batch(suite.table, frame(spark, suite.table, [good_row(suite.table), *broken])))
    results = {result.name: result for result in verdict.results}
    assert [check.name for check in checks if results[check.name].success] == []
    for check, row in zip(checks, broken, strict=True):
        result = results[check.name]
        assert result.element_count == len(checks) + 1
        key = ", ".join(f"{column}={row[column]}" for column in suite.table.key)
        assert key in result.sample or (result.unexpected_count or 0) > len(result.sample)


@pytest.mark.parametrize("name", TABLES)
def test_every_check_of_figures_fails_outside_its_band(spark: SparkSession, name: str) -> None:
    suite = suites()[name]
    checks = suite.on("facts")
    outside = {check.columns[0]: check.arguments["max_value"] + 1.0 for check in checks}
    enough = {check.among[0]: check.among[1] for check in checks if check.among}
    verdict = validate(
        Batch(suite.table, frame(spark, suite.table, [good_row(suite.table)]), outside | enough)
    )
    results = {result.name: result for result in verdict.results}
    assert [check.name for check in checks if results[check.name].success] == []


def test_all_columns_that_suites_speak_of_are_declared(any_spark: SparkSession) -> None:
    for suite in suites().values():
        empty = any_spark.createDataFrame([], suite.table.spark_schema())
        assert relevant(empty, suite.on("rows"), suite.table.key).columns
