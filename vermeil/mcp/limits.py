"""How much a session may ask, and what was asked."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import VermeilError

LONGEST = 300
"""Characters of an argument that are written down."""


class LimitError(VermeilError):
    """More than a session may have."""


@dataclass(frozen=True)
class Limits:
    """What one session may have.

    Attributes:
        rows: of an answer, where nothing is said.
        most_rows: of an answer.
        budget_rows: of all answers of a session.
        budget_calls: of a session.
        seconds: of a call.
        smallest_group: payments, customers or other things of a group whose figures are shown.
        session_seconds: after which a session begins anew; None for one that lasts as long as the process.
    """

    rows: int = 200
    most_rows: int = 1_000
    budget_rows: int = 20_000
    budget_calls: int = 500
    seconds: float = 60
    smallest_group: int = 5
    session_seconds: float | None = None


@dataclass
class Budget:
    """What is left of a session."""

    limits: Limits
    _began: datetime = field(default_factory=lambda: datetime.now(UTC))
    _calls: int = 0
    _rows: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self) -> None:
        """Take a call off.

        Raises:
            LimitError: there is none left.
        """
        with self._lock:
            self._renew()
            if self._calls >= self.limits.budget_calls or self._rows >= self.limits.budget_rows:
                raise LimitError(
                    f"the session has had its {self.limits.budget_calls:,} calls or {self.limits.budget_rows:,} rows: "
                    "a person has to start a new one"
                )
            self._calls += 1

    def take(self, rows: int) -> None:
        """Take rows off."""
        with self._lock:
            self._rows += rows

    def _renew(self) -> None:
        now, lasts = datetime.now(UTC), self.limits.session_seconds
        if lasts is not None and (now - self._began).total_seconds() > lasts:
            self._began, self._calls, self._rows = now, 0, 0


@dataclass(frozen=True)
class AuditLog:
    """What was asked, a line of JSON each: when, in which session, which tool with what, and what came of it.

    Answers are not in it.
    """

    path: Path
    session: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(
        self, tool: str, arguments: Mapping[str, Any], outcome: str, *, rows: int, seconds: float
    ) -> None:
        """Add a line."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "session": self.session,
            "tool": tool,
            "arguments": {name: shortened(value) for name, value in arguments.items() if value is not None},
            "outcome": shortened(outcome),
            "rows": rows,
            "seconds": round(seconds, 3),
        }
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(opened, "a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=True, default=str) + "\n")


def shortened(value: Any, longest: int = LONGEST) -> Any:
    """A value whose texts are short, and without signs that a terminal or a reader obeys."""
    match value:
        case str():
            plain = "".join(sign if sign.isprintable() or sign == "\n" else "·" for sign in value)
            return plain if len(plain) <= longest else f"{plain[:longest]}…"
        case Mapping():
            return {str(key): shortened(one, longest) for key, one in value.items()}
        case list() | tuple():
            return [shortened(one, longest) for one in value]
    return value
