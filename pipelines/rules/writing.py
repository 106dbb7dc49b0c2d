"""A tree as text: with the parentheses that it needs and no others, so that reading it again gives the same tree."""

from __future__ import annotations

from datetime import datetime

from pipelines.rules.tree import (
    Among,
    Arithmetic,
    Comparison,
    Constant,
    Joined,
    Minus,
    Missing,
    Name,
    Node,
    Not,
)

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _VALUE = range(8)
"""How tightly things bind, the loosest first."""


def written(node: Node) -> str:
    """The text of a tree."""
    match node:
        case Name():
            return f":{node.name}:"
        case Constant():
            return _constant(node.value)
        case Minus():
            return f"-{_within(node.operand, _SIGN)}"
        case Arithmetic():
            level = _level(node)
            return f"{_within(node.left, level)} {node.operator} {_within(node.right, level + 1)}"
        case Comparison():
            return f"{_within(node.left, _SUM)} {node.operator} {_within(node.right, _SUM)}"
        case Among():
            choices = ", ".join(map(written, node.choices))
            return f"{_within(node.operand, _SUM)} {'not in' if node.negated else 'in'} ({choices})"
        case Missing():
            return f"{_within(node.operand, _SUM)} is {'present' if node.negated else 'missing'}"
        case Not():
            return f"not {_within(node.operand, _NOT)}"
        case Joined():
            return f" {node.word} ".join(_within(part, _level(node) + 1) for part in node.parts)


def _within(node: Node, least: int) -> str:
    text = written(node)
    return text if _level(node) >= least else f"({text})"


def _level(node: Node) -> int:
    match node:
        case Joined():
            return _AND if node.word == "and" else _OR
        case Not():
            return _NOT
        case Comparison() | Among() | Missing():
            return _COMPARISON
        case Arithmetic():
            return _SUM if node.operator in "+-" else _PRODUCT
        case Minus():
            return _SIGN
        case _:
            return _VALUE


def _constant(value: float | str | bool | datetime) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
    return repr(float(value)).removesuffix(".0")
