"""Runs on a cluster in the midst of which something goes wrong, at a point of the work and not of the clock."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.events import Followed
from tests.cluster.standalone import Cluster, Worker
from tests.engine_runs import Ended, started

READING = "_staging/bronze.records"
"""In the plan of whatever writes or counts a batch of bronze: executors read the raw files for it."""

MERGING = "MERGE operation"
"""Said by Delta of each job of a merge."""

FEATURES = "_staging/gold.features_"
"""In the plan of whatever writes or judges features."""

LONGEST = 3_000
"""Seconds that a run may take on a machine that does something else as well."""


@dataclass(frozen=True)
class Going:
    """A run that goes on."""

    pid: int
    events: Followed
    ending: Future[Ended]

    def kill(self) -> None:
        """Kill ``vermeil`` and the JVM that it started, which is the driver."""
        os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> Ended:
        ended = self.ending.result(LONGEST)
        self.events.read()
        return ended


def ran(
    cluster: Cluster, home: Path, words: Sequence[str], *losing: str, conf: Mapping[str, str] | None = None
) -> tuple[Ended, Followed]:
    """A run that loses a worker at each of some points, one after another; another one takes its place."""
    with going(cluster, home, words, conf) as run:
        for during in losing:
            cluster.lose(strike(cluster, run, during))
        return run.end(), run.events


@contextmanager
def going(
    cluster: Cluster, home: Path, words: Sequence[str], conf: Mapping[str, str] | None = None
) -> Iterator[Going]:
    """A run on the cluster that has begun; it is killed if it goes on after the block."""
    settings = cluster.conf(**(conf or {}))
    events = Followed(cluster.folder / "events")
    environment = {
        "VERMEIL_DRIVER_COMMIT_BYTES": "0",  # or no worker merged anything
        "VERMEIL_SPARK_CONF": json.dumps(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(cluster.folder / "local"),
    }
    process = started("spark", home, "run", "--json", *words, env=environment, own_group=True)

    def end() -> Ended:
        out, err = process.communicate()
        return Ended(process.returncode, out, err)

    with ThreadPoolExecutor(1) as pool:
        run = Going(process.pid, events, pool.submit(end))
        try:
            yield run
        finally:
            if process.poll() is None:
                run.kill()


def strike(cluster: Cluster, run: Going, during: str) -> Worker:
    """Wait until a worker is at a task of such a query, and hold it there: it stands still.

    Raises:
        AssertionError: the run ended before.
    """
    while not run.ending.done():
        stages = run.events.stages_of(during)
        for worker in cluster.workers:
            if stages & worker.works_at() and _is_held(worker, stages):
                return worker
        time.sleep(0.02)
    ended = run.end()
    raise AssertionError(f"no task of {during} was met: {ended.out[-2000:]} {ended.err[-2000:]}")


def _is_held(worker: Worker, stages: set[int]) -> bool:
    """Whether the worker stands still with such a task on its hands; one that has done it meanwhile goes on."""
    worker.pause()
    held = bool(stages & worker.works_at())
    if not held:
        worker.resume()
    return held
