"""What the commands that keep a lakehouse in order do: maintain and restore."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.errors import SettingsError
from pipelines.upkeep import maintenance, restoring

if TYPE_CHECKING:
    from pipelines.delta.releases import Release
    from pipelines.lakehouse import Lakehouse
    from pipelines.upkeep.maintenance import Maintained
    from pipelines.upkeep.restoring import Step


def maintain(lake: Lakehouse, starting: Callable[[str], None], wait: float | None = None) -> list[Maintained]:
    """Compact, vacuum and checkpoint all tables by policy."""
    with lake.writing("vermeil maintain", wait, waiting=starting) as draft:
        return list(maintenance.maintain(lake, draft, datetime.now(UTC), starting))


def restore(
    lake: Lakehouse, to: str, starting: Callable[[str], None], wait: float | None = None, *, dry_run: bool
) -> tuple[Release, list[Step]]:
    """Bring all tables back to a moment; which release that was, and what was done to each table.

    Raises:
        SettingsError: the moment is not a time.
        LakehouseError: the moment is older than what is kept.
    """
    moment = as_moment(to)
    if dry_run:
        release = restoring.release_at(lake, moment)
        return release, restoring.steps(lake, release)
    with lake.writing("vermeil restore", wait, waiting=starting) as draft:
        # Looked for under the lock: a restore that was cut has been completed by now.
        release = restoring.release_at(lake, moment)
        steps = restoring.steps(lake, release)
        restoring.restore(lake, release, datetime.now(UTC), starting)
        draft.complete = True
    return release, steps


def as_moment(text: str, option: str = "--to") -> datetime:
    """A time as people write it (ISO 8601); without a zone it is UTC.

    Raises:
        SettingsError: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{option} {text}: a moment is expected, such as 2026-03-01 or 2026-03-01T09:30:00Z"
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
