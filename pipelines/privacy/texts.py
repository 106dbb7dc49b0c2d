"""Texts that people write: what can be recognized as personal data is taken out, the rest stays.

Email addresses, phone numbers and network addresses are recognized by their form, names where the same row has them
in a column. A name that stands in a text alone cannot be told from other words and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression

# A text may be JSON: what is taken out begins and ends within a string, and no escape is cut in two. Repetitions are
# bounded, as Java's expressions go back. No look-around, which Rust's lack.
_ESCAPES = r"((?:\\[^u])*)"
_LOCAL = r"(?:[^\x00-\x20\"<>(),:;@\[\]{}\\]|\\u[0-9A-Fa-f]{4}){1,64}"
_DOMAIN = r"[0-9A-Za-z\u0080-\uffff-]{1,63}(?:\.[0-9A-Za-z\u0080-\uffff-]{1,63}){1,8}"
EMAIL = f"{_ESCAPES}{_LOCAL}@{_DOMAIN}"
_BEFORE = r"(^|[^0-9A-Za-z.+]|\\[nrtbf])"
PHONE = rf"{_BEFORE}(?:\+[0-9][0-9 ().-]{{6,18}}[0-9]|\(?[0-9]{{3}}\)?[ .-][0-9]{{3}}[ .-][0-9]{{4}})"
IP = rf"{_BEFORE}(?:(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}|[0-9A-Fa-f]{{1,4}}(?::[0-9A-Fa-f]{{0,4}}){{3,7}})"

_FULL_NAME = r'^[^"\\{}\[\],:]+ [^"\\{}\[\],:]+$'
"""Two words or more and nothing that means something to JSON: one word may be a word like any other."""


def scrubbed(text: Expression, names: Sequence[Expression]) -> Expression:
    """A text without email addresses, phone numbers, network addresses, and the names that the row has elsewhere."""
    unnamed = reduce(_without, names, text)
    mailless = _replaced(unnamed, unnamed.contains("@"), EMAIL, "[email]")
    has_digits = mailless.rlike("[0-9]")
    return _replaced(_replaced(mailless, has_digits, IP, "[ip]"), has_digits, PHONE, "[phone]")


def _without(text: Expression, name: Expression) -> Expression:
    found = name.rlike(_FULL_NAME) & text.contains(name)
    return F.when(found, F.replace(text, name, F.lit("[name]"))).otherwise(text)


def _replaced(text: Expression, possible: Expression, pattern: str, label: str) -> Expression:
    return F.when(possible, F.regexp_replace(text, pattern, f"$1{label}")).otherwise(text)
