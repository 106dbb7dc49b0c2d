"""Why a metric changed between two periods: what is asked of the tables, and what follows from the answers.

The same refusals count as for the metric itself, for each of the periods: money is split within a currency, and
immature cohorts are compared only where somebody says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlglot import exp

from pipelines.errors import MetricError
from pipelines.metrics.shared.compiler import compiled
from pipelines.metrics.shared.conditions import unknown_dimension
from pipelines.metrics.shared.decomposition import Pair, Part, Sides, split, total
from pipelines.metrics.shared.metric import CURRENCY, Metric, day_of, grains_of
from pipelines.metrics.shared.noise import Noise, judged
from pipelines.metrics.shared.period import GRAINS, Period, start_of
from pipelines.metrics.shared.query import Data, Immature, Query
from pipelines.metrics.shared.writing import Question, sides
from pipelines.table import Table

Rows = Callable[[str], Iterable[Mapping[str, Any]]]
"""Gives the rows of a query."""

WEEK = 7
"""Days from which on what weekdays differ by is told from noise."""

_VALUE = "value"
_SUMS = ("before_up", "before_down", "after_up", "after_down")


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        metric: name of what has changed.
        time: the later period, as :mod:`pipelines.metrics.shared.period` reads it.
        against: the earlier one; None for the one before, as long.
        by: dimensions to split over; () for all that it has.
        where: which rows count; None for all.
        immature: what to do about cohorts that still grow.
    """

    metric: str
    time: str
    against: str | None = None
    by: tuple[str, ...] = ()
    where: str | None = None
    immature: Immature = "refuse"


@dataclass(frozen=True)
class Comparison:
    """A question that can be answered.

    Attributes:
        question: about the later period.
        before, after: the periods.
        dimensions: what the change is split over.
        by_currency: there is a change for each currency.
        notes: what a reader has to know of the periods.
    """

    question: Question
    before: Period
    after: Period
    dimensions: tuple[str, ...]
    by_currency: bool
    notes: tuple[str, ...] = ()

    @property
    def metric(self) -> Metric:
        """What has changed."""
        return self.question.metrics[0]

    @property
    def table(self) -> Table:
        """What it is made from."""
        return self.question.tables[self.metric.table]

    @property
    def is_rate(self) -> bool:
        """Whether it is a sum over a sum."""
        return bool(self.metric.denominator)

    @property
    def counts(self) -> bool:
        """Whether things are counted in it, and nothing else."""
        return all(name.endswith("_count") for name in self.metric.columns)

    @property
    def pairs(self) -> bool:
        """Whether both periods have as many days, at least a week of them, and begin on the same weekday."""
        one, other = self.before.first, self.after.first
        assert one is not None
        assert other is not None
        same = _length(self.before) == _length(self.after) and one.weekday() == other.weekday()
        return same and _length(self.after) >= WEEK and grains_of(self.table)[0] == GRAINS[0]


@dataclass(frozen=True)
class Split:
    """A change split over a dimension, the values that explain most first."""

    dimension: str
    parts: tuple[Part, ...]

    @property
    def stands_out(self) -> Fraction:
        """How far the value that stands out most is from having moved as all have."""
        return max((abs(part.excess) for part in self.parts), default=Fraction(0))


@dataclass(frozen=True)
class Change:
    """What has changed, by how much, and by what.

    Attributes:
        currency: that it is about; None where it is about no money.
        before, after: sides of all rows.
        noise: whether it is more than noise.
        splits: over each dimension, those with a value that stands out most first.
    """

    currency: str | None
    before: Sides
    after: Sides
    noise: Noise
    splits: tuple[Split, ...]

    @property
    def change(self) -> Fraction | None:
        """How much more it is now; None where there is no figure of one of the periods."""
        one, other = self.before.figure, self.after.figure
        return None if one is None or other is None else other - one


def compared(asked: Asked, tables: Mapping[str, Table], data: Data) -> Comparison:
    """The comparison that is asked for.

    Args:
        asked: the question.
        tables: the declared tables by name.
        data: what is known of them.

    Raises:
        MetricError: the answer would be wrong, or there is none.
    """
    after = _question(asked, asked.time, tables, data)
    newest, first = after.newest, after.period.first
    if newest is None or first is None or first > newest:
        raise MetricError(
            f"there is nothing to compare in {after.period}: the newest day is {newest}", "time"
        )
    ended = replace(after.period, last=min(after.period.last or newest, newest))
    before = _question(asked, asked.against or str(_before(after.period, ended)), tables, data).period
    _check_apart(before, ended)
    found = Comparison(after, before, ended, _dimensions(after, asked.by), CURRENCY in after.query.by)
    return replace(found, notes=tuple(_notes(found, data)))


def _question(asked: Asked, time: str, tables: Mapping[str, Table], data: Data) -> Question:
    """The metric in one period, by currency where it cannot be asked otherwise."""
    query = Query((asked.metric,), (), asked.where, time, immature=asked.immature)
    try:
        return compiled(query, tables, data).question
    except MetricError as error:
        if error.reason != CURRENCY:
            raise
        return compiled(replace(query, by=(CURRENCY,)), tables, data).question


