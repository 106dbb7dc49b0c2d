"""Releases: which versions of all tables belong together.

A Delta commit is atomic, but there is none over several tables. So whoever has written leaves, as the last thing, one
small record of the versions that belong together. Readers who need several tables of one moment read those versions,
and see nothing of a run that is going on, that was refused, or that died.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.delta import storage
from pipelines.errors import LakehouseError

FOLDER = "_releases"

_FILE = re.compile(r"^(\d{20})\.json$")


@dataclass(frozen=True)
class Release:
    """The versions of all tables at one moment between two writers.

    Attributes:
        number: counts up from 1.
        at: when it was made, UTC.
        made_by: what the writer did, such as ``vermeil run``.
        versions: Delta versions by table; a table that is not named did not exist.
    """

    number: int
    at: datetime
    made_by: str
    versions: Mapping[str, int]


@dataclass
class Draft:
    """What the writer that is at work will release in the end.

    Attributes:
        before: Delta versions by table when it began.
        complete: all tables belong together again, also those that an earlier writer left behind. Otherwise only
            tables that moved since it began are released.
        held_back: something was refused: readers keep the release that they have.
    """

    before: Mapping[str, int]
    complete: bool = False
    held_back: bool = False

    def is_behind(self, last: Release | None) -> bool:
        """Whether an earlier writer has left tables that readers do not see yet as they are."""
        return last is not None and dict(last.versions) != dict(self.before)

    def moved(self, now: Mapping[str, int]) -> dict[str, int]:
        """The tables that have moved since it began, with their versions of now."""
        return {name: version for name, version in now.items() if self.before.get(name) != version}

    def versions(self, now: Mapping[str, int], last: Release | None) -> dict[str, int]:
        """The versions to release, given those that the tables have now and those of the last release."""
        if last is None or self.complete:
            return dict(now)
        return {
            name: version for name, version in {**last.versions, **self.moved(now)}.items() if name in now
        }


def latest(root: str) -> Release | None:
    """The newest release of a lakehouse; None where there is none yet."""
    return next(newest_first(root), None)


def newest_first(root: str) -> Iterator[Release]:
    """The releases of a lakehouse. One that cannot be read is passed over."""
    for number in reversed(_numbers(root)):
        found = _read(root, number)
        if found:
            yield found


def at_or_before(root: str, moment: datetime) -> Release | None:
    """The newest release that was made at some time or before; None where there is none so old."""
    return next((found for found in newest_first(root) if found.at <= moment), None)


def make(root: str, made_by: str, versions: Mapping[str, int], now: datetime) -> Release:
    """Record that some versions belong together. The record is there as a whole or not at all.

    Raises:
        LakehouseError: in an object store, another writer has made one of that number meanwhile.
    """
    number = max(_numbers(root), default=0) + 1
    found = Release(number, now, made_by, dict(versions))
    text = json.dumps(
        {
            "number": number,
            "at": now.astimezone(UTC).isoformat(),
            "made_by": made_by,
            "versions": found.versions,
        },
        indent=1,
        sort_keys=True,
    )
    storage.make_folder(storage.join(root, FOLDER))
    if not storage.create_whole(_uri(root, number), text):
        raise LakehouseError(
            f"another writer has made release {number} of {root} meanwhile. What this one published stays; run again."
        )
    return found


def end(root: str, draft: Draft, made_by: str, versions: Mapping[str, int], now: datetime) -> None:
    """Release what a writer leaves, unless it is what readers have already."""
    last = latest(root)
    released = draft.versions(versions, last)
    if released and not draft.held_back and (last is None or released != last.versions):
        make(root, made_by, released, now)


def forget_before(root: str, moment: datetime) -> int:
    """Delete the records of releases made before some time, but never the newest; returns how many."""
    old = [found for found in list(newest_first(root))[1:] if found.at < moment]
    for found in old:
        storage.delete_file(_uri(root, found.number))
    return len(old)


def _numbers(root: str) -> list[int]:
    names = storage.children(storage.join(root, FOLDER))
    return sorted(int(found[1]) for name in names if (found := _FILE.match(name)))


def _read(root: str, number: int) -> Release | None:
    text = storage.read_text(_uri(root, number))
    try:
        held = json.loads(text or "")
        versions = {str(name): int(version) for name, version in held["versions"].items()}
        return Release(number, datetime.fromisoformat(held["at"]), str(held["made_by"]), versions)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _uri(root: str, number: int) -> str:
    return storage.join(root, FOLDER, f"{number:020d}.json")
