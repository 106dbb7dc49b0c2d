"""Whether the parts of a rule are of kinds that go together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipelines.rules.faults import fault
from pipelines.rules.tree import (
    Among,
    Arithmetic,
    Comparison,
    Joined,
    Kind,
    Minus,
    Node,
    Not,
    children,
    kind_of,
)
from pipelines.rules.writing import written
from pipelines.table import Column, Type

_KINDS: Mapping[Type, Kind] = MappingProxyType(
    {
        "bigint": "number",
        "double": "number",
        "string": "text",
        "boolean": "boolean",
        "timestamp": "time",
        "date": "time",
    }
)
"""How a column's values are compared; those of other types cannot be."""

_OF_TEXTS = ("contains", "starts with", "ends with")
_OF_ALL = ("=", "!=")

_COMPARED = {"number": "> 0", "text": '= "x"', "time": "> 2026-03-01"}
"""What a value of each kind can be compared with, for a hint."""


def names_of(columns: Iterable[Column]) -> dict[str, Kind]:
    """The names that rules may use, from declared columns."""
    return {column.name: _KINDS[column.type] for column in columns if column.type in _KINDS}


def check(text: str, node: Node) -> None:
    """Look at a whole rule.

    Raises:
        RuleError: it is no condition, or something in it is of the wrong kind; the message shows the place.
    """
    _check_parts(text, node)
    if kind_of(node) != "boolean":
        said = f"a rule is a condition, true or false; this is {_a(kind_of(node))}"
        raise fault(text, node.span, said, f"compare it, such as {written(node)} {_COMPARED[kind_of(node)]}")


def _check_parts(text: str, node: Node) -> None:
    for child in children(node):
        _check_parts(text, child)
    match node:
        case Minus() | Arithmetic():
            _expect(text, children(node), "number", node.operator if isinstance(node, Arithmetic) else "-")
        case Not() | Joined():
            _expect(text, children(node), "boolean", node.word if isinstance(node, Joined) else "not")
        case Comparison():
            _check_comparison(text, node)
        case Among():
            _check_choices(text, node)
        case _:
            return


def _check_comparison(text: str, node: Comparison) -> None:
    if node.operator in _OF_TEXTS:
        _expect(text, children(node), "text", node.operator)
        return
    left, right = kind_of(node.left), kind_of(node.right)
    if left != right:
        hint = "a time is written without quotes, such as 2026-03-01" if "time" in (left, right) else ""
        raise fault(text, node.span, f"{_a(left)} cannot be compared with {_a(right)}", hint)
    if node.operator not in _OF_ALL and left not in ("number", "time"):
        raise fault(text, node.span, f"{_a(left)} has no order: {node.operator} is for numbers and times")


def _check_choices(text: str, node: Among) -> None:
    kind = kind_of(node.operand)
    for choice in node.choices:
        if choice.kind != kind:
            raise fault(text, choice.span, f"{_a(kind)} cannot be compared with {_a(choice.kind)}")


def _expect(text: str, parts: Iterable[Node], kind: Kind, operator: str) -> None:
    for part in parts:
        if (found := kind_of(part)) != kind:
            what = "conditions" if kind == "boolean" else f"{kind}s"
            raise fault(text, part.span, f"{operator} is for {what}; this is {_a(found)}")


def _a(kind: Kind) -> str:
    return "a condition" if kind == "boolean" else f"a {kind}"
