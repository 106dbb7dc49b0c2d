"""The audit counts every record once, and fails when a record was dropped, doubled or taken back in any layer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import functions as F  # noqa: N812

from pipelines.catalog import all_tables
from pipelines.delta.commits import Replace
from pipelines.flow.conservation import Audit, Counts, audit
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Summary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from tests.small_lakehouse import Made

pytestmark = pytest.mark.engine


@pytest.fixture
def prepared(few_days: Made, tmp_path: Path, spark: SparkSession) -> tuple[Lakehouse, Summary]:
    """A lakehouse of the test's own, copied from one that was made once."""
    shutil.copytree(few_days.home, tmp_path / "home")
    return Lakehouse(load_settings({"home": tmp_path / "home"}), all_tables(), spark), few_days.archive


def test_what_was_put_in_is_what_is_accounted_for(prepared: tuple[Lakehouse, Summary]) -> None:
    lake, summary = prepared
    found = audit(lake)
    assert found.balanced
    assert found.total.records == summary.records
    assert found.total.missing == 0
    assert found.silver_rows == found.total.rows
    assert sum(file.records for file in found.files) == summary.records
    duplicates = summary.dirt["duplicate_same_file"] + summary.dirt["duplicate_other_file"]
    assert found.total.duplicate >= duplicates


def test_an_empty_lakehouse_balances(tmp_path: Path, spark: SparkSession) -> None:
    found = audit(Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark))
    assert found == Audit(Counts(), (), 0)
    assert found.balanced


def test_json_has_the_parts_that_add_up(prepared: tuple[Lakehouse, Summary]) -> None:
    found = audit(prepared[0]).as_json()
    parts = ("current", "superseded", "duplicate", "quarantined", "unmodelled")
    assert found["records"] == sum(found[part] for part in parts)
    assert found["balanced"] is True


@contextmanager
def tampered(lake: Lakehouse, name: str, rows: DataFrame) -> Iterator[None]:
    """Replace a table's rows behind the pipeline's back, for a while."""
    version = lake.history(name, 1)[0].version
    lake.publish(name, lake.staging.write(name, "tampered", rows), Replace(), lake.note(name))
    yield
    lake.restore(name, version)


def first_record(rows: DataFrame) -> str:
    found = rows.orderBy("record_id").first()
    assert found is not None
    return str(found["record_id"])


@pytest.mark.parametrize(
    "name", ["silver.charges", "silver.balance_transactions", "bronze.records", "silver.quarantine"]
)
def test_a_row_that_is_dropped_is_noticed(prepared: tuple[Lakehouse, Summary], name: str) -> None:
    lake, _ = prepared
    rows = lake.table(name)
    with tampered(lake, name, rows.filter(rows.record_id != first_record(rows))):
        assert not audit(lake).balanced
    assert audit(lake).balanced


@pytest.mark.parametrize("name", ["silver.charges", "silver.customers", "bronze.records"])
def test_a_row_that_is_doubled_is_noticed(prepared: tuple[Lakehouse, Summary], name: str) -> None:
    lake, _ = prepared
    rows = lake.table(name)
    with tampered(lake, name, rows.unionByName(rows.filter(rows.record_id == first_record(rows)))):
        assert not audit(lake).balanced


def test_a_row_that_was_taken_back_to_an_older_version_is_noticed(
    prepared: tuple[Lakehouse, Summary],
) -> None:
    lake, _ = prepared
    rows = lake.table("silver.charges")
    victim = F.col("record_id") == first_record(rows)
    older = {"version": "0", "version_id": "evt_x", "record_id": "x"}
    changed = [
        F.when(victim, F.lit(older[c])).otherwise(F.col(c)).alias(c) if c in older else F.col(c)
        for c in rows.columns
    ]
    with tampered(lake, "silver.charges", rows.select(*changed)):
        assert not audit(lake).balanced
