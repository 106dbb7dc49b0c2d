"""silver.balance_transactions: the ledger is signed as it should be."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("balance_transaction_id", "txn"),
    always(
        "payments_come_in",
        "type not in ('charge', 'payment') or amount_minor >= 0",
        "Payments add to the balance.",
        "warning",
    ),
    always(
        "refunds_go_out",
        "type not in ('refund', 'payment_refund') or amount_minor <= 0",
        "Refunds take from the balance.",
        "warning",
    ),
    always(
        "available_later",
        "available_date >= created_date",
        "Money is available on the day it comes in or later.",
        "warning",
    ),
    always("exchange_rate_above_zero", "exchange_rate > 0", "Exchange rates are above 0.", "warning"),
    MINOR_UNITS,
)
