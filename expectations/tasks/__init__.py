"""What is expected of the tables of tasks, a module a kind of table; each has its checks as a function of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def checks_of(name: str) -> Checks:
    """The checks of a table, where it is that of a task; none of any other."""
    for task in all_tasks().values():
        if name == task.training_table:
            return training.checks(task)
        for made, checks in MADE.items():
            if name == task.table(made):
                return checks(task)
    return ()
