"""What a commit to a Delta table says of itself, and what Vermeil writes with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any

Note = Mapping[str, Any]
"""What Vermeil writes with a commit: watermarks, counts of checks, files."""


@dataclass(frozen=True)
class Commit:
    """One version of a Delta table.

    Attributes:
        version: Delta's version number.
        at: when it was committed, UTC.
        operation: Delta's name for what was done, such as MERGE.
        note: what Vermeil wrote with it; empty for a commit of someone else.
    """

    version: int
    at: datetime
    operation: str
    note: Note = field(default_factory=dict)


def entry_of(entry: str) -> dict[str, Any]:
    """What an entry of a log says of itself."""
    actions = (json.loads(line) for line in entry.splitlines() if line)
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    return {
        "timestamp": info.get("inCommitTimestamp") or info.get("timestamp", 0),
        "operation": info.get("operation", ""),
        "note": load_note(info.get("userMetadata")),
    }


def dump_note(note: Note) -> str:
    """A note as it is stored in a commit's ``userMetadata``."""
    return json.dumps({"vermeil": note}, sort_keys=True, separators=(",", ":"))


def stamped(note: Note) -> Note:
    """A note with the Vermeil that writes it."""
    return {**note, "by": version("vermeil")}


def load_note(text: str | None) -> Note:
    """The inverse of :func:`dump_note`; an empty note for a commit that Vermeil did not make."""
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    note = found.get("vermeil") if isinstance(found, dict) else None
    return note if isinstance(note, dict) else {}
