"""gold.payment_scores: sound reasons, and a batch that looks like what the model has learned from."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY
from pipelines.models.scoring import EXPLAINED_FROM

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
)
