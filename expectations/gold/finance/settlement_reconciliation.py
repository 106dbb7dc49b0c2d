"""gold.settlement_reconciliation: what is unmatched does not grow."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, UNMATCHED_STEADY
from pipelines.gold.finance.settlement_reconciliation import UNMATCHED

CHECKS = (
    CURRENCY,
    all_of(
        "status_follows",
        {
            "missing_line": "(status = 'missing_line') = (lines_count = 0)",
            "missing_transaction": "status <> 'missing_transaction' or booked_net_minor is null",
            "matched": "status <> 'matched' or difference_minor = 0",
            "record": "(lines_count = 0) = (record_id is null)",
        },
        "A status says what the figures say, and lines lead to their records.",
    ),
    always(
        "all_matched",
        f"status not in {UNMATCHED}",
        "Settlement files and the ledger agree.",
        "warning",
    ),
    UNMATCHED_STEADY,
)
