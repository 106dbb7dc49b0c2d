"""gold.cohort_retention_monthly: no more come back than there are, and in their first month all paid."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "active_within",
        {
            "active_count": "active_count between 0 and customers_count and customers_count > 0",
            "captured_count": "captured_count >= active_count",
            "captured_minor": "active_count > 0 or captured_minor = 0",
            "kept_minor": "kept_minor <= captured_minor",
        },
        "No more customers paid than the cohort has, each at least once.",
    ),
    always(
        "all_paid_at_first",
        "months_since > 0 or active_count = customers_count",
        "In the month of their first payment all customers of a cohort paid.",
    ),
    always("month_begins", "day(date) = 1", "A month is named by its first day."),
)
