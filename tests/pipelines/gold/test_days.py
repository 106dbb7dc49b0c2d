"""Days of frames: the same rows whether the days are a few stretches or thousands, in plans of one size."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.frames.days import around, on_dates

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FIRST = date(2016, 1, 1)


def every(step: int, count: int) -> list[str]:
    return [(FIRST + timedelta(step * n)).isoformat() for n in range(count)]


def calendar(spark: SparkSession, days: int) -> DataFrame:
    return spark.sql(
        f"select id, date_add(date '{FIRST}', cast(id as int)) as day, 'x' as more from range({days})"
    )


@pytest.mark.parametrize("count", [0, 3, 17, 3_000])
def test_days_are_selected_whether_few_or_thousands(any_spark: SparkSession, count: int) -> None:
    found = on_dates(calendar(any_spark, 9_000), "day", every(3, count))
    assert found.columns == ["id", "day", "more"]
    assert sorted(row["id"] for row in found.collect()) == [3 * n for n in range(count)]


@pytest.mark.parametrize("count", [3, 1_000])
def test_surroundings_of_days_are_selected(any_spark: SparkSession, count: int) -> None:
    found = around(calendar(any_spark, 7_000), "day", every(7, count), before=1, after=2)
    assert sorted(row["id"] for row in found.collect()) == [
        n for n in range(7 * count) if n % 7 in (0, 1, 2, 6) and n <= 7 * (count - 1) + 2
    ]


def test_selected_twice_and_put_together(any_spark: SparkSession) -> None:
    rows, dates = calendar(any_spark, 9_000), every(3, 100)
    both = on_dates(rows, "day", dates).unionByName(on_dates(rows, "day", dates))
    assert both.join(on_dates(rows, "day", dates).select("id"), "id").groupBy("more").count().collect() == [
        ("x", 200)
    ]
