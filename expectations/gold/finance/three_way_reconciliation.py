"""gold.three_way_reconciliation: what is unmatched does not grow."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, UNMATCHED_STEADY
from pipelines.gold.finance.three_way_reconciliation import UNMATCHED

CHECKS = (
    CURRENCY,
    all_of(
        "status_follows",
        {
            "missing_transaction": "status <> 'missing_transaction' or transactions_count = 0",
            "missing_object": "status <> 'missing_object' or not is_object_known",
            "matched": "status <> 'matched' or (is_object_known and transactions_count > 0)",
            "difference_minor": "difference_minor = booked_minor - expected_minor",
        },
        "A status says what the figures say.",
    ),
    always(
        "all_matched",
        f"status not in {UNMATCHED}",
        "Payments, refunds and disputes, the ledger and payouts agree.",
        "warning",
    ),
    UNMATCHED_STEADY,
)
