"""gold.revenue_converted_daily: what adds up as booked adds up converted, and nothing is converted without a rate."""

from __future__ import annotations

from expectations.check import all_of, always

_NET = (
    "{0}gross_minor + {0}refunds_minor + {0}disputes_minor + {0}platform_earnings_minor + {0}transferred_minor "
    "- {0}fees_minor"
)

CHECKS = (
    all_of(
        "net_adds_up",
        {
            f"{prefix}net_revenue_minor": f"{prefix}net_revenue_minor = {_NET.format(prefix)}"
            for prefix in ("", "booked_")
        },
        "Net revenue is the sum of its parts.",
    ),
    all_of(
        "same_currency_same_amount",
        {
            name: f"currency <> booked_currency or {name} = booked_{name}"
            for name in ("gross_minor", "fees_minor", "payouts_net_minor")
        },
        "What was booked in the reporting currency is the same in it.",
    ),
    always(
        "converted_by_a_rate",
        "(gross_minor is null) = (rate is null)",
        "Amounts are converted where there is a rate, and only there.",
    ),
    always("rates_known", "rate is not null", "No amount is lacking for want of a rate.", "warning"),
)
