"""gold.ending_balance_reconciliation: the balance is what is not paid out yet."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "parts_add_up",
        {
            "unpaid_minor": "unpaid_charges_minor + unpaid_refunds_minor + unpaid_disputes_minor + unpaid_other_minor"
            " = unpaid_minor",
            "difference_minor": "closing_minor - unpaid_minor = difference_minor",
            "status": "(status = 'not_comparable') = (last_payout_date is null)"
            " and (status <> 'matched' or difference_minor = 0)",
        },
        "The parts of what is not paid out add up, and the status says what the figures say.",
    ),
    # A warning: the figures are right, it is the records that disagree, or the archive lacks those of before.
    always(
        "balance_is_what_is_not_paid_out",
        "status <> 'different'",
        "A balance is the net of what no payout has paid yet.",
        "warning",
    ),
)
