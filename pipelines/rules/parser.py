"""A rule's text to a tree, by precedence: or, and, not, comparisons, + and -, * and /, a sign.

::

    condition  =  value | condition and condition | condition or condition | not condition | ( condition )
               |  value (= | != | < | <= | > | >= | contains | starts with | ends with) value
               |  value [not] in ( constant, … )
               |  value is (missing | present)
    value      =  :column: | constant | value (+ | - | * | /) value | - value | ( value )
    constant   =  1500 | 0.25 | "text" | 'text' | true | false | 2026-03-01 | 2026-03-01T09:30:00Z
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pipelines.base.yaml_model import closest
from pipelines.rules.faults import fault
from pipelines.rules.lexer import Token, tokens
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
    Span,
    height,
)

MOST_DEEP = 16
"""Levels of a rule: parentheses, signs, chains of arithmetic. Engines refuse expressions of some dozens."""

_COMPARED = ("=", "!=", "<", "<=", ">", ">=", "contains", "starts", "ends")


def parse(text: str, names: Mapping[str, Kind]) -> Node:
    """The tree of a rule; whether its kinds fit is for :mod:`pipelines.rules.kinds` to say.

    Args:
        text: the rule.
        names: the columns that it may use.

    Raises:
        RuleError: it is not of this language, or uses another name; the message shows the place and what is allowed.
    """
    return _Parser(text, names).whole()


class _Parser:
    """One text on its way; each method reads what its name says, from the current word on."""

    def __init__(self, text: str, names: Mapping[str, Kind]) -> None:
        self.text, self.names = text, names
        self.ahead = list(tokens(text))[::-1]
        self.level = 0

    def whole(self) -> Node:
        if self.ended:
            raise self.fault(self.next.span, "a rule is a condition, such as :card_country: != :ip_country:")
        node = self.either()
        if not self.ended:
            raise self.unexpected("the end, and, or, or an operator")
        return node

    def either(self) -> Node:
        return self.joined("or", self.both)

    def both(self) -> Node:
        return self.joined("and", self.opposite)

    def joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.took(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else self.built(Joined(word, tuple(parts), _over(*parts)))  # type: ignore[arg-type]

    def opposite(self) -> Node:
        started = self.next
        if not self.took("not"):
            return self.comparison()
        operand = self.deeper(started, self.opposite)
        return self.built(Not(operand, (started.span[0], operand.span[1])))

    def comparison(self) -> Node:
        left = self.sum()
        if self.next.text in _COMPARED and self.next.kind != "text":
            operator = self.operator()
            right = self.sum()
            return self.built(Comparison(operator, left, right, _over(left, right)))  # type: ignore[arg-type]
        if self.took("is"):
            return self.presence(left)
        if self.took("in"):
            return self.among(left, negated=False)
        if self.took("not"):
            self.expect("in")
            return self.among(left, negated=True)
        return left

    def operator(self) -> str:
        word = self.taken().text
        if word in ("starts", "ends"):
            self.expect("with")
            return f"{word} with"
        return word

    def presence(self, operand: Node) -> Node:
        if self.next.text not in ("missing", "present"):
            raise self.unexpected("missing or present")
        word = self.taken()
        span = (operand.span[0], word.span[1])
        return self.built(Missing(operand, word.text == "present", span))

    def among(self, operand: Node, *, negated: bool) -> Node:
        self.expect("(")
        choices = [self.constant()]
        while self.took(","):
            choices.append(self.constant())
        end = self.expect(")")
        return self.built(Among(operand, tuple(choices), negated, (operand.span[0], end.span[1])))

    def constant(self) -> Constant:
        sign = self.next
        if self.took("-"):
            if self.next.kind != "number":
                raise self.unexpected("a number")
            number = self.primary()
            assert isinstance(number, Constant)
            return Constant(-number.value, "number", (sign.span[0], number.span[1]))  # type: ignore[operator]
        if not self.at_constant:
            raise self.unexpected("a number, a text in quotes, or a time")
        found = self.primary()
        assert isinstance(found, Constant)
        return found

    def sum(self) -> Node:
        return self.chain(("+", "-"), self.product)

    def product(self) -> Node:
        return self.chain(("*", "/"), self.signed)

    def chain(self, operators: tuple[str, ...], part: Callable[[], Node]) -> Node:
        left = part()
        while self.next.kind == "operator" and self.next.text in operators:
            operator = self.taken().text
            right = part()
            left = self.built(Arithmetic(operator, left, right, _over(left, right)))  # type: ignore[arg-type]
        return left

    def signed(self) -> Node:
        started = self.next
        if not self.took("-"):
            return self.primary()
        operand = self.deeper(started, self.signed)
        return self.built(Minus(operand, (started.span[0], operand.span[1])))

    def primary(self) -> Node:
        if self.next.text == "(" and self.next.kind == "operator":
            return self.parenthesized()
        if self.next.kind != "name" and not self.at_constant:
            raise self.unexpected("a column, a value, or (")
        token = self.taken()
        match token.kind:
            case "name":
                return self.name(token)
            case "number":
                return Constant(self.number(token), "number", token.span)
            case "text":
                return Constant(
                    re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL), "text", token.span
                )
            case "time":
                return Constant(self.time(token), "time", token.span)
        return Constant(token.text == "true", "boolean", token.span)

    def parenthesized(self) -> Node:
        opened = self.taken()
        node = self.deeper(opened, self.either)
        if self.next.text != ")":
            raise self.fault(opened.span, "a parenthesis that is not closed")
        self.taken()
        return node

    def name(self, token: Token) -> Name:
        name = token.text[1:-1]
        if name not in self.names:
            near = closest(name.lower(), list(self.names))
            raise self.fault(
                token.span,
                f"no column {name!r} to write rules with{near}",
                f"allowed: {', '.join(self.names)}",
            )
        return Name(name, self.names[name], token.span)

    def number(self, token: Token) -> float:
        found = float(token.text)
        if math.isinf(found):
            raise self.fault(token.span, "a number that is too large")
        return found

    def time(self, token: Token) -> datetime:
        try:
            found = datetime.fromisoformat(token.text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            said = "no such time: write 2026-03-01 or 2026-03-01T09:30:00Z; without a zone it is UTC"
            raise self.fault(token.span, said) from None

    def deeper(self, opened: Token, part: Callable[[], Node]) -> Node:
        """A part one level down; levels are counted on the way down, too, before there is a tree to measure."""
        self.level += 1
        if self.level > MOST_DEEP:
            raise self.fault(opened.span, f"a rule is at most {MOST_DEEP} levels deep")
        node = part()
        self.level -= 1
        return node

    def built(self, node: Node) -> Node:
        if height(node) > MOST_DEEP:
            raise self.fault(node.span, f"a rule is at most {MOST_DEEP} levels deep")
        return node

    @property
    def next(self) -> Token:
        return self.ahead[-1]

    @property
    def ended(self) -> bool:
        return self.next.kind == "end"

    @property
    def at_constant(self) -> bool:
        truth = self.next.kind == "word" and self.next.text in ("true", "false")
        return truth or self.next.kind in ("number", "text", "time")

    def taken(self) -> Token:
        return self.ahead.pop()

    def took(self, text: str) -> bool:
        found = self.next.kind in ("word", "operator") and self.next.text == text
        if found:
            self.taken()
        return found

    def expect(self, text: str) -> Token:
        token = self.next
        if not self.took(text):
            raise self.unexpected(text)
        return token

    def unexpected(self, expected: str) -> Exception:
        found = self.next
        said = "the end" if self.ended else repr(self.text[slice(*found.span)])
        return self.fault(found.span, f"{expected} is expected; found {said}")

    def fault(self, span: Span, said: str, hint: str = "") -> Exception:
        return fault(self.text, span, said, hint)


def _over(*nodes: Node) -> Span:
    return nodes[0].span[0], nodes[-1].span[1]
