"""One run of everything in a process of its own, which tells what each table took of it.

``python -m benchmarks.scale.child run`` works on the lakehouse of the ``VERMEIL_*`` settings, one table after another:
what the processor did meanwhile was then done for that table. The last line that it prints is JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.process import tree_bytes, tree_seconds
from benchmarks.scale.stages import OPENING, RELEASING
from pipelines.flow.conservation import audit
from vermeil import Lakehouse
from vermeil.cli import commands

SAMPLE_SECONDS = 0.25


class Meter:
    """What each table took: processor and wall seconds, the greatest memory of all processes, and when.

    Times are from the start of this process, except those of day (``spans``, in Unix milliseconds), by which what
    Spark logs is told apart.
    """

    def __init__(self) -> None:
        self._now = OPENING
        self._cpu, self._wall = 0.0, time.monotonic()
        self._since = _milliseconds()
        self._over = threading.Event()
        self.cpu: dict[str, float] = defaultdict(float)
        self.seconds: dict[str, float] = defaultdict(float)
        self.peak: dict[str, int] = defaultdict(int)
        self.rows: dict[str, int] = defaultdict(int)
        self.spans: list[tuple[str, int, int]] = []

    @contextmanager
    def sampling(self) -> Iterator[Meter]:
        """Look at the memory meanwhile."""
        thread = threading.Thread(target=self._sample, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def starting(self, name: str) -> None:
        """A table has its turn."""
        self._close(self._now)
        self._now = name

    def came(self, name: str, rows: int) -> None:
        """A batch of a table was published."""
        self._close(name)
        self.rows[name] += rows
        self._now = RELEASING  # unless another batch or table follows

    def ended(self) -> None:
        """Nothing follows."""
        self._close(RELEASING)

    def _close(self, name: str) -> None:
        cpu, wall, now = tree_seconds(os.getpid()), time.monotonic(), _milliseconds()
        self.cpu[name] += cpu - self._cpu
        self.seconds[name] += wall - self._wall
        self.spans.append((name, self._since, now))
        self._cpu, self._wall, self._since = cpu, wall, now

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.peak[self._now] = max(self.peak[self._now], tree_bytes(os.getpid()))


def _milliseconds() -> int:
    return int(time.time() * 1000)


def run() -> dict[str, object]:
    """Bring everything up to date; the figures of each table."""
    with Meter().sampling() as meter:
        refused = []
        with Lakehouse.open() as lake:
            for outcome in commands.refresh(lake, [], [], meter.starting):
                meter.came(outcome.table, outcome.rows)
                if outcome.status in ("refused", "skipped"):
                    refused.append(outcome.table)
            meter.ended()
    tables = {
        name: {
            "cpu": round(meter.cpu[name], 3),
            "seconds": round(meter.seconds[name], 3),
            "peak_bytes": meter.peak[name],
            "rows": meter.rows[name],
        }
        for name in meter.cpu
    }
    return {"tables": tables, "spans": meter.spans, "refused": refused}


def audited() -> dict[str, object]:
    """Account for every record; whether the accounts balance."""
    with Lakehouse.open() as lake:
        return {"balanced": audit(lake).balanced}


if __name__ == "__main__":
    print(json.dumps({"run": run, "audit": audited}[sys.argv[1]]()))
