"""What is expected of the tables of tasks, a module a kind of table; each has its checks as a function of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from expectations.check import Check
from expectations.tasks import decisions, drift, performance, scores, tradeoffs, training
from pipelines.models.task import Made, Task
from pipelines.tasks import all_tasks

Checks = tuple[Check, ...]

MADE: Mapping[Made, Callable[[Task], Checks]] = {
    "scores": scores.checks,
    "performance_daily": performance.checks,
    "drift_daily": drift.checks,
    "tradeoffs": tradeoffs.checks,
    "decisions": decisions.checks,
}


def of_tasks() -> Mapping[str, Checks]:
    """The checks of all tables of tasks, by the table's name."""
    return dict(pair for task in all_tasks().values() for pair in _of_task(task))


def _of_task(task: Task) -> Iterator[tuple[str, Checks]]:
    yield task.training_table, training.checks(task)
    yield from ((task.table(made), checks(task)) for made, checks in MADE.items())
