"""How far each table is: what a person wants to know of it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class TableStatus:
    """A table as it stands.

    Attributes:
        name: its full name.
        rows: that a reader sees.
        version: Delta's number of the latest commit; None where nothing was published.
        published_at: when that was, UTC.
        passed: expectations that held when it was last published.
        failed: expectations that did not.
    """

    name: str
    rows: int = 0
    version: int | None = None
    published_at: datetime | None = None
    passed: int = 0
    failed: int = 0

    def as_json(self, lake: Lakehouse) -> dict[str, Any]:
        """What ``vermeil tables --json`` prints of it."""
        return {
            "name": self.name,
            "layer": lake.declaration(self.name).layer,
            "rows": self.rows,
            "version": self.version,
            "path": lake.table_uri(self.name),
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "checks_passed": self.passed,
            "checks_failed": self.failed,
        }


def statuses(lake: Lakehouse) -> list[TableStatus]:
    """Every declared table, in the order of the layers."""
    return [_status(lake, name) for name in lake.tables]


def _status(lake: Lakehouse, name: str) -> TableStatus:
    latest = next(iter(lake.history(name, 1)), None)
    if latest is None:
        return TableStatus(name)
    checks = lake.note(name).get("checks", {})
    passed, failed = int(checks.get("passed", 0)), int(checks.get("failed", 0))
    return TableStatus(name, lake.count(name), latest.version, latest.at, passed, failed)
