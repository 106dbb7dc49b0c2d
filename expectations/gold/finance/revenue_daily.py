"""gold.revenue_daily: what was earned is the sum of its parts."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    all_of(
        "revenue_adds_up",
        {
            "net_sales_minor": "gross_minor + refunds_minor + disputes_minor = net_sales_minor",
            "net_revenue_minor": "net_sales_minor + platform_earnings_minor + transferred_minor - fees_minor"
            " = net_revenue_minor",
        },
        "Net sales and net revenue are the sums of their parts.",
    ),
    FRESH,
)
