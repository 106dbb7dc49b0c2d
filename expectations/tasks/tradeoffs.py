"""Trade-offs: no part is more than its whole, and what is not caught is missed."""

from __future__ import annotations

from expectations.check import Check, all_of, always
from expectations.shared import CURRENCY, share
from pipelines.models.task import Task


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    many, many_minor = task.column("payments_count"), task.column("payments_minor")
    frauds, frauds_minor = task.column("fraud_count"), task.column("fraud_minor")
    caught, caught_minor = task.column("caught_fraud_count"), task.column("caught_fraud_minor")
    return (
        CURRENCY,
        always("cut_in_range", "cut_score <= 100", "Cuts are from 0 to 100."),
        always("days_in_order", "first_date <= last_date", "The first day is not after the last."),
        all_of(
            "parts_within_whole",
            {
                "blocked_good_count": f"blocked_good_count <= {many} - {frauds}",
                "blocked_good_minor": f"blocked_good_minor <= {many_minor} - {frauds_minor}",
                caught: f"{caught} <= {frauds}",
                frauds: f"{frauds} <= {many}",
                frauds_minor: f"{frauds_minor} <= {many_minor}",
            },
            "No part is more than its whole.",
        ),
        always(
            f"{task.positive}_caught_or_missed",
            f"{caught_minor} + {task.column('missed_fraud_minor')} = {frauds_minor}",
            f"All {task.positive} is caught or missed.",
        ),
        always(
            "all_blocked_from_0",
            "cut_score > 0 or blocked_rate = 1",
            "From score 0 on everything would be blocked.",
        ),
        *map(
            share,
            ("blocked_rate", "precision_rate", "recall_rate", "value_recall_rate", "false_positive_rate"),
        ),
    )
