"""gold.invoice_lines_enriched: a line is of one kind, for time that goes forward."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "kind_follows",
        {
            "proration": "coalesce(is_proration, false) = (kind = 'proration')",
            "usage": "kind <> 'usage' or usage_type = 'metered'",
        },
        "Prorations say that they are, and usage is of metered prices.",
    ),
    always(
        "period_in_order",
        "period_start_at <= period_end_at",
        "A line's period ends after it began.",
        "warning",
    ),
    always(
        "amount_follows",
        "kind <> 'subscription' or billing_scheme = 'tiered' or unit_amount is null or quantity is null"
        " or abs(amount_minor - unit_amount * quantity) < 1",
        "A whole period costs its units at their price.",
        "warning",
    ),
)
