"""gold.coupons_used: no more is counted than was invoiced."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "parts_within_invoices",
        {
            "invoices_count": "invoices_count > 0",
            "new_customers_count": "new_customers_count <= invoices_count",
            "discounted_minor": "discounted_minor > 0",
        },
        "There is an invoice in each row, something was taken off it, and it is the first of at most one customer.",
    ),
    always(
        "discount_within_subtotal",
        "discounted_minor <= subtotal_minor",
        "No more is taken off than was asked for.",
        "warning",
    ),
    always(
        "coupons_known",
        "coupon_id <> 'unknown'",
        "Records tell which coupon a discount came from: as events of discounts or expanded.",
        "warning",
    ),
)
