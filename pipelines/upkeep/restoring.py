"""All tables back to one moment: to the versions of a release, each in one commit, and all of them in the end.

What is to be done is written down first. Whoever writes next after a restore that was cut completes it, and readers of
releases see nothing of it until it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.delta import intent, releases
from pipelines.delta.intent import Intent
from pipelines.delta.releases import Release
from pipelines.errors import LakehouseError

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Step:
    """What a restore does to one table.

    Attributes:
        table: its name.
        now: its newest version.
        to: the version whose rows it will have; None leaves it empty, as it was before it was first written.
        readable: whether that version is still there.
    """

    table: str
    now: int
    to: int | None
    readable: bool

    @property
    def changes(self) -> bool:
        """Whether the table has moved since then."""
        return self.now != self.to


@dataclass(frozen=True)
class Point:
    """A moment that can be restored, or could once.

    Attributes:
        release: the versions of that moment.
        lost: tables whose version is gone; none where it can be restored.
    """

    release: Release
    lost: tuple[str, ...]


def points(lake: Lakehouse, limit: int) -> Iterator[Point]:
    """The releases, newest first, with what is lost of each."""
    known: dict[tuple[str, int], bool] = {}
    for number, release in enumerate(releases.newest_first(lake.uri)):
        if number == limit:
            return
        yield Point(release, tuple(step.table for step in steps(lake, release, known) if not step.readable))


def release_at(lake: Lakehouse, moment: datetime) -> Release:
    """The newest release at or before a moment.

    Raises:
        LakehouseError: nothing was released by then.
    """
    found = releases.at_or_before(lake.uri, moment)
    if found:
        return found
    oldest = list(releases.newest_first(lake.uri))[-1:]
    known = (
        f"the oldest moment known is {oldest[0].at:%Y-%m-%dT%H:%M:%SZ}"
        if oldest
        else "nothing was released yet"
    )
    raise LakehouseError(
        f"there is nothing to restore at {moment.isoformat()}: {known}. See: vermeil restore --list"
    )


def steps(lake: Lakehouse, release: Release, known: dict[tuple[str, int], bool] | None = None) -> list[Step]:
    """What a restore to a release does to each table that there is."""
    seen = {} if known is None else known
    found = []
    for name, now in lake.versions().items():
        to = release.versions.get(name)
        if to is not None and to != now and (name, to) not in seen:
            seen[name, to] = to < now and lake.log.readable(lake.table_uri(name), to)
        found.append(Step(name, now, to, readable=to is None or to == now or seen[name, to]))
    return found


def restore(
    lake: Lakehouse, release: Release, now: datetime, starting: Callable[[str], None] = lambda _: None
) -> None:
    """Bring all tables back to a release. Call it while holding the lakehouse for writing.

    Raises:
        LakehouseError: versions of that moment are gone; nothing was changed.
    """
    planned = steps(lake, release)
    if lost := [step.table for step in planned if not step.readable]:
        raise LakehouseError(_gone(lake, release, lost))
    if not any(step.changes for step in planned):
        return
    tables = {step.table: step.to for step in planned}
    begun = now.astimezone(UTC).isoformat()
    intent.begin(lake.uri, Intent(uuid4().hex, begun, release.number, release.at.isoformat(), tables))
    lake.complete_restore(starting)


def _gone(lake: Lakehouse, release: Release, lost: list[str]) -> str:
    whole = [point.release for point in points(lake, limit=1000) if not point.lost]
    oldest = (
        f"The oldest moment that is whole is {whole[-1].at:%Y-%m-%dT%H:%M:%SZ}"
        if whole
        else "No moment is whole"
    )
    return (
        f"the moment {release.at:%Y-%m-%dT%H:%M:%SZ} cannot be restored: {', '.join(lost)} no longer "
        f"{'has its version' if len(lost) == 1 else 'have their versions'} of then, because vacuum or an erasure has "
        f"deleted {'it' if len(lost) == 1 else 'them'}. {oldest}; see: vermeil restore --list. Nothing was changed."
    )
