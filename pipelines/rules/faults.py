"""What is wrong with a rule, shown under its text."""

from __future__ import annotations

from pipelines.errors import RuleError
from pipelines.rules.tree import Span

MOST_SHOWN = 100
"""Characters of a rule that are shown around a fault."""


def fault(text: str, span: Span, said: str, hint: str = "") -> RuleError:
    """An error about a part of a rule.

    Args:
        text: the rule.
        span: the part that is wrong; it may be the end of the text.
        said: what is wrong.
        hint: what is allowed instead; shown last.
    """
    shown = _excerpt(text, span) if text else ()
    return RuleError("\n".join(filter(None, (said, *shown, hint))))


def _excerpt(text: str, span: Span) -> tuple[str, str]:
    """The line that a fault is in, cut where it is long, and carets under the fault."""
    start, end = span
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    first, last = max(first, start - MOST_SHOWN // 2), min(last, start + MOST_SHOWN // 2)
    carets = max(1, min(end, last) - start)
    return f"    {printable(text[first:last])}", f"    {' ' * (start - first)}{'^' * carets}"


def printable(text: str) -> str:
    """A text in which every character takes a place and none commands a terminal."""
    return "".join(character if character.isprintable() else "·" for character in text)
