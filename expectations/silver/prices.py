"""silver.prices: what is paid again and again says how often."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "interval_told",
        "price_type <> 'recurring' or interval is not null",
        "What is paid again and again says how often.",
        "warning",
    ),
    always(
        "amount_told",
        "is_deleted or billing_scheme = 'tiered' or unit_amount_minor is not null or unit_amount_decimal is not null",
        "A price that has no tiers has an amount.",
        "warning",
    ),
)
