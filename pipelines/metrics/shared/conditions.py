"""Which rows a question is about: a condition in SQL, of which a small part is understood and nothing else passes on.

The text is parsed by sqlglot and looked at node by node: comparisons of a dimension with constants, joined by ``and``,
``or`` and ``not``. What is not in this list, such as a function, a subquery or another table, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from pipelines.errors import MetricError
from pipelines.metrics.shared.metric import DAYS
from pipelines.metrics.shared.names import nearest, quoted
from pipelines.metrics.shared.period import GRAINS
from pipelines.table import Column

MOST_CHARACTERS = 2_000
MOST_LISTED = 10

Values = Callable[[str], Collection[object]]
"""The values that a dimension has in the data."""

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_JOINED = (exp.And, exp.Or)
_HELP = "write such as currency = 'USD' and card_country in ('DE', 'AT')"


@dataclass(frozen=True)
class Condition:
    """A condition that was understood.

    Attributes:
        tree: the condition; None where all rows are meant.
        pinned: dimensions that it keeps to one value, with that value.
    """

    tree: exp.Expr | None = None
    pinned: Mapping[str, object] = field(default_factory=dict)


def condition_of(text: str | None, dimensions: Mapping[str, Column], values: Values) -> Condition:
    """The condition that a text says.

    Args:
        text: as it was asked; None for all rows.
        dimensions: what may be asked for, by name.
        values: what they hold; of none where there is no data.

    Raises:
        MetricError: it cannot be read, or asks for a dimension or a value that there is not.
    """
    if text is None or not text.strip():
        return Condition()
    try:
        tree = _Reading(text, dimensions, values).condition(_parsed(text))
        tree.sql("spark")
        return Condition(tree, dict(_pinned(tree)))
    except RecursionError:
        raise MetricError(f"the condition {quoted(text)} is nested too deeply", "where") from None


def trusted(text: str) -> exp.Expr:
    """A condition of a declaration, which is ours: any SQL on the table's columns."""
    tree = parse_one(text, read="spark", into=exp.Condition)
    return exp.paren(tree) if isinstance(tree, exp.Or) else tree


def _parsed(text: str) -> exp.Expr:
    if len(text) > MOST_CHARACTERS:
        raise MetricError(f"a condition of more than {MOST_CHARACTERS} characters is not read", "where")
    try:
        return parse_one(text, read="spark", into=exp.Condition)
    except (SqlglotError, ValueError):
        raise MetricError(f"the condition {quoted(text)} cannot be read: {_HELP}", "where") from None


def _pinned(tree: exp.Expr) -> Iterator[tuple[str, object]]:
    """The dimensions that hold one value wherever the condition holds."""
    match tree:
        case exp.And():
            yield from _pinned(tree.left)
            yield from _pinned(tree.right)
        case exp.Paren():
            yield from _pinned(tree.this)
        case exp.EQ():
            yield tree.left.name, tree.right.name
        case exp.In() if len(tree.expressions) == 1:
            yield tree.this.name, tree.expressions[0].name


@dataclass(frozen=True)
class _Reading:
    text: str
    dimensions: Mapping[str, Column]
    values: Values

    def condition(self, node: exp.Expr) -> exp.Expr:
        """The node, made anew of what is understood."""
        match node:
            case exp.And() | exp.Or():
                return type(node)(this=self.part(node.left), expression=self.part(node.right))
            case exp.Not():
                inner = self.condition(node.this)
                return exp.Not(this=inner if isinstance(inner, exp.Paren) else exp.Paren(this=inner))
            case exp.Paren():
                return exp.Paren(this=self.condition(node.this))
            case exp.In(args={"expressions": [*choices]}) if choices and not node.args.get("query"):
                column = self.column(node.this)
                return exp.In(
                    this=exp.column(column.name), expressions=[self.value(one, column) for one in choices]
                )
            case exp.Is(expression=exp.Null()):
                return exp.Is(this=exp.column(self.column(node.this).name), expression=exp.Null())
            case exp.Between():
                column = self.column(node.this)
                low, high = (self.value(node.args[side], column, listed=False) for side in ("low", "high"))
                return exp.Between(this=exp.column(column.name), low=low, high=high)
            case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                column = self.column(node.left)
                listed = isinstance(node, exp.EQ | exp.NEQ)
                return type(node)(
                    this=exp.column(column.name), expression=self.value(node.right, column, listed=listed)
                )
        raise self.fault(node)

    def part(self, node: exp.Expr) -> exp.Expr:
        found = self.condition(node)
        return exp.Paren(this=found) if isinstance(found, exp.Or) else found

    def column(self, node: exp.Expr) -> Column:
        if not isinstance(node, exp.Column) or node.table:
            raise self.fault(node)
        if node.name in (*DAYS, *GRAINS):
            raise MetricError(
                f"{node.name} is no part of a condition: say the days as the time, such as 2026-03-01..2026-03-31",
                "where",
            )
        if node.name not in self.dimensions:
            raise unknown_dimension(node.name, self.dimensions)
        return self.dimensions[node.name]

    def value(self, node: exp.Expr, column: Column, *, listed: bool = True) -> exp.Expr:
        """A constant of a column's kind; one of its values, where ``listed``."""
        if isinstance(node, exp.Column) and not node.table and column.type == "string":
            raise MetricError(
                f"{node.name} is a name; a value stands in quotes: {column.name} = '{node.name}'", "where"
            )
        number = node.this if isinstance(node, exp.Neg) else node
        match column.type:
            case "string" if isinstance(node, exp.Literal) and node.is_string:
                if listed:
                    self.known(str(node.this), column)
                return exp.Literal.string(node.this)
            case "bigint" | "double" if isinstance(number, exp.Literal) and not number.is_string:
                return exp.Neg(this=number.copy()) if number is not node else number.copy()
            case "boolean" if isinstance(node, exp.Boolean):
                return node.copy()
            case "date" if isinstance(node, exp.Literal) and node.is_string and _is_day(str(node.this)):
                return exp.cast(exp.Literal.string(node.this), "date")
        kind = _KINDS.get(column.type, "a number")
        raise MetricError(
            f"{column.name} is compared with {kind}, not with {quoted(node.sql('spark'))}", "where"
        )

    def known(self, value: str, column: Column) -> None:
        there = [str(one) for one in self.values(column.name)]
        if not there or value in there or value in column.known:
            return
        near = nearest(value, there)
        if near:
            hint = f"nearest: {', '.join(near)}"
        elif len(there) <= MOST_LISTED:
            hint = f"there are {', '.join(sorted(there))}"
        else:
            hint = f"there are {len(there):,} others"
        raise MetricError(f"no {column.name} {quoted(value)} in the data; {hint}", "value", near)

    def fault(self, node: exp.Expr) -> MetricError:
        return MetricError(f"{quoted(node.sql('spark'))} is not understood in a condition: {_HELP}", "where")


_KINDS = {"string": "a text", "boolean": "true or false", "date": "a day, such as '2026-03-31'"}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def unknown_dimension(name: str, dimensions: Collection[str]) -> MetricError:
    """What to say of a dimension that there is not."""
    near = nearest(name, dimensions)
    hint = f"nearest: {', '.join(near)}" if near else f"there are {', '.join(dimensions)}"
    return MetricError(f"no dimension {quoted(name)}; {hint}", "dimension", near)
