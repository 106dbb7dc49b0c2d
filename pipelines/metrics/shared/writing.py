"""A question that can be answered, written as a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from pipelines.metrics.shared.conditions import Condition, trusted
from pipelines.metrics.shared.metric import ROWS, Metric, day_of
from pipelines.metrics.shared.period import GRAINS, Period
from pipelines.metrics.shared.query import Query
from pipelines.table import Table

MATURE = "is_mature"
"""The column that says whether nothing is expected to come to a row any more, where that was asked for."""

_DAY = "day_of_row"


@dataclass(frozen=True)
class Question:
    """A question that can be answered.

    Attributes:
        query: as it was asked.
        metrics: what is asked for.
        tables: what these are made from, by name.
        period: the days that count.
        condition: the rows that count.
        newest: the newest day of the data; None where there is none.
        mature_until: the last day to which nothing is expected to come any more; None where all days are final.
    """

    query: Query
    metrics: tuple[Metric, ...]
    tables: Mapping[str, Table]
    period: Period
    condition: Condition
    newest: date | None
    mature_until: date | None


@dataclass(frozen=True)
class Compiled:
    """A question with the query that answers it."""

    question: Question
    tree: exp.Select

    def sql(self, dialect: str = "spark", *, pretty: bool = False) -> str:
        """The query, in the words of an engine that sqlglot knows, such as spark or duckdb."""
        return self.tree.sql(dialect=dialect, pretty=pretty, comments=False)


def written(question: Question) -> Compiled:
    """The one grouped query."""
    source, by, day, each = _one(question) if len(question.tables) == 1 else _several(question)
    found = source.select(*(_called(one, name) for name, one in by.items()))
    found = found.select(
        *(
            _called(figure(one, question.tables[one.table], each[one.name]), one.name)
            for one in question.metrics
        )
    )
    query = question.query
    if query.immature == "mark" and question.mature_until:
        found = found.select(_called(exp.Max(this=day) <= _date(question.mature_until), MATURE))
    if by:
        found = found.group_by(*(one.copy() for one in by.values()))
    if order := query.order or query.by:
        found = found.order_by(*map(_ordered, order))
    return Compiled(question, found.limit(query.limit) if query.limit else found)


_Parts = tuple[exp.Select, Mapping[str, exp.Expr], exp.Expr, Mapping[str, Sequence[exp.Expr]]]
"""Where rows come from, what they are grouped by, their day, and what is added up of each for every metric."""


def _one(question: Question) -> _Parts:
    """Rows of a table as it is."""
    [table] = question.tables.values()
    each = {one.name: list(_sides(one, question)) for one in question.metrics}
    return _rows(question, table), _by(question, table), _day(table), each


def _several(question: Question) -> _Parts:
    """Rows of several tables below each other, each with the sides of its own metrics."""
    parts = []
    for table in question.tables.values():
        found = _rows(question, table).select(
            *(_called(one, name) for name, one in _by(question, table).items())
        )
        found = found.select(_called(_day(table), _DAY))
        for one in question.metrics:
            nothing = (exp.cast(exp.Null(), "bigint") for _ in _named(one))
            each = _sides(one, question) if one.table == table.name else nothing
            found = found.select(*(_called(side, name) for side, name in zip(each, _named(one), strict=True)))
        parts.append(found)
    source = exp.select().from_(exp.union(*parts, distinct=False).subquery("parts"))
    by = {name: exp.column(name) for name in question.query.by}
    return (
        source,
        by,
        exp.column(_DAY),
        {one.name: [*map(exp.column, _named(one))] for one in question.metrics},
    )


def _called(one: exp.Expr, name: str) -> exp.Expr:
    return one.copy() if isinstance(one, exp.Column) and one.name == name else exp.alias_(one.copy(), name)


def _named(metric: Metric) -> tuple[str, ...]:
    return (f"{metric.name}_up", f"{metric.name}_down") if metric.denominator else (metric.name,)


def _by(question: Question, table: Table) -> dict[str, exp.Expr]:
    """What is grouped by: columns, and first days of stretches of time."""
    return {name: _grain(name, table) if name in GRAINS else exp.column(name) for name in question.query.by}


def _grain(name: str, table: Table) -> exp.Expr:
    if name == "day":
        return _day(table)
    return exp.cast(exp.func("date_trunc", exp.Literal.string(name), _day(table)), "date")


def _day(table: Table) -> exp.Expr:
    name = day_of(table)
    return exp.column(name) if name else exp.cast(exp.Null(), "date")


def _date(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def _rows(question: Question, table: Table) -> exp.Select:
    """The rows of a table that count."""
    found = exp.select().from_(exp.to_table(table.name))
    period, tree = question.period, question.condition.tree
    if period.first:
        found = found.where(_day(table) >= _date(period.first))
    if period.last:
        found = found.where(_day(table) <= _date(period.last))
    if tree is not None:
        found = found.where(tree.copy())
    only = _only(question, table.name)
    return found if None in only else found.where(exp.or_(*map(trusted, sorted(filter(None, only)))))


def _only(question: Question, table: str) -> set[str | None]:
    """Which rows of a table the metrics that are asked for are of."""
    return {one.only for one in question.metrics if one.table == table}


def _sides(metric: Metric, question: Question) -> Iterator[exp.Expr]:
    kept = _only(question, metric.table) == {metric.only}
    return sides(metric, question.tables[metric.table], rows_are_kept=kept)


def sides(metric: Metric, table: Table, *, rows_are_kept: bool = False) -> Iterator[exp.Expr]:
    """What is added up of each row: for the numerator, then for the denominator, where there is one.

    Args:
        metric: the metric.
        table: its table.
        rows_are_kept: rows that the metric is not of were left out already.
    """
    only = [metric.only] if metric.only and not rows_are_kept else []
    yield _side(metric.numerator, [*only, *([metric.part] if metric.part else [])], table)
    if metric.denominator:
        yield _side(metric.denominator, only, table)


def figure(metric: Metric, table: Table, each: Sequence[exp.Expr]) -> exp.Expr:
    """A sum, or a sum over a sum: nothing where the latter is 0."""
    upper = exp.Sum(this=each[0])
    if metric.denominator:
        return exp.cast(upper, "double") / exp.func("nullif", exp.Sum(this=each[1]), exp.Literal.number(0))
    return exp.func("coalesce", upper, exp.Literal.number(0)) if _is_known(metric.numerator, table) else upper


def _side(parts: Sequence[str], conditions: Sequence[str], table: Table) -> exp.Expr:
    found: exp.Expr | None = None
    for part in parts:
        name = part.removeprefix("-")
        column = exp.Literal.number(1) if name == ROWS else exp.column(name)
        if found is None:
            found = exp.Neg(this=column) if part.startswith("-") else column
        else:
            found = found - column if part.startswith("-") else found + column
    assert found is not None
    if not conditions:
        return found
    case = exp.case().when(exp.and_(*map(trusted, conditions)), found)
    return case.else_("0") if _is_known(parts, table) else case


def _is_known(parts: Sequence[str], table: Table) -> bool:
    """Whether every row has a value of all columns, so that no row at all means 0."""
    return all(part == ROWS or table.column(part.removeprefix("-")).required for part in parts)


def _ordered(name: str) -> exp.Ordered:
    down = name.startswith("-")
    return exp.Ordered(this=exp.column(name.removeprefix("-")), desc=down, nulls_first=False)
