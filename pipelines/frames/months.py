"""Calendar months, UTC, each named by its first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import on_dates

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_EPOCH = date(1970, 1, 1)
_DAY = 86_400


def month_at(second: int) -> date:
    """The month of a moment in seconds since 1970."""
    return date.fromordinal(_EPOCH.toordinal() + second // _DAY).replace(day=1)


def later(month: date, months: int) -> date:
    """The month that is so many after another, or before it."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """The months from one to another, both among them; none where the last is before the first."""
    count = (last.year - first.year) * 12 + last.month - first.month
    return [later(first, number) for number in range(count + 1)]


def month_of(moment: str | Column) -> Column:
    """The month of a moment, or of a day."""
    return F.trunc(F.to_date(moment), "month")


def begins(month: str, months: int = 0) -> Column:
    """When a month begins, or one that is so many later, in seconds since 1970."""
    return F.datediff(F.add_months(month, months), F.lit(_EPOCH)).cast("bigint") * _DAY


def in_months(rows: DataFrame, first: Column, last: Column, months: Sequence[str]) -> DataFrame:
    """Rows once for each of some months (ISO dates, column ``date``) from a first to a last one of their own."""
    if not months:
        return rows.withColumn("date", F.lit(None).cast("date")).filter("date is null and date is not null")
    bounds = [F.lit(date.fromisoformat(month)) for month in (min(months), max(months))]
    within = rows.withColumns({"_first": F.greatest(first, bounds[0]), "_last": F.least(last, bounds[1])})
    each = within.filter("_first <= _last").withColumn(
        "date", F.explode(F.expr("sequence(_first, _last, interval 1 month)"))
    )
    return on_dates(each.drop("_first", "_last"), "date", months)
