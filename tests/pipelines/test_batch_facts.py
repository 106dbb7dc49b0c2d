"""Figures about a staged batch: what points nowhere, how usual it is, how old."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.flow.figures import (
    age_days,
    facts,
    orphan_share,
    orphans,
    ratio_to_usual,
    reference_count,
    references,
)
from tests.expectations.good_rows import frame, good_row

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CHARGES, REFUNDS = all_tables()["silver.charges"], all_tables()["silver.refunds"]
BRONZE, DAILY = all_tables()["bronze.records"], all_tables()["gold.payments_daily"]


def test_orphans_are_counted_by_different_id(any_spark: SparkSession) -> None:
    rows = any_spark.createDataFrame(
        [("a", "a", None), ("a", "b", None), ("c", "b", None), (None, "d", None)],
        "one string, two string, three string",
    )
    known = any_spark.createDataFrame([("a",), ("b",), ("a",)], "id string")
    found = orphans(rows, ["one", "two", "three"], known)
    assert found == {
        orphan_share("one"): 1 / 2, reference_count("one"): 2,
        orphan_share("two"): 1 / 3, reference_count("two"): 3,
        orphan_share("three"): None, reference_count("three"): 0,
    }  # fmt: skip


def test_what_rows_were_made_from_is_not_looked_for() -> None:
    assert {column.name for column, _, _ in references(REFUNDS)} >= {"charge_id", "payment_intent_id"}
    assert not any(where.startswith("bronze.") for _, where, _ in references(REFUNDS))


@pytest.mark.parametrize(
    ("count", "before", "ratio"),
    [
        (10, [], None),
        (10, [10] * 4, None),
        (10, [1, 100, 5, 5, 5], 2.0),
        (0, [10] * 5, 0.0),
        (10, [0] * 5, None),
    ],
    ids=["first", "too few", "median", "nothing came", "never anything"],
)
def test_a_batch_is_compared_with_the_median_of_those_before(
    count: int, before: list[int], ratio: float | None
) -> None:
    assert ratio_to_usual(count, before) == ratio


@pytest.mark.parametrize(
    ("newest", "days"),
    [
        (None, None),
        (NOW - timedelta(hours=36), 1.5),
        (datetime(2026, 3, 3, 12), 1.0),
        (date(2026, 3, 3), 0.5),
        (NOW + timedelta(1), 0.0),
    ],
    ids=["none", "aware", "naive is UTC", "a day counts to its end", "not negative"],
)  # fmt: skip
def test_age_in_days(newest: Any, days: float | None) -> None:
    assert age_days(newest, NOW) == days


def test_a_table_that_is_not_there_yet_has_no_orphans(lake: Lakehouse, spark: SparkSession) -> None:
    rows = frame(spark, REFUNDS, [good_row(REFUNDS, n) for n in range(3)])
    found = facts(lake, REFUNDS, rows, quarantined=1, total=4, now=NOW)
    assert found["quarantined_share"] == 0.25
    assert found["record_count"] == 4
    assert found[orphan_share("charge_id")] is None
    assert found["row_count_ratio"] is None


def test_orphans_are_judged_among_what_the_other_table_has_taken_in(
    lake: Lakehouse, spark: SparkSession
) -> None:
    known = [good_row(CHARGES, number) | {"ingest_id": 1} for number in range(2)]
    publish(lake, spark, known, {"watermark": 1})
    pointing = [
        {"charge_id": "x_0", "ingest_id": 1},
        {"charge_id": "lost", "ingest_id": 1},
        {"charge_id": "later", "ingest_id": 2},
    ]
    rows = frame(spark, REFUNDS, [good_row(REFUNDS, n) | change for n, change in enumerate(pointing)])
    found = facts(lake, REFUNDS, rows, quarantined=0, total=3, now=NOW)
    assert (found[orphan_share("charge_id")], found[reference_count("charge_id")]) == (0.5, 2)
    assert found["newest_age_days"] == 3.0


@pytest.mark.parametrize("table", [REFUNDS, BRONZE], ids=lambda table: table.name)
def test_what_the_files_of_a_batch_say_is_what_its_rows_say(
    lake: Lakehouse, spark: SparkSession, table: Table
) -> None:
    given = [good_row(table, n) | {"known_at": NOW - timedelta(days=n + 1)} for n in range(3)]
    staged = lake.staging.write(table.name, "1", frame(spark, table, given))
    rows = lake.staging.accepted(staged)
    wanted = [name for name in ("created_date", "known_at") if name in table.column_names]
    assert lake.staging.bounds(staged, wanted).keys() == set(wanted)
    by_rows = facts(lake, table, rows, 0, 3, NOW)
    by_files = facts(lake, table, Unasked(rows), 0, 3, NOW, partial(lake.staging.bounds, staged))
    assert by_files == by_rows
    assert by_rows["newest_age_days"] == 1.0


@pytest.mark.parametrize("day", [2, 5], ids=["there is a newer one", "the batch has the newest"])
def test_the_newest_day_of_a_daily_table_is_told_by_the_log(
    lake: Lakehouse, spark: SparkSession, day: int
) -> None:
    publish(lake, spark, [of_day(1), of_day(3)], {}, DAILY)
    publish(lake, spark, [of_day(2)], {}, DAILY)
    staged = lake.staging.write(DAILY.name, "next", frame(spark, DAILY, [of_day(day)]))
    rows = lake.staging.accepted(staged)
    bounds = partial(lake.staging.bounds, staged)
    assert facts(lake, DAILY, rows, 0, 1, NOW)["newest_age_days"] == max(0.0, 3.5 - max(day, 3))
    assert facts(lake, DAILY, Unasked(rows), 0, 1, NOW, bounds)["newest_age_days"] == max(
        0.0, 3.5 - max(day, 3)
    )


def of_day(day: int) -> dict[str, Any]:
    return good_row(DAILY, day) | {"date": date(2026, 3, day)}


class Unasked:
    """Rows of which nobody may ask for a figure of a column, or for a column."""

    def __init__(self, rows: DataFrame) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        assert name not in ("agg", "select")
        return getattr(self._rows, name)


def test_of_a_column_without_a_value_the_files_say_so(lake: Lakehouse, spark: SparkSession) -> None:
    rows = [good_row(REFUNDS, n) | {"occurred_at": None} for n in range(2)]
    staged = lake.staging.write(REFUNDS.name, "1", frame(spark, REFUNDS, rows))
    assert lake.staging.bounds(staged, ["occurred_at"]) == {"occurred_at": (None, None)}


def test_of_a_batch_with_refused_rows_the_files_say_nothing(lake: Lakehouse, spark: SparkSession) -> None:
    rows = frame(spark, REFUNDS, [good_row(REFUNDS, n) for n in range(2)])
    judged = rows.selectExpr("*", "if(refund_id = 'x_0', 'wrong', null) as fault")
    staged = lake.staging.write(REFUNDS.name, "1", judged, accept="fault")
    assert staged.refused == 1
    assert lake.staging.bounds(staged, ["known_at"]) == {}


def test_batches_before_are_known_by_their_notes(lake: Lakehouse, spark: SparkSession) -> None:
    for batch in range(5):
        publish(lake, spark, [good_row(CHARGES, batch)], {"rows": 10 * (batch + 1)})
    rows = frame(spark, CHARGES, [good_row(CHARGES, 9)])
    assert facts(lake, CHARGES, rows, quarantined=0, total=60, now=NOW)["row_count_ratio"] == 2.0


def publish(
    lake: Lakehouse,
    spark: SparkSession,
    rows: list[dict[str, Any]],
    note: dict[str, Any],
    table: Table = CHARGES,
) -> None:
    lake.create(table.name)
    lake.publish(table.name, lake.staging.write(table.name, "1", frame(spark, table, rows)), Append(), note)
