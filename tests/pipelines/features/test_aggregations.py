"""Each aggregation on a history that fits on a page; the same on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.features.feature import Entity, Feature, FeatureError, FeatureSet, Own
from pipelines.features.plan import features_at, features_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

HISTORY = [
    # card, amount, status, available at
    ("a", 900, "paid", "2026-01-01 09:00:00"),
    ("a", 100, "paid", "2026-01-02 11:00:00"),
    ("a", 300, "declined", "2026-01-02 11:59:59"),
    ("a", 200, "paid", "2026-01-02 11:59:59"),
    ("a", 700, "paid", "2026-01-02 12:00:00.5"),
    ("b", 800, "paid", "2026-01-02 11:00:00"),
    (None, 800, "paid", "2026-01-02 11:00:00"),
    ("a", 800, "paid", None),
]
CARD = Entity("card", ("card",))
NOON = "2026-01-02 12:00:00.9"

DAY = {
    # Over the day before noon: 100 at eleven, 300 (declined) and 200 a second before noon.
    "count": 3,
    "sum": 600,
    "mean": 200,
    "std": 100,
    "min": 100,
    "max": 300,
    "last": 300,
    "distinct": 2,
    "share": 1 / 3,
    "seconds_since_last": 1,
    "seconds_since_first": 3_600,
    "ratio": 2.5,
    "zscore": 3,
    "velocity": 30 * 3 / 4,
}
COLUMN = dict.fromkeys(("sum", "mean", "std", "min", "max", "last", "ratio", "zscore"), "amount") | {
    "distinct": "status", "share": "status = 'declined'",
}  # fmt: skip

FEATURES = FeatureSet(
    name="page",
    doc="Each aggregation once.",
    entities=(CARD,),
    features=tuple(
        Feature(f"{name}_1d", "card", name, "1d", COLUMN.get(name), baseline="30d" if name == "velocity" else None)
        for name in DAY
    ),
    own=(Own("hour", "hour(at)"), Own("is_large", "amount > 400")),
)  # fmt: skip


def facts(spark: SparkSession) -> DataFrame:
    frame = spark.createDataFrame(HISTORY, "card string, amount bigint, status string, moment string")
    return frame.selectExpr("card", "amount", "status", "cast(moment as timestamp) available_at")


def asked(spark: SparkSession, *probes: tuple[int, str | None, int | None, str]) -> list[dict[str, Any]]:
    frame = spark.createDataFrame(list(probes), "payment int, card string, amount bigint, moment string")
    found = features_of(
        frame.selectExpr("*", "cast(moment as timestamp) at"), facts(spark), FEATURES, buckets=2
    )
    return [row.asDict() for row in found.orderBy("payment").collect()]


def test_each_aggregation_sees_the_seconds_before_the_payment(any_spark: SparkSession) -> None:
    [found] = asked(any_spark, (1, "a", 500, NOON))
    assert {name: found[f"{name}_1d"] for name in DAY} == pytest.approx(DAY)
    assert (found["payment"], found["card"], found["hour"], found["is_large"]) == (1, "a", 12, 1)


def test_of_nothing_counts_are_zero_and_all_else_is_unknown(spark: SparkSession) -> None:
    strange, nobody = asked(spark, (1, "c", 500, NOON), (2, None, 500, NOON))
    assert {name for name in DAY if strange[f"{name}_1d"] == 0} == {"count", "sum", "distinct"}
    assert {strange[f"{name}_1d"] for name in DAY} == {0, None}
    assert {nobody[f"{name}_1d"] for name in DAY} == {None}


def test_of_one_fact_or_without_an_own_value_some_are_unknown(spark: SparkSession) -> None:
    once, nothing = asked(spark, (1, "b", 500, NOON), (2, "a", None, NOON))
    assert {name for name in DAY if once[f"{name}_1d"] is None} == {"std", "zscore"}
    assert {name for name in DAY if nothing[f"{name}_1d"] is None} == {"ratio", "zscore"}


def test_a_table_for_serving_has_each_entity_as_of_a_moment(spark: SparkSession) -> None:
    at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    found = features_at(facts(spark), FEATURES, at, "card").orderBy("card").collect()
    assert [row.card for row in found] == ["a", "b"]
    assert [row.count_1d for row in found] == [3, 1]
    assert (found[0].ratio_mean_1d, found[0].zscore_mean_1d, found[0].zscore_std_1d) == (200, 200, 100)
    assert not {"hour", "ratio_1d", "zscore_1d"} & set(found[0].asDict())


def test_an_amount_that_is_a_text_is_refused(spark: SparkSession) -> None:
    texts = facts(spark).selectExpr("card", "status", "available_at", "cast(amount as string) amount")
    with pytest.raises(FeatureError, match="feature sum_1d: sum needs numbers, and amount is a string"):
        features_at(texts, FEATURES, datetime(2026, 1, 2, tzinfo=UTC), "card")


def test_an_entity_that_is_not_declared_is_refused(spark: SparkSession) -> None:
    with pytest.raises(FeatureError, match="no entity 'cart'; there are card"):
        features_at(facts(spark), FEATURES, datetime(2026, 1, 2, tzinfo=UTC), "cart")
