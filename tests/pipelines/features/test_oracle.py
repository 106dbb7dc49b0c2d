"""The features of a payment are what looking at every single fact gives."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines.features.plan import features_of, features_of_events
from tests.pipelines.features.histories import (
    EVERYTHING,
    SCHEMA,
    START,
    Answer,
    Row,
    assert_same,
    by_hand,
    by_kernel,
    rows,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FACT: Row = {
    "card": "a", "shop": "x", "amount": 5, "weight": 0.5, "status": "paid", "is_night": False,
    "at": None, "available_at": START,
}  # fmt: skip
PROBE: Row = FACT | {"at": START + timedelta(seconds=60), "available_at": None}
NAMES = [column.split()[0] for column in SCHEMA.split(", ")]


@settings(max_examples=50, deadline=None)
@given(facts=rows(facts=True), probes=rows(facts=False, at_most=6))
def test_the_kernel_sees_what_looking_at_every_fact_gives(facts: list[Row], probes: list[Row]) -> None:
    assert_same(by_kernel(EVERYTHING, facts, probes), by_hand(EVERYTHING, facts, probes))


def _frame(spark: SparkSession, events: list[Row]) -> DataFrame:
    numbered = [(number, *(event[name] for name in NAMES)) for number, event in enumerate(events)]
    return spark.createDataFrame(numbered, f"number int, {SCHEMA}")


def _answers(found: DataFrame) -> list[list[Answer]]:
    collected: list[Any] = sorted(found.collect(), key=lambda row: row.number)
    return [[row[name] for name in EVERYTHING.names] for row in collected]


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=rows(facts=True, at_least=60, at_most=60), probes=rows(facts=False, at_least=30, at_most=30))
def test_so_does_the_plan(any_spark: SparkSession, facts: list[Row], probes: list[Row]) -> None:
    asked, known = (
        _frame(any_spark, probes).drop("available_at"),
        _frame(any_spark, facts).drop("number", "at"),
    )
    assert_same(_answers(features_of(asked, known, EVERYTHING, 2)), by_hand(EVERYTHING, facts, probes))


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=rows(facts=True, at_least=60, at_most=60), probes=rows(facts=False, at_least=30, at_most=30))
def test_so_does_the_plan_for_rows_that_are_both(
    spark: SparkSession, facts: list[Row], probes: list[Row]
) -> None:
    both = [fact | {"at": probe["at"]} for fact, probe in zip(facts, probes, strict=False)]
    events = [*both, *facts[len(both) :]]
    known = [fact for fact in events if fact["available_at"]]
    assert_same(
        _answers(features_of_events(_frame(spark, events), EVERYTHING, 2)), by_hand(EVERYTHING, known, both)
    )


@pytest.mark.parametrize(("facts", "probes"), [(0, 0), (0, 2), (2, 0)])
def test_no_facts_and_no_probes_are_no_trouble(spark: SparkSession, facts: int, probes: int) -> None:
    known, asked = [FACT] * facts, [PROBE] * probes
    found = features_of(_frame(spark, asked), _frame(spark, known).drop("number"), EVERYTHING, 2)
    assert_same(_answers(found.drop("available_at")), by_hand(EVERYTHING, known, asked))


def test_neither_are_they_on_the_other_engine(jvm_spark: SparkSession) -> None:
    found = features_of(_frame(jvm_spark, []), _frame(jvm_spark, []).drop("number"), EVERYTHING, 2)
    assert found.columns == ["number", *NAMES, *EVERYTHING.names]
    assert found.collect() == []
