"""What a driver tells while it works, by Spark's log of events: which query a stage is for, and what was lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass
class Followed:
    """The log of one driver, read as it grows.

    Attributes:
        folder: where drivers log; the log that was not there at first is followed.
        plans: of each query that has begun.
        stages: of each stage that has, what Delta says of its job, and the plan of its query.
        removed: what is said of executors that were lost.
    """

    folder: Path
    plans: dict[int, str] = field(default_factory=dict)
    stages: dict[int, str] = field(default_factory=dict)
    removed: list[Json] = field(default_factory=list)
    _before: set[str] = field(default_factory=set)
    _read: int = 0

    def __post_init__(self) -> None:
        self._before = {log.name for log in self.folder.glob("*")}

    def stages_of(self, pattern: str) -> set[int]:
        """Stages of which a text is said, as far as they have begun."""
        self.read()
        return {stage for stage, said in self.stages.items() if pattern in said}

    def has_lost_one(self) -> bool | None:
        """Whether the driver has given an executor up; None while it has not."""
        self.read()
        return bool(self.removed) or None

    def read(self) -> None:
        """Take in what was logged since."""
        for event in self._new():
            kind = event["Event"].rpartition(".")[2]
            if kind == "SparkListenerSQLExecutionStart":
                self.plans[event["executionId"]] = event["physicalPlanDescription"]
            elif kind == "SparkListenerJobStart":
                told = event["Properties"]
                plan = self.plans.get(int(told.get("spark.sql.execution.id", -1)), "")
                said = told.get("spark.job.description") or ""
                self.stages |= dict.fromkeys(event["Stage IDs"], f"{said}\n{plan}")
            elif kind == "SparkListenerExecutorRemoved":
                self.removed.append(event)

    def _new(self) -> Iterator[Json]:
        log = next((log for log in sorted(self.folder.glob("*")) if log.name not in self._before), None)
        if log is None:
            return
        try:
            with log.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:  # it has just got the name of one that is complete
            return
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        yield from map(json.loads, whole.splitlines())
