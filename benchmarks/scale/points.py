"""Which points are measured, and where each is kept: a JSON file a point, so that a series can be cut and resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "points"
"""Where the points of this repository are."""

ENGINES = ("embedded", "spark")

PAYMENTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
DAYS = (10, 100, 1_000, 3_650)
COMMITS = (10, 100, 1_000, 3_650)
FILES = (100, 1_000, 10_000, 100_000)

USUAL_DAYS = 100
"""Days over which payments are spread where these grow."""

USUAL_PAYMENTS = 10_000
"""Payments where days grow."""

AGED_PAYMENTS = 1_000
"""Payments where commits grow, of as few days as there may be."""


@dataclass(frozen=True)
class Point:
    """One set of figures.

    Attributes:
        engine: what computes and commits.
        payments: of the archive; of a log alone 0.
        days: that they are spread over; of a log alone 0.
        commits: versions of every table when the next day comes; 0 for those that it has.
        files: data files that a made-up log names; 0 where an archive is loaded.
    """

    engine: str
    payments: int = 0
    days: int = 0
    commits: int = 0
    files: int = 0

    @property
    def id(self) -> str:
        """Name of its file."""
        if self.files:
            return f"{self.engine}-log-{self.commits}c-{self.files}f"
        aged = f"-{self.commits}c" if self.commits else ""
        return f"{self.engine}-load-{self.payments}p-{self.days}d{aged}"

    @property
    def size(self) -> int:
        """How long it takes, in terms of payments."""
        return self.payments or self.files


def all_points() -> Iterator[Point]:
    """Every point of the series, each engine's small ones first."""
    for engine in ENGINES:
        seen = {
            *(Point(engine, count, USUAL_DAYS) for count in PAYMENTS),
            *(Point(engine, USUAL_PAYMENTS, days) for days in DAYS),
            *(Point(engine, AGED_PAYMENTS, min(DAYS), count) for count in (0, *COMMITS)),
            *(Point(engine, commits=count, files=max(count, min(FILES))) for count in COMMITS),
            *(Point(engine, commits=min(COMMITS), files=count) for count in FILES),
        }
        yield from sorted(seen, key=lambda one: (one.size, one.days, one.commits))


def path(folder: Path, point: Point) -> Path:
    """Where a point is kept."""
    return folder / f"{point.id}.json"


def keep(folder: Path, point: Point, figures: dict[str, Any]) -> None:
    """Keep the figures of a point: the whole of them, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"point": asdict(point), **figures}, sort_keys=True, separators=(",", ":"))
    half = path(folder, point).with_suffix(".part")
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(path(folder, point))


def kept(folder: Path) -> list[tuple[Point, dict[str, Any]]]:
    """All points that a folder has, smallest first."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    pairs = [(Point(**one.pop("point")), one) for one in found]
    return sorted(pairs, key=lambda pair: (pair[0].engine, pair[0].size, pair[0].days, pair[0].commits))
