"""Decisions: what decided fits what was decided."""

from __future__ import annotations

from dataclasses import replace

from expectations.check import Check, always
from expectations.shared import CURRENCY
from pipelines.models.task import Task


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    not_blocked = always(
        "blocked_share_low",
        "action <> 'block'",
        f"At most 5 % of the {task.entities} of a batch are blocked; with more, a rule is wrong, or an attack is going "
        "on.",
        "warning",
    )
    return (
        CURRENCY,
        always(
            "model_decides_by_score",
            "decided_by <> 'model' or score is not null",
            "What the model decided has a score.",
        ),
        always(
            "default_does_nothing",
            "decided_by <> 'default' or (action = 'none' and score is null)",
            "Without a rule that holds and without a score nothing is done.",
        ),
        always(
            "rule_decides_where_it_held",
            "decided_by in ('model', 'default') or array_contains(split(matched_rules, ','), decided_by)",
            "A rule that decides is among those that held.",
        ),
        replace(not_blocked, arguments={**not_blocked.arguments, "mostly": 0.95}),
    )
