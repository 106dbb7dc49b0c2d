"""What was found about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """How one thing is.

    Attributes:
        subject: what was looked at, in a word.
        state: fail means that runs or readers fail; warn, that something wants a look.
        found: what was found.
        todo: what to do about it; empty where all is well.
    """

    subject: str
    state: State
    found: str
    todo: str = ""


def ok(subject: str, found: str) -> Finding:
    """All is well."""
    return Finding(subject, "ok", found)


def warn(subject: str, found: str, todo: str) -> Finding:
    """Something wants a look."""
    return Finding(subject, "warn", found, todo)


def fail(subject: str, found: str, todo: str) -> Finding:
    """Something does not work."""
    return Finding(subject, "fail", found, todo)
