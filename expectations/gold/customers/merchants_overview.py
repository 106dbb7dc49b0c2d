"""gold.merchants_overview: days are in order, and parts are within wholes."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "days_in_order",
        {
            "first_date": "first_date <= last_date and last_date <= as_of_date",
            "days_count": "days_count between 1 and datediff(last_date, first_date) + 1",
        },
        "Nobody takes payments before the first day or after the last one that is known.",
    ),
    all_of(
        "parts_within",
        {
            "payments_count": "payments_count + failed_count <= attempts_count",
            "captured_count": "captured_count <= payments_count and refunded_count <= captured_count",
            "customers_count": "repeat_customers_count <= customers_count and customers_count <= captured_count",
            "recent_captured_minor": "recent_captured_minor + previous_captured_minor <= captured_minor",
            "kept_minor": "kept_minor = captured_minor - refunded_minor - disputed_minor",
        },
        "Parts are within their wholes, and what is kept is what was captured less what came back.",
    ),
    always(
        "paid_while_enabled",
        "coalesce(is_charges_enabled, true) or last_date < as_of_date or captured_count = 0",
        "Who may take no payments takes none on the last day.",
        "warning",
    ),
)
