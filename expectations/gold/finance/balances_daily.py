"""gold.balances_daily: categories add up to the balance, and payouts tie to it."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    always(
        "categories_add_up",
        "charges_minor + refunds_minor + disputes_minor + transfers_minor + platform_earnings_minor + billed_fees_minor"
        " + adjustments_minor + payout_transactions_minor + payout_reversals_minor + other_minor = amount_minor",
        "The categories add up to the amount.",
    ),
    always(
        "net_is_amount_less_fees",
        "net_minor = amount_minor - fees_minor",
        "The net is the amount less the fees.",
    ),
    all_of(
        "parts_within_whole",
        {
            "automatic_payouts_count": "automatic_payouts_count <= payouts_count",
            "failed_payouts_count": "failed_payouts_count <= payouts_count",
        },
        "No part is more than its whole.",
    ),
    # Warnings: the figures are right, it is the records that disagree, or some of them are still on their way.
    always(
        "payouts_tie",
        "payout_difference_minor = 0",
        "Payouts are what the balance says was paid out.",
        "warning",
    ),
    always(
        "payouts_pay_what_was_available",
        "payable_difference_minor = 0",
        "Automatic payouts pay what was available.",
        "warning",
    ),
    FRESH,
)
