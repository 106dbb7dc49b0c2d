"""What a command did, gathered while it does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipelines.bronze.files import RawFile
    from pipelines.errors import ModelError
    from pipelines.flow.steps import Outcome
    from pipelines.models.task import Task
    from pipelines.models.training.renewal import Renewal


@dataclass
class Done:
    """What a command has done so far.

    Attributes:
        job: Dagster's job that does the same, or the command's own name where there is none.
        command: as people call it, such as ``vermeil run``.
        started: when it began.
        outcomes: of the tables, in order.
        arrived: raw files that were new.
        moved: tables that got another version in another way than by a batch.
        models: tasks that were trained, each with what came of it.
        report: the first page of the report, where it was written.
        lines: what else there is to say.
        error: what ended it.
        is_whole: record also the tables that are as they were when they were recorded last.
    """

    job: str
    command: str
    started: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    arrived: list[RawFile] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    models: list[tuple[Task, Renewal | ModelError]] = field(default_factory=list)
    report: Path | None = None
    lines: list[str] = field(default_factory=list)
    error: Exception | None = None
    is_whole: bool = False

    @property
    def is_news(self) -> bool:
        """Whether anything was done, or went wrong."""
        told = self.arrived or self.moved or self.models or self.report or self.lines or self.error
        return bool(told) or any(one.status != "unchanged" or one.notices for one in self.outcomes)


def collected(outcomes: Iterable[Outcome], done: Done | None) -> Iterator[Outcome]:
    """Pass outcomes on, and remember each."""
    for outcome in outcomes:
        if done is not None:
            done.outcomes.append(outcome)
        yield outcome
