"""silver.invoice_payments: what is paid has a day, and an invoice."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED

CHECKS = (
    *CREATED,
    always(
        "payment_dated",
        "status <> 'paid' or paid_at is not null",
        "What was paid has a day on which it was.",
        "warning",
    ),
    always(
        "invoice_told",
        "invoice_id is not null",
        "A payment is of an invoice.",
        "warning",
    ),
)
