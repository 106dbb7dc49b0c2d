"""gold.payment_scores: sound reasons, and a batch that looks like what the model has learned from."""

from __future__ import annotations

from expectations.check import always, figure
from expectations.drift import columns_as_learnt
from expectations.shared import CURRENCY
from pipelines.models.drift import figures as drift
from pipelines.models.scoring import EXPLAINED_FROM

_COMPARED = f"Of batches of {drift.LEAST} payments or more, from most of a day or more."

CHECKS = (
    CURRENCY,
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
        "scored_at >= created_at",
        "No payment is scored before it is made.",
        "warning",
    ),
    *columns_as_learnt(_COMPARED),
    figure(
        "mean_probability_as_tested",
        drift.MEAN,
        f"The mean probability is between a third and {drift.MEAN_TIMES} times that of the test days. {_COMPARED}",
        at_least=1 / drift.MEAN_TIMES,
        at_most=drift.MEAN_TIMES,
    ),
    figure(
        "high_scores_few",
        drift.HIGH,
        f"At most half of a batch has a score of at least {drift.HIGH_SCORE}; with more, a feature is broken, not the "
        f"customers. Of batches of {drift.LEAST_JUDGED} payments or more, from most of a day or more.",
        at_most=drift.MOST_HIGH,
        severity="critical",
    ),
)
