"""Conditions on facts: the part of SQL that a batch and an online store can both evaluate, and agree on.

Comparisons of columns and literals, ``in``, ``is null``, ``and``, ``or``, ``not`` and parentheses. Unknown is neither
true nor false, as in SQL. Anything more belongs in a column of the facts. A text has no quotes or backslashes in it,
because engines do not agree on what they mean.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = Callable[[Mapping[str, Any]], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'[^'\\]*')|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,))"
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LITERALS = {"true": True, "false": False, "null": None}
_KEYWORDS = {"and", "or", "not", "in", "is", *_LITERALS}


class ConditionError(ValueError):
    """A condition that cannot be read; the text says where."""


@dataclass(frozen=True)
class Condition:
    """A condition that was read.

    Attributes:
        names: columns that it looks at.
        holds: says of a row whether it holds; None where that is unknown.
    """

    names: frozenset[str]
    holds: Value


def parse(sql: str) -> Condition:
    """Read a condition.

    Raises:
        ConditionError: it uses something that conditions do not have.
    """
    reader = _Reader(sql)
    holds = reader.disjunction()
    if reader.token:
        raise reader.unexpected("and, or, or the end")
    return Condition(frozenset(reader.names), holds)


class _Reader:
    """Reads a condition from left to right, each method what binds more tightly than the one before."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.names: set[str] = set()
        self._end = 0
        self.advance()

    def advance(self) -> None:
        self.start = self._end
        found = _TOKEN.match(self.sql, self._end)
        rest = self.sql[self._end :].strip()
        if not found and rest:
            raise self._error(f"{rest[0]!r} is not part of a condition")
        self.kind, self.token = (str(found.lastgroup), found[0].strip()) if found else ("end", "")
        self._end = found.end() if found else len(self.sql)

    def word(self) -> str:
        return self.token.lower() if self.kind == "word" else ""

    def taken(self, expected: str) -> bool:
        """Whether the token is the expected one; it is read if so."""
        if self.token.lower() != expected or self.kind == "text":
            return False
        self.advance()
        return True

    def expect(self, expected: str) -> None:
        if not self.taken(expected):
            raise self.unexpected(expected)

    def unexpected(self, expected: str) -> ConditionError:
        return self._error(f"expected {expected}, found {self.token or 'the end'!r}")

    def _error(self, what: str) -> ConditionError:
        return ConditionError(
            f"{self.sql!r} at character {self.start + 1}: {what}. A condition has column names, numbers, 'texts', "
            f"true, false, null, {' '.join(_COMPARISONS)}, in (...), is null, is not null, and, or, not and parentheses"
        )

    def disjunction(self) -> Value:
        parts = [self.conjunction()]
        while self.taken("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda row: _any([part(row) for part in parts])

    def conjunction(self) -> Value:
        parts = [self.negation()]
        while self.taken("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else lambda row: _all([part(row) for part in parts])

    def negation(self) -> Value:
        if self.taken("not"):
            inner = self.negation()
            return lambda row: _not(inner(row))
        return self.comparison()

    def comparison(self) -> Value:
        left = self.operand()
        if self.taken("is"):
            negated = self.taken("not")
            self.expect("null")
            return lambda row: (left(row) is None) != negated
        if self.token in _COMPARISONS:
            compare = _COMPARISONS[self.token]
            self.advance()
            return _compared(left, self.operand(), compare)
        negated = self.taken("not")
        if self.taken("in"):
            found = _within(left, self.values())
            return (lambda row: _not(found(row))) if negated else found
        if negated:
            raise self.unexpected("in")
        return left

    def values(self) -> list[Value]:
        self.expect("(")
        values = [self.operand()]
        while self.taken(","):
            values.append(self.operand())
        self.expect(")")
        return values

    def operand(self) -> Value:
        if self.taken("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        if self.kind not in ("number", "text", "word") or (self.word() in _KEYWORDS - set(_LITERALS)):
            raise self.unexpected("a column or a value")
        kind, token = self.kind, self.token
        self.advance()
        if kind == "word" and token.lower() not in _LITERALS:
            if self.token == "(":
                raise self._error(f"{token!r} is a function; put what it gives in a column of the facts")
            self.names.add(token)
            return lambda row: row[token]
        value = _literal(kind, token)
        return lambda _: value


def _literal(kind: str, token: str) -> Any:
    if kind == "text":
        return token[1:-1]
    if kind == "number":
        return float(token) if "." in token else int(token)
    return _LITERALS[token.lower()]


def _compared(left: Value, right: Value, compare: Callable[[Any, Any], bool]) -> Value:
    def holds(row: Mapping[str, Any]) -> bool | None:
        one, other = left(row), right(row)
        return None if one is None or other is None else compare(one, other)

    return holds


def _within(left: Value, values: list[Value]) -> Value:
    return lambda row: _any([_compared(left, value, operator.eq)(row) for value in values])


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _any(values: list[bool | None]) -> bool | None:
    return True if any(values) else None if None in values else False


def _all(values: list[bool | None]) -> bool | None:
    return _not(_any([_not(value) for value in values]))
