"""silver.invoice_items: items are of customers, and of some time."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("invoice_item_id", "ii"),
    always(
        "customer_told",
        "is_deleted or customer_id is not null",
        "An item is for a customer.",
        "warning",
    ),
    always(
        "period_in_order",
        "period_start_at <= period_end_at",
        "Periods end after they start.",
        "warning",
    ),
)
