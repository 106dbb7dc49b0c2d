"""gold.payouts_itemized: what a payout pays was available by then."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY, NET

CHECKS = (
    CURRENCY,
    NET,
    always(
        "paid_when_available",
        "date >= cast(available_at as date) or reporting_category = 'payout'",
        "No payout pays what is not available yet; what a payout sends leaves before it arrives.",
    ),
    always(
        "payout_does_not_pay_itself",
        "reporting_category <> 'payout' or source_id <> payout_id",
        "A payout does not pay itself.",
    ),
)
