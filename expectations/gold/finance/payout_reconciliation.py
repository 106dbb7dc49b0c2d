"""gold.payout_reconciliation: a status says what the figures say, and payouts agree with the balance."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, DATE_FOLLOWS

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    all_of(
        "status_follows",
        {
            "reason": "(status = 'matched') = (reason is null)",
            "difference_minor": "status <> 'matched' or coalesce(difference_minor, 0) = 0",
            "booked_minor": "status <> 'matched' or booked_minor = amount_minor",
        },
        "A payout is matched where nothing differs, and has a reason where it is not.",
    ),
    always(
        "difference_follows",
        "difference_minor = amount_minor - items_minor",
        "The difference is the amount less what the payout pays.",
    ),
    # A warning: the figures are right, it is the records that disagree, or some of them are still on their way.
    always(
        "payouts_matched",
        "status <> 'different'",
        "Payouts are what the balance says that they paid.",
        "warning",
    ),
)
