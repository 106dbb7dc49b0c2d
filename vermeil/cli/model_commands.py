"""What the commands about models do, as functions that return what is then printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines import catalog, tasks
from pipelines.catalog import inputs
from pipelines.errors import ModelError, SettingsError
from pipelines.models.families.families import FAMILIES
from pipelines.models.registry import Registry, Version
from pipelines.models.task import Task
from pipelines.models.training.cycle import cycle, is_trained_on
from pipelines.models.training.renewal import Renewal
from pipelines.tasks import fraud
from vermeil.cli import commands

if TYPE_CHECKING:
    from assets.record.done import Done
    from pipelines.flow.steps import Outcome
    from pipelines.lakehouse import Lakehouse
    from pipelines.settings import Settings


@dataclass(frozen=True)
class Listed:
    """A version, and how it did on its test days."""

    version: Version
    figures: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """As ``vermeil models --json`` prints it."""
        one, decision = self.version, self.version.decision
        return {
            "version": one.name,
            "task": one.task,
            "number": one.number,
            "roles": list(one.aliases),
            "family": one.tags["family"],
            "trained_at": one.tags["trained_at"],
            "test": self.figures,
            "promoted": decision.is_promoted if decision else None,
            "decision": decision.reason if decision else None,
            "judged_by": decision.days if decision else None,
            "tables": one.tables,
            "code_version": one.tags["code_version"],
            "path": str(one.folder),
        }


def train(
    lake: Lakehouse,
    task: str,
    families: Sequence[str],
    telling: Callable[[str], None] = lambda _: None,
    done: Done | None = None,
) -> Renewal:
    """Train a task's model on the latest release. What comes of it is put into ``done``, too.

    Raises:
        SettingsError: there is no such task or family.
        ModelError: there is too little history, or no fraud in it.
    """
    for family in families:
        if family not in FAMILIES:
            raise SettingsError(f"--family {family}: there are {', '.join(FAMILIES)}")
    now, threads, chosen = datetime.now(UTC), os.cpu_count() or 1, declared(task)
    came: Renewal | ModelError
    try:
        came = cycle(lake, chosen, now, families=families, threads=threads, telling=telling)
    except ModelError as error:
        came = error
    if done is not None:
        done.models.append((chosen, came))
    if isinstance(came, ModelError):
        raise came
    return came


@dataclass(frozen=True)
class Demonstration:
    """What the demo did with models.

    Attributes:
        done: the training; None where the newest version is of the same data, or a run before it failed.
        missing: why there is no version; None where there is one.
        outcomes: of the tables that are made with models.
    """

    done: Renewal | None = None
    missing: ModelError | None = None
    outcomes: Sequence[Outcome] = ()

    @property
    def scores(self) -> int:
        """How many were written."""
        made = _score_tables()
        return sum(one.rows for one in self.outcomes if one.table in made and one.status == "published")


def demonstrated(
    lake: Lakehouse, before: Sequence[Outcome], starting: Callable[[str], None], record: Done
) -> Demonstration:
    """Train and score for the demo, unless what came before it failed or nothing is new."""
    if commands.exit_code(before) or is_trained_on(lake, fraud.TASK, Registry(lake.settings)):
        return Demonstration()
    try:
        done = train(lake, fraud.TASK.name, [], starting, record)
    except ModelError as error:
        return Demonstration(missing=error)
    return Demonstration(done, outcomes=list(score(lake, starting, done=record)))


def score(
    lake: Lakehouse,
    starting: Callable[[str], None],
    wait: float | None = None,
    done: Done | None = None,
) -> Iterator[Outcome]:
    """Bring the scores and all that is made from them up to date.

    Raises:
        ModelError: there is no model that could score.
    """
    if not any(one.aliases for name in tasks.all_tasks() for one in Registry(lake.settings).versions(name)):
        raise ModelError("there is no model that could score: 'vermeil train' trains one")
    yield from commands.refresh(lake, made_from(_score_tables()), [], starting, wait, done)


def _score_tables() -> list[str]:
    return [task.table("scores") for task in tasks.all_tasks().values()]


def made_from(names: Sequence[str]) -> list[str]:
    """Some tables and all that is made from them, directly or not, in order."""
    found = list(names)
    for table in catalog.all_tables().values():
        if table.name not in found and not set(found).isdisjoint(inputs(table)):
            found.append(table.name)
    return found


def versions(settings: Settings, task: Task) -> list[Listed]:
    """The versions of a task's model, the newest first."""
    registry = Registry(settings)
    found = registry.versions(task.name)
    return [Listed(one, registry.figures(one)) for one in reversed(found)]


def declared(task: str) -> Task:
    """A task by name.

    Raises:
        SettingsError: there is no such task.
    """
    try:
        return tasks.task(task)
    except ModelError as error:
        raise SettingsError(f"--task: {error}") from None
