"""gold.exchange_rates_daily: every rate is known, and none is old."""

from __future__ import annotations

from expectations.check import all_of, always
from pipelines.gold.shared.rates import LIMIT_DAYS

CHECKS = (
    always(
        "rates_known",
        "rate is not null",
        "Every currency has a rate of each day. Amounts without one are not converted, and are lacking in sums.",
        "warning",
    ),
    all_of(
        "rate_told",
        {
            "rate": "(rate is null) = (minor_rate is null)",
            "above_zero": "rate > 0",
            "source": "(rate is null) = (rate_source is null)",
            "same": "currency <> reporting_currency or (rate is not null and rate = 1)",
        },
        "A rate is above 0 and says who told it; that of a currency to itself is 1.",
    ),
    always(
        "rates_recent",
        f"datediff(date, rate_date) between 0 and {LIMIT_DAYS}",
        f"No rate is of a later day, or of more than {LIMIT_DAYS} days before.",
    ),
)
