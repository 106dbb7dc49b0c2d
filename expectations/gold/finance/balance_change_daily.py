"""gold.balance_change_daily: what a balance opened with and what changed it make what it closed with."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    all_of(
        "balances_add_up",
        {
            "activity_minor": "charges_minor + refunds_minor + disputes_minor + transfers_minor"
            " + platform_earnings_minor + billed_fees_minor + adjustments_minor + other_minor = activity_minor",
            "activity_net_minor": "activity_minor - activity_fees_minor = activity_net_minor",
            "closing_minor": "opening_minor + activity_net_minor + payouts_net_minor = closing_minor",
            "closing_available_minor": "closing_available_minor + closing_pending_minor = closing_minor",
        },
        "The parts of a balance, and of what changed it, add up.",
    ),
    FRESH,
)
