"""gold.dunning: an invoice that failed is recovered, tried again or given up, and its money follows."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    always("failed_once", "failed_attempts_count >= 1", "An attempt failed of every invoice."),
    always(
        "recovery_told",
        "(recovered_by is not null) = (outcome = 'recovered')",
        "Of what is recovered it is told how, of nothing else.",
    ),
    all_of(
        "money_follows",
        {
            "recovered_minor": "outcome = 'recovered' or recovered_minor = 0",
            "lost_minor": "outcome in ('uncollectible', 'void') or lost_minor = 0",
        },
        "What is recovered is not lost, and neither is what may still be paid.",
    ),
    all_of(
        "recovered_later",
        {
            "recovered_at": "recovered_at >= first_failed_at",
            "recovery_seconds": "recovery_seconds is null or recovered_at is not null",
        },
        "An invoice is recovered after it failed.",
        "warning",
    ),
)
