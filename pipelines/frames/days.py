"""Days as gold tables select them, so that the files of other days are not read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.among import among
from pipelines.frames.spans import joined, ordinals, stretches, within_spans

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


Dates = Sequence[str] | None
"""Days that are made anew, as ISO dates; None for all that there are."""


def on_dates(rows: DataFrame, column: str, dates: Dates) -> DataFrame:
    """The rows of some days; of all, those that have a day."""
    return around(rows, column, dates, before=0, after=0)


def around(rows: DataFrame, column: str, dates: Dates, *, before: int, after: int) -> DataFrame:
    """The rows from some days before any of the days to some days after it."""
    if dates is None:
        return rows.filter(F.col(column).isNotNull())
    exact = stretches(ordinals(dates), before, after)
    spans = joined(exact)
    near = rows.filter(within_spans(column, spans))
    if spans == exact:
        return near
    days = [date.fromordinal(day) for day in chain.from_iterable(exact)]
    return among(near, column, days, pa.date32())


def flagged(rows: DataFrame, column: str, dates: Dates, name: str) -> DataFrame:
    """The rows with a column that says whether a day of theirs is one of some."""
    if dates is None:
        return rows.withColumn(name, F.col(column).isNotNull())
    exact = stretches(ordinals(dates))
    if joined(exact) == exact:
        return rows.withColumn(name, F.coalesce(F.expr(within_spans(column, exact)), F.lit(False)))
    days = pa.table({name: pa.array(map(date.fromisoformat, sorted(set(dates))), pa.date32())})
    found = rows.join(rows.sparkSession.createDataFrame(days), F.col(column) == F.col(name), "left")
    return found.withColumn(name, F.col(name).isNotNull())


def reached(days: DataFrame, scored: DataFrame, longest: int) -> DataFrame:
    """Days (column ``date``) whose trailing windows hold one of some days, as far as there are rows.

    Args:
        days: whose rows have changed, in the column ``date``.
        scored: all rows that windows are made from; the last window ends with the newest of them.
        longest: days that the longest window has.
    """
    [first, last] = scored.agg(F.min("date"), F.max("date")).collect()[0]
    # Read now: Sail (0.7.2) cannot bound the days of more than two tables put together.
    found = {row[0] for row in days.distinct().collect()} if last else set()
    windows = (day + timedelta(n) for day in found if first <= day <= last for n in range(longest))
    within = sorted({day for day in windows if day <= last})
    return scored.sparkSession.createDataFrame([(day,) for day in within], "date date")


def days_of(rows: DataFrame, column: str) -> list[str]:
    """The days (ISO dates) that rows fall on: read now, so that other frames can be pruned by them."""
    found = rows.select(F.col(column).cast("string")).distinct().collect()
    return sorted(row[0] for row in found if row[0] is not None)


def within_days(first: str, last: str, *, at_most: int) -> Column:
    """Whether the second date is at most so many days later than the first, and not more than one earlier."""
    return F.datediff(F.col(last), F.col(first)).between(-1, at_most)
