"""Training in a lakehouse: from a task's released training table to a version in the registry, and a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.catalog import inputs
from pipelines.errors import ModelError
from pipelines.models.registry import Registry
from pipelines.models.task import Task
from pipelines.models.training.examples import examples
from pipelines.models.training.provenance import provenance
from pipelines.models.training.renewal import Renewal, renew

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def cycle(
    lake: Lakehouse,
    task: Task,
    now: datetime,
    *,
    families: Sequence[str] = (),
    threads: int = 1,
    telling: Callable[[str], None] = lambda _: None,
) -> Renewal:
    """Train a task on the latest release, keep the model, and decide whether it serves.

    Nothing in the lakehouse is written, so no other writer has to wait.

    Args:
        lake: where the training table is.
        task: what to predict.
        now: when training begins, with a timezone.
        families: of models to try; by default those that the task declares.
        threads: how many cores to use.
        telling: told what was tried and what was decided.

    Raises:
        ModelError: the table is empty, its history too short or without fraud, or a family is not known. Nothing was
            kept then.
    """
    chosen = replace(task, families=tuple(families)) if families else task
    fixed = lake.released()
    if not fixed.exists(task.training_table):
        raise ModelError(
            f"task {task.name}: nothing was published to {task.training_table} yet; 'vermeil run' fills it"
        )
    rows = fixed.table(task.training_table).toArrow()
    made = provenance(made_from(fixed, task.training_table), now)
    return renew(
        chosen, examples(rows, chosen), Registry(lake.settings), made, threads=threads, telling=telling
    )


def is_trained_on(lake: Lakehouse, task: Task, registry: Registry) -> bool:
    """Whether the newest version was made from what the task's table is in the latest release."""
    versions = registry.versions(task.name)
    now = lake.released().version(task.training_table)
    return bool(versions) and versions[-1].tables.get(task.training_table) == now


def made_from(lake: Lakehouse, name: str) -> dict[str, int]:
    """Versions of a table and of all that it is made from, as they are read."""
    names, found = [name], {}
    while names:
        one = names.pop()
        if one not in found:
            found[one] = lake.version(one)
            names += inputs(lake.declaration(one))
    return {one: version for one, version in sorted(found.items()) if version is not None}
