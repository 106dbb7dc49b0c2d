"""Trees of every shape, rows to try them on, and what they mean, computed by plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from pipelines.rules.expression import condition
from pipelines.rules.tree import (
    Among,
    Arithmetic,
    Comparison,
    Constant,
    Joined,
    Kind,
    Minus,
    Missing,
    Name,
    Node,
    Not,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Row = Mapping[str, Any]

NAMES: Mapping[str, Kind] = {
    "amount_minor": "number",
    "card_declines_1h": "number",
    "card_country": "text",
    "ip_country": "text",
    "is_first": "boolean",
    "is_prepaid": "boolean",
    "created_at": "time",
}
SCHEMA = (
    "amount_minor bigint, card_declines_1h double, card_country string, ip_country string, "
    "is_first boolean, is_prepaid boolean, created_at timestamp"
)

_TEXTS = ("", "US", "us", "U", "%", "_", "é", "ü'\"\\", "💳")
_NUMBERS = (0.0, 1.0, 2.0, 3.5, 1e308, 1e-320)
_TIMES = tuple(datetime(2026, 3, day, 9, 30, tzinfo=UTC) for day in (1, 2))
_FLOATS = (*_NUMBERS, -0.0, -1.0, math.nan, math.inf, -math.inf)


def _optional(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None])


rows: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {
        "amount_minor": _optional(0, 1, 2, -1, 10**15),
        "card_declines_1h": _optional(*_FLOATS),
        "card_country": _optional(*_TEXTS),
        "ip_country": _optional(*_TEXTS),
        "is_first": _optional(True, False),
        "is_prepaid": _optional(True, False),
        "created_at": _optional(*_TIMES),
    }
)


def _constants(kind: Kind, *, signed: bool = False) -> st.SearchStrategy[Constant]:
    values: dict[Kind, st.SearchStrategy[Any]] = {
        "number": st.sampled_from([*_NUMBERS, *((-1.0, -3.5) if signed else ())]),
        "text": st.sampled_from(_TEXTS),
        "boolean": st.booleans(),
        "time": st.sampled_from(_TIMES),
    }
    return st.builds(Constant, values[kind], st.just(kind))


def _names(kind: Kind) -> st.SearchStrategy[Name]:
    return st.sampled_from([Name(name, of) for name, of in NAMES.items() if of == kind])


def values(kind: Kind, deep: int) -> st.SearchStrategy[Node]:
    """Values of a kind, at most so many levels deep."""
    leaves = _names(kind) | _constants(kind)
    if kind == "boolean":
        return leaves | conditions(deep - 1) if deep else leaves
    if kind != "number" or not deep:
        return leaves
    below = values("number", deep - 1)
    return leaves | st.builds(Minus, below) | st.builds(Arithmetic, st.sampled_from("+-*/"), below, below)


def conditions(deep: int = 3) -> st.SearchStrategy[Node]:
    """Conditions of every form, at most so many levels deep."""
    kinds: tuple[Kind, ...] = ("number", "text", "boolean", "time")
    forms = [_names("boolean"), *(_comparisons(kind, deep) for kind in kinds)]
    forms += [st.builds(Missing, values(kind, max(deep - 1, 0)), st.booleans()) for kind in kinds]
    forms += [_choices(kind, deep) for kind in kinds]
    if deep:
        below = conditions(deep - 1)
        parts = st.lists(below, min_size=2, max_size=4).map(tuple)
        forms += [st.builds(Not, below), st.builds(Joined, st.sampled_from(["and", "or"]), parts)]
    return st.one_of(forms)


def _comparisons(kind: Kind, deep: int) -> st.SearchStrategy[Node]:
    operators = {
        "number": ["=", "!=", "<", "<=", ">", ">="],
        "time": ["=", "!=", "<", "<=", ">", ">="],
        "text": ["=", "!=", "contains", "starts with", "ends with"],
        "boolean": ["=", "!="],
    }
    below = values(kind, max(deep - 1, 0))
    return st.builds(Comparison, st.sampled_from(operators[kind]), below, below)


def _choices(kind: Kind, deep: int) -> st.SearchStrategy[Node]:
    choices = st.lists(_constants(kind, signed=True), min_size=1, max_size=3).map(tuple)
    return st.builds(Among, values(kind, max(deep - 1, 0)), choices, st.booleans())


def held(spark: SparkSession, trees: list[Node], found: list[Row]) -> list[list[bool]]:
    """Whether each condition holds for each row, by the engine."""
    numbered = [(number, *(row[name] for name in NAMES)) for number, row in enumerate(found)]
    frame = spark.createDataFrame(numbered, f"row bigint, {SCHEMA}")
    columns = [condition(tree).alias(f"condition_{number}") for number, tree in enumerate(trees)]
    return [list(row)[1:] for row in sorted(frame.select("row", *columns).collect())]


def holds(node: Node, row: Row) -> bool:
    """What a condition means for a row."""
    match node:
        case Joined(word, parts):
            return (all if word == "and" else any)(holds(part, row) for part in parts)
        case Not(operand):
            return not holds(operand, row)
        case Missing(operand, negated):
            return (valued(operand, row) is None) != negated
        case Among(operand, choices, negated):
            found = valued(operand, row)
            return found is not None and (found in [choice.value for choice in choices]) != negated
        case Comparison(operator, left, right):
            one, other = valued(left, row), valued(right, row)
            return one is not None and other is not None and _compare(operator, one, other)
    return valued(node, row) is True


def valued(node: Node, row: Row) -> Any:
    """The value of a node for a row; None where it is missing."""
    match node:
        case Constant(value):
            return value
        case Name(name, kind):
            found = row[name]
            return _number(float(found)) if kind == "number" and found is not None else found
        case Minus(operand):
            found = valued(operand, row)
            return None if found is None else -found
        case Arithmetic(operator, left, right):
            one, other = valued(left, row), valued(right, row)
            return None if one is None or other is None else _number(_compute(operator, one, other))
    return holds(node, row)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _compute(operator: str, one: float, other: float) -> float:
    match operator:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
    return one / other if other else math.nan


def _compare(operator: str, one: Any, other: Any) -> bool:
    match operator:
        case "=":
            return bool(one == other)
        case "!=":
            return bool(one != other)
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
        case ">=":
            return bool(one >= other)
        case "contains":
            return other in one
        case "starts with":
            return bool(one.startswith(other))
    return bool(one.endswith(other))
