"""The raw files that are measured on: a simulated archive, and parts of it by day."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.simulate import Simulation, simulate

EVENTS_PER_PAYMENT = 3.9
"""Events that the simulator writes for each payment, about; balance transactions and other objects come on top."""


@dataclass(frozen=True)
class Archive:
    """A folder of raw files.

    Attributes:
        folder: where it is.
        raw_bytes: size before compression.
        stored_bytes: size on the disk.
        events: lines of event files.
        objects: objects without an event.
    """

    folder: Path
    raw_bytes: int
    stored_bytes: int
    events: int
    objects: int


def make(folder: Path, days: int, payments_per_day: int) -> Archive:
    """Simulate an archive under ``folder / "raw"``."""
    settings = Simulation(days=days, payments_per_day=payments_per_day)
    made = simulate(settings, folder / "raw", folder / "truth")
    return Archive(folder / "raw", made.raw_bytes, made.bytes, made.events, made.objects)


def payments_per_day(events: int, days: int) -> int:
    """How many payments a day make about so many events."""
    return max(1, round(events / days / EVENTS_PER_PAYMENT))


def days_of(archive: Path) -> list[str]:
    """The days that an archive has files of, in order (ISO dates)."""
    return sorted({_day(path) for path in archive.rglob("dt=*") if path.is_dir()})


def link_days(archive: Path, days: Sequence[str], into: Path) -> int:
    """Put an archive's files of some days also below another folder; returns how many there are.

    They are hard links: a copy's time of writing would be new, and with it the time at which objects were known.
    """
    chosen = set(days)
    return _link(archive, into, lambda path: _day_of_file(path.relative_to(archive)) in chosen)


def _link(source: Path, into: Path, wanted: Callable[[Path], bool]) -> int:
    files = [path for path in source.rglob("*") if path.is_file() and wanted(path)]
    for path in files:
        target = into / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    return len(files)


def _day_of_file(path: Path) -> str | None:
    return next((_day(part) for part in path.parents if part.name.startswith("dt=")), None)


def _day(folder: Path) -> str:
    return folder.name.removeprefix("dt=")
