"""gold.disputes_enriched: what became of a dispute follows from its kind, and times are in order."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY, DATE_FOLLOWS
from pipelines.payments.claims import LOOK_BACK_DAYS

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    all_of(
        "outcome_follows",
        {
            "prevented": "(kind = 'prevented') = (outcome = 'prevented')",
            "not_needed": "(kind = 'prevented') = (response = 'not_needed')",
            "closed": "outcome <> 'closed' or kind = 'inquiry'",
            "closed_at": "outcome <> 'open' or closed_at is null",
            "at_stake_minor": "at_stake_minor = case outcome when 'open' then amount_minor else 0 end",
            "responded_at": "response in ('contested', 'not_needed') or responded_at is null",
        },
        "What is at stake, and how it ended, follow from the kind and the status.",
    ),
    all_of(
        "times_in_order",
        {
            "closed_at": "closed_at >= created_at",
            "responded_at": "responded_at >= created_at",
            "raised_after_days": f"raised_after_days between -1 and {LOOK_BACK_DAYS}",
            "payment_date": "raised_after_days = datediff(date, payment_date)",
        },
        "A dispute comes after its payment, and what comes of it after the dispute.",
        "warning",
    ),
)
