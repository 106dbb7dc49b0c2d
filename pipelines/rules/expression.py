"""A tree as a Spark expression, made of columns and literals; no part of a rule's text is ever read as SQL.

A value may be missing: null, or a number that is none (NaN). Arithmetic with a missing value, and a division by zero,
give a missing value. A comparison with one is false, whichever way it is asked: ``:a: = 1`` and ``:a: != 1`` are both
false where ``a`` is missing, and a boolean column that is missing is false. So every condition is true or false,
and ``not`` turns it: ``not (:a: = 1)`` is true where ``a`` is missing. All numbers are computed as doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

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
    kind_of,
)

if TYPE_CHECKING:
    from pyspark.sql import Column

_SPARK_TYPES = {"number": "double", "text": "string", "boolean": "boolean", "time": "timestamp"}

_ARITHMETIC = {"+": add, "-": sub, "*": mul}

_ORDER = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def condition(node: Node) -> Column:
    """Whether a condition holds: true or false in every row, never null."""
    match node:
        case Comparison():
            return _held(_compared(node), node.left, node.right)
        case Among():
            found = _plain(node.operand).isin(*map(_plain, node.choices))
            return _held(~found if node.negated else found, node.operand)
        case Missing():
            missing = _missing(node.operand)
            return ~missing if node.negated else missing
        case Not():
            return ~condition(node.operand)
        case Joined():
            return _joined([condition(part) for part in node.parts], node.word)
        case _:
            return F.coalesce(value(node), F.lit(False))


def value(node: Node) -> Column:
    """The value that a node gives; null or NaN where it is missing."""
    match node:
        case Name():
            return F.col(f"`{node.name}`").cast(_SPARK_TYPES[node.kind])
        case Constant():
            return _literal(node)
        case Minus():
            return -value(node.operand)
        case Arithmetic(operator="/"):
            return value(node.left) / _plain(node.right)
        case Arithmetic():
            found: Column = _ARITHMETIC[node.operator](value(node.left), value(node.right))
            return found
        case _:
            return condition(node)


def _plain(node: Node) -> Column:
    """A value of which minus zero is zero: Sail divides by minus zero, and does not find it among numbers with zero."""
    return value(node) + F.lit(0.0) if kind_of(node) == "number" else value(node)


def _literal(constant: Constant) -> Column:
    return F.lit(constant.value).cast(_SPARK_TYPES[constant.kind])


def _compared(node: Comparison) -> Column:
    left, right = value(node.left), value(node.right)
    match node.operator:
        case "contains":
            return left.contains(right)
        case "starts with":
            return left.startswith(right)
        case "ends with":
            return left.endswith(right)
    found: Column = _ORDER[node.operator](left, right)
    return found


def _held(found: Column, *operands: Node) -> Column:
    """What was found where no operand is missing; false elsewhere. Spark takes NaN for the greatest number."""
    for operand in operands:
        if _may_be_nan(operand):
            found &= ~F.isnan(value(operand))
    return F.coalesce(found, F.lit(False))


def _missing(node: Node) -> Column:
    missing = value(node).isNull()
    return missing | F.coalesce(F.isnan(value(node)), F.lit(False)) if _may_be_nan(node) else missing


def _may_be_nan(node: Node) -> bool:
    kind: Kind = kind_of(node)
    return kind == "number" and not isinstance(node, Constant)


def _joined(parts: Sequence[Column], word: str) -> Column:
    """Halves joined, each of halves: engines refuse expressions of hundreds of levels."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    both = and_ if word == "and" else or_
    joined: Column = both(_joined(parts[:middle], word), _joined(parts[middle:], word))
    return joined
