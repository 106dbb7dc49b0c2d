"""Drift: shares are shares, and what is scored still looks like what was learnt from."""

from __future__ import annotations

from expectations.check import Check
from expectations.drift import columns_as_learnt
from expectations.shared import share
from pipelines.models.drift.figures import LEAST
from pipelines.models.task import Task


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    return (
        share("null_rate"),
        share("learnt_null_rate"),
        *columns_as_learnt(
            f"Over the newest four weeks of each version, of {LEAST} {task.entities} or more."
        ),
    )
