"""silver.invoice_line_items: lines are of invoices, and of some time."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "invoice_told",
        "invoice_id is not null",
        "A line is on an invoice.",
        "warning",
    ),
    always(
        "period_in_order",
        "period_start_at <= period_end_at",
        "Periods end after they start.",
        "warning",
    ),
    always(
        "place_from_0",
        "place >= 0",
        "Places in lists count from 0.",
        "warning",
    ),
)
