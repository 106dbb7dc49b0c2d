"""What a condition is made of. A tree is data: it is checked, written and computed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Kind = Literal["number", "text", "boolean", "time"]
"""What values are compared as. Whole numbers and fractions are both numbers, days and moments both times."""

Span = tuple[int, int]
"""Where something stands in a rule's text: its first character, and the one after its last."""

Arithmetics = Literal["+", "-", "*", "/"]
Comparisons = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with"]


@dataclass(frozen=True)
class Name:
    """A column's value, such as ``:card_country:``."""

    name: str
    kind: Kind
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Constant:
    """A value that the rule itself holds."""

    value: float | str | bool | datetime
    kind: Kind
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Minus:
    """A number with its sign turned."""

    operand: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """A number made of two."""

    operator: Arithmetics
    left: Node
    right: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Comparison:
    """How two values stand to each other; false where one of them is missing."""

    operator: Comparisons
    left: Node
    right: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Among:
    """Whether a value is one of some constants, or none of them; both are false where it is missing."""

    operand: Node
    choices: tuple[Constant, ...]
    negated: bool = False
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Missing:
    """Whether there is no value; ``negated``: whether there is one."""

    operand: Node
    negated: bool = False
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    operand: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Joined:
    """Two or more conditions of which all, or any, must hold."""

    word: Literal["and", "or"]
    parts: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)


Node: TypeAlias = Name | Constant | Minus | Arithmetic | Comparison | Among | Missing | Not | Joined


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, in the order in which they are written."""
    match node:
        case Minus() | Missing() | Not() | Among():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Joined():
            return node.parts
        case Name() | Constant():
            return ()


def kind_of(node: Node) -> Kind:
    """What kind of value a node gives, if its parts are of the kinds that it needs."""
    match node:
        case Name() | Constant():
            return node.kind
        case Minus() | Arithmetic():
            return "number"
        case _:
            return "boolean"


def height(node: Node) -> int:
    """How many nodes stand above each other. Conditions that are joined are halved, not stacked."""
    below = max((height(child) for child in children(node)), default=0)
    return below + (len(node.parts).bit_length() if isinstance(node, Joined) else 1)


def names_in(node: Node) -> Iterator[str]:
    """The names that a condition uses, in the order in which they are written; some more than once."""
    if isinstance(node, Name):
        yield node.name
    for child in children(node):
        yield from names_in(child)
