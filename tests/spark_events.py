"""What Apache Spark was asked to do, by the events that it logs: jobs, queries, tasks, and the longest plan."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests import plans

STARTED = ("SparkListenerJobStart", "SparkListenerSQLExecutionStart", "SparkListenerTaskEnd")


@dataclass(frozen=True)
class Asked:
    """What one process asked of Spark.

    Attributes:
        jobs: Spark jobs.
        queries: SQL executions, those within others counted as well.
        tasks: tasks of all jobs.
        plan: characters of the longest physical plan.
    """

    jobs: int
    queries: int
    tasks: int
    plan: int


def logging_to(folder: Path) -> dict[str, str]:
    """Spark settings with which a process leaves its events in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": folder.as_uri(),
        **plans.WHOLE,
    }


def asked(folder: Path) -> Asked:
    """What the process that logged to a folder asked for."""
    counts: Counter[str] = Counter()
    longest = 0
    for log in folder.rglob("events_*"):
        for line in log.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            kind = event["Event"].rpartition(".")[2]
            counts[kind] += kind in STARTED
            longest = max(longest, len(event.get("physicalPlanDescription", "")))
    return Asked(*(counts[kind] for kind in STARTED), longest)
