"""Training: features and labels agree on the entity, and no label was known before it was made."""

from __future__ import annotations

from expectations import features
from expectations.check import Check, all_of, always
from expectations.shared import currency
from pipelines.catalog import all_tables
from pipelines.features.payments import PAYMENTS
from pipelines.models.task import Task


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    learnt = all_tables()[task.training_table].column_names
    return (
        currency(task.currency),
        always("date_follows", f"date = cast({task.at} as date)", f"date is the day of {task.at}, UTC."),
        all_of(
            f"known_after_{task.entity}",
            {
                task.known_at: f"{task.known_at} >= {task.at}",
                task.matures_at: f"{task.matures_at} > {task.at}",
            },
            f"Nothing is known of a {task.entity} before it was made.",
        ),
        *features.checks(PAYMENTS, [one for one in PAYMENTS.features if one.name in learnt]),
    )
