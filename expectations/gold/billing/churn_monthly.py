"""gold.churn_monthly: customers and amounts at the end are those at the start and what moved them."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, MONTH_BEGINS, share

_REASONS = ("voluntary", "involuntary", "paused", "other")

CHECKS = (
    CURRENCY,
    MONTH_BEGINS,
    all_of(
        "movements_explain",
        {
            "customers_count": "opening_customers_count + new_customers_count + reactivated_customers_count"
            " - churned_customers_count = closing_customers_count",
            "minor": "opening_minor + new_minor + reactivated_minor + expansion_minor - contraction_minor"
            " - churned_minor = closing_minor",
        },
        "What a month began with and what moved it add up to what it ended with.",
    ),
    all_of(
        "reasons_add_up",
        {
            "customers_count": " + ".join(f"{reason}_customers_count" for reason in _REASONS)
            + " = churned_customers_count",
            "minor": " + ".join(f"{reason}_minor" for reason in _REASONS) + " = churned_minor",
        },
        "Everyone who is lost, and every amount, has one reason.",
    ),
    always(
        "lost_paid_before",
        "churned_customers_count <= opening_customers_count and churned_minor + contraction_minor <= opening_minor",
        "Nobody is lost who did not pay when the month began.",
    ),
    share("customer_churn_rate"),
    share("revenue_churn_rate"),
)