def _notes(found: Comparison, data: Data) -> Iterator[str]:
    question, table = found.question, found.table
    asked, newest, mature = question.period.last, question.newest, question.mature_until
    if asked and newest and asked > newest:
        yield f"The newest day of the data is {newest}: {question.period} is not over yet."
    [[oldest]] = data.sql(f"select min({day_of(table)}) from {table.name}").collect()
    if found.before.first and oldest > found.before.first:
        yield f"The data begins on {oldest}: of {found.before} it has not all days."
    if _length(found.before) != _length(found.after) and not found.is_rate:
        yield (
            f"The periods have {_length(found.before)} and {_length(found.after)} days: the change is of the sums; "
            "whether it is noise is judged by the means of a day."
        )
    if found.metric.matures and mature and found.after.last and found.after.last > mature:
        yield f"Days after {mature} still grow: {found.metric.matures.why}"


def _check_apart(before: Period, after: Period) -> None:
    if before.first is None or before.last is None:
        raise MetricError("say both ends of the time to compare with", "time")
    if before.first <= (after.last or before.first) and (after.first or before.first) <= before.last:
        raise MetricError(f"the periods {before} and {after} have days in common", "time")


def _before(asked: Period, ended: Period) -> Period:
    """The period before one: of a week, month, quarter or year the one before, as far into it; else as many days."""
    assert ended.first is not None
    eve = ended.first - timedelta(days=1)
    grain = next((one for one in reversed(GRAINS) if asked.is_one(one)), None)
    if grain is None:
        return Period(ended.first - timedelta(days=_length(ended)), eve)
    start = start_of(eve, grain)
    if asked == ended:
        return Period(start, eve)
    return Period(start, min(eve, start + timedelta(days=_length(ended) - 1)))


def _length(period: Period) -> int:
    assert period.first is not None
    assert period.last is not None
    return (period.last - period.first).days + 1


def _dimensions(question: Question, by: Sequence[str]) -> tuple[str, ...]:
    [metric] = question.metrics
    there = [column.name for column in metric.dimensions_of(question.tables[metric.table])]
    for name in by:
        if name not in there:
            raise unknown_dimension(name, there)
    known = {*question.condition.pinned, *question.query.by}
    return tuple(by) or tuple(name for name in there if name not in known)


def changes(comparison: Comparison, rows: Rows) -> list[Change]:
    """What has changed: one for each currency where it is about money, from one query for all and one a dimension."""
    days = _by_currency(rows(_query(comparison, _day_of_row(comparison)).sql("spark")))
    found: dict[str | None, list[Split]] = {currency: [] for currency in days}
    for dimension in comparison.dimensions:
        each = _by_currency(rows(_query(comparison, exp.column(dimension)).sql("spark")))
        for currency, values in each.items():
            pairs = {row[_VALUE]: _pair(row, comparison) for row in values}
            parts = split(pairs, is_rate=comparison.is_rate)
            found[currency].append(Split(dimension, tuple(parts)))
    return [
        _change(currency, days[currency], found[currency], comparison) for currency in sorted(days, key=str)
    ]


def _change(
    currency: str | None, rows: Sequence[Mapping[str, Any]], splits: Sequence[Split], comparison: Comparison
) -> Change:
    each = {row[_VALUE]: _pair(row, comparison) for row in rows}
    before, after = total(each.values(), is_rate=comparison.is_rate)
    nothing = Sides.of(0, is_rate=comparison.is_rate)
    of_days = (
        [each[day][place] if day in each else nothing for day in _stretches(period, comparison.table)]
        for place, period in enumerate((comparison.before, comparison.after))
    )
    noise = judged(*of_days, counts=comparison.counts, pairs=comparison.pairs)
    return Change(currency, before, after, noise, tuple(sorted(splits, key=lambda one: -one.stands_out)))


def _stretches(period: Period, table: Table) -> Iterator[date]:
    """The days, or months, that rows of a table can be about in a period."""
    grain = grains_of(table)[0]
    assert period.first is not None
    days = (period.first + timedelta(days=number) for number in range(_length(period)))
    yield from (day for day in days if start_of(day, grain) == day)


def _by_currency(rows: Iterable[Mapping[str, Any]]) -> dict[str | None, list[Mapping[str, Any]]]:
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.get(CURRENCY), []).append(row)
    return found


def _pair(row: Mapping[str, Any], comparison: Comparison) -> Pair:
    return (
        Sides.of(row["before_up"], row.get("before_down"), is_rate=comparison.is_rate),
        Sides.of(row["after_up"], row.get("after_down"), is_rate=comparison.is_rate),
    )


def _day_of_row(comparison: Comparison) -> exp.Expr:
    return exp.column(day_of(comparison.table) or "")


def _query(comparison: Comparison, value: exp.Expr) -> exp.Select:
    """Sides of both periods by a value, and by currency."""
    day = _day_of_row(comparison)
    inside = [_within(day, period) for period in (comparison.before, comparison.after)]
    each = list(sides(comparison.metric, comparison.table))
    sums = [exp.Sum(this=exp.case().when(within.copy(), one.copy())) for within in inside for one in each]
    names = _SUMS if comparison.is_rate else _SUMS[::2]
    keys = [value, *([exp.column(CURRENCY)] if comparison.by_currency else [])]
    found = exp.select(exp.alias_(value.copy(), _VALUE), *(key.copy() for key in keys[1:]))
    found = found.select(*(exp.alias_(one, name) for one, name in zip(sums, names, strict=True)))
    found = found.from_(exp.to_table(comparison.table.name)).where(exp.or_(*inside))
    tree = comparison.question.condition.tree
    return (found.where(tree.copy()) if tree is not None else found).group_by(*(key.copy() for key in keys))


def _within(day: exp.Expr, period: Period) -> exp.Expr:
    assert period.first is not None
    assert period.last is not None
    low, high = (exp.cast(exp.Literal.string(one.isoformat()), "date") for one in (period.first, period.last))
    return exp.Between(this=day.copy(), low=low, high=high)
