"""What Apache Spark logged of a run: tasks, their processor time, and the bytes that they shuffled, by table."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

TASK = '"Event":"SparkListenerTaskEnd"'


@dataclass(frozen=True)
class Tasks:
    """What some tasks did.

    Attributes:
        count: how many there were.
        cpu_seconds: processor time of their threads; Python workers are not in it.
        shuffled_bytes: what they wrote for others to read.
        spilled_bytes: what did not fit into memory, on the disk.
    """

    count: int = 0
    cpu_seconds: float = 0.0
    shuffled_bytes: int = 0
    spilled_bytes: int = 0

    def __add__(self, other: Tasks) -> Tasks:
        return Tasks(
            self.count + other.count,
            self.cpu_seconds + other.cpu_seconds,
            self.shuffled_bytes + other.shuffled_bytes,
            self.spilled_bytes + other.spilled_bytes,
        )


def logging_to(folder: Path) -> dict[str, str]:
    """Spark settings with which a process leaves its events in a folder, as one compressed file."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "true",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.dir": folder.as_uri(),
    }


def tasks(folder: Path, spans: Sequence[tuple[str, int, int]]) -> dict[str, Tasks]:
    """What the tasks of each table did.

    Args:
        folder: where one process logged to.
        spans: name, begin and end (Unix milliseconds) of what it did, one after another.
    """
    found: dict[str, Tasks] = {}
    begins = [begin for _, begin, _ in spans]
    for event in _ended(folder):
        place = bisect_right(begins, event["Task Info"]["Launch Time"]) - 1
        name = spans[max(place, 0)][0]
        found[name] = found.get(name, Tasks()) + of_task(event.get("Task Metrics") or {})
    return found


def of_task(metrics: Mapping[str, object]) -> Tasks:
    """What one task did, as its event says; of one that failed it may say nothing."""
    written = metrics.get("Shuffle Write Metrics")
    shuffled = written.get("Shuffle Bytes Written", 0) if isinstance(written, Mapping) else 0
    cpu = metrics.get("Executor CPU Time", 0)
    spilled = metrics.get("Disk Bytes Spilled", 0)
    return Tasks(1, float(str(cpu)) / 1e9, int(str(shuffled)), int(str(spilled)))


def _ended(folder: Path) -> Iterator[dict[str, dict[str, int]]]:
    for path in sorted(
        file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")
    ):
        with path.open("rb") as packed:
            reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            with reader if path.suffix == ".zstd" else path.open("rb") as stream:
                yield from (json.loads(line) for line in _lines(stream) if TASK in line)


def _lines(stream: object) -> Iterator[str]:
    import io

    return iter(io.TextIOWrapper(stream, encoding="utf-8"))  # type: ignore[arg-type]
