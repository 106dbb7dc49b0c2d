"""Scores: sound reasons, and a batch that looks like what the model has learned from."""

from __future__ import annotations

from expectations.check import Check, always, figure
from expectations.drift import columns_as_learnt
from expectations.shared import currency
from pipelines.models.drift import figures as drift
from pipelines.models.scoring import EXPLAINED_FROM
from pipelines.models.task import Task


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    compared = f"Of batches of {drift.LEAST} {task.entities} or more, from most of a day or more."
    return (
        currency(task.currency),
        always(
            "reasons_where_acted_on",
            f"(reasons is not null) = (score >= {EXPLAINED_FROM})",
            f"Scores from {EXPLAINED_FROM} on have reasons, others none.",
        ),
        always(
            "top_reason_among_reasons",
            "top_reason is null or reasons is not null",
            "There is a first reason only where there are reasons.",
        ),
        always(
            "scored_after_payment",
            f"scored_at >= {task.at}",
            f"No {task.entity} is scored before it is made.",
            "warning",
        ),
        *columns_as_learnt(compared),
        figure(
            "mean_probability_as_tested",
            drift.MEAN,
            f"The mean probability is between a third and {drift.MEAN_TIMES} times that of the test days. {compared}",
            at_least=1 / drift.MEAN_TIMES,
            at_most=drift.MEAN_TIMES,
        ),
        figure(
            "high_scores_few",
            drift.HIGH,
            f"At most half of a batch has a score of at least {drift.HIGH_SCORE}; with more, a feature is broken, not "
            f"the customers. Of batches of {drift.LEAST_JUDGED} {task.entities} or more, from most of a day or more.",
            at_most=drift.MOST_HIGH,
            severity="critical",
        ),
    )
