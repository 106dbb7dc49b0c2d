"""gold.disputes_enriched: what became of a dispute follows from its kind, and times are in order."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, DATE_FOLLOWS
from pipelines.gold.risk.disputes_enriched import KINDS, OUTCOMES, REASON_GROUPS, RESPONSES
from pipelines.payments.claims import LOOK_BACK_DAYS

_SETS = {"kind": KINDS, "reason_group": REASON_GROUPS, "outcome": OUTCOMES, "response": RESPONSES}

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    all_of(
        "words_known",
        {name: f"{name} in {words}" for name, words in _SETS.items()},
        "Kinds, reasons, outcomes and responses are in the words that are declared.",
    ),
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
