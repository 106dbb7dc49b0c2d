"""What an alert says: what is wrong, where, since when, and what to do. Never a value of a record, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["failed_run", "failed_check", "stale_table", "growing_quarantine"]


@dataclass(frozen=True)
class Alert:
    """One thing that is wrong, or is no longer.

    Attributes:
        cause: what it is known by; one cause is told once. Begins with the group that it is looked for in.
        kind: what kind of thing it is.
        what: what is wrong, as a sentence.
        where: the table, job or lakehouse.
        since: since when, UTC.
        todo: what to do about it, as sentences.
        is_resolved: whether it is over.
    """

    cause: str
    kind: Kind
    what: str
    where: str
    since: datetime
    todo: str
    is_resolved: bool = False

    @property
    def headline(self) -> str:
        """The alert in one line."""
        return f"Resolved: {self.what}" if self.is_resolved else self.what

    @property
    def text(self) -> str:
        """The alert for people."""
        lines = [self.headline, f"Where: {self.where}", f"Since: {self.since:%Y-%m-%d %H:%M} UTC"]
        return "\n".join(lines if self.is_resolved else [*lines, f"What to do: {self.todo}"])

    def as_json(self) -> dict[str, Any]:
        """The body for a webhook. Chat services (Slack, Mattermost and their like) show ``text``."""
        return {
            "text": f"Vermeil: {self.text}",
            "status": "resolved" if self.is_resolved else "open",
            "kind": self.kind,
            "cause": self.cause,
            "what": self.what,
            "where": self.where,
            "since": self.since.isoformat(),
            "todo": self.todo,
        }
