"""A rule's text as words: names, numbers, quoted texts, times, operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.base.yaml_model import closest
from pipelines.rules.faults import fault
from pipelines.rules.tree import Span

MOST_CHARACTERS = 4_000
"""A longer text is no rule that a person wrote."""

WORDS = (
    "and", "or", "not", "in", "is", "missing", "present", "contains", "starts", "ends", "with", "true", "false",
)  # fmt: skip
"""Words of the language, in lower or upper case."""

_FOREIGN = {
    "==": "=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "null": "is missing", "between": "two comparisons",
    "like": "contains, starts with or ends with", "includes": "contains", "exists": "is present",
}  # fmt: skip
"""What other languages write, and what it is here."""

TokenKind = Literal["name", "number", "text", "time", "word", "operator", "end"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<name>:[^:\s"']*:)
    | (?P<time>\d{4}-\d{2}-\d{2}(?:T[0-9:.]*(?:Z|[+-]\d{2}:\d{2})?)?)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<word>[^\W\d]\w*)
    | (?P<operator><=|>=|!=|==|<>|&&|\|\||[=<>+\-*/(),!])
    """,
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True)
class Token:
    """A word of a rule, and where it stands. Words of the language are in lower case."""

    kind: TokenKind
    text: str
    span: Span


def tokens(text: str) -> Iterator[Token]:
    """The words of a rule, and last its end.

    Raises:
        RuleError: something is no word of the language, or the text is too long or not printable.
    """
    _check_text(text)
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise fault(text, (at, at + 1), _unreadable(text[at]))
        if found.lastgroup != "space":
            yield _token(text, found)
        at = found.end()
    yield Token("end", "", (at, at))


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise fault(
            "", (0, 0), f"a rule has at most {MOST_CHARACTERS:,} characters; this one has {len(text):,}"
        )
    for at, character in enumerate(text):
        if not (character.isprintable() or character in "\n\t"):
            raise fault(text, (at, at + 1), f"a character that cannot be printed: U+{ord(character):04X}")


def _token(text: str, found: re.Match[str]) -> Token:
    kind, written, span = found.lastgroup, found.group(), found.span()
    if kind in ("word", "operator"):
        written = written.lower()
        if written in _FOREIGN:
            raise fault(text, span, f"{found.group()!r} is not used here; write {_FOREIGN[written]}")
        if kind == "word" and written not in WORDS:
            raise fault(text, span, _unknown(found.group()))
    return Token(kind, written, span)  # type: ignore[arg-type]


def _unknown(word: str) -> str:
    near = closest(word.lower(), WORDS)
    return f"no such word {word!r}{near or f'; a column stands between colons, :{word}:, and a text between quotes'}"


def _unreadable(character: str) -> str:
    match character:
        case ":":
            return "a column's name stands between two colons, such as :card_country:"
        case '"' | "'":
            return "a text that does not end: its closing quote is missing"
        case digit if digit.isdigit():
            return "not a number: write 1500, 0.25 or 1e6"
    return f"{character!r} has no meaning here"
