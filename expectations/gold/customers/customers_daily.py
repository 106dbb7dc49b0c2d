"""gold.customers_daily: parts are within their wholes."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    all_of(
        "parts_within",
        {
            "attempts_count": "payments_count + failed_count <= attempts_count",
            "captured_count": "captured_count <= payments_count",
            "captured_minor": "captured_count > 0 or captured_minor = 0",
            "refunded_count": "refunded_count <= captured_count",
            "disputed_count": "disputed_count <= attempts_count",
        },
        "Nobody has more payments than attempts, or more refunded ones than captured ones.",
    ),
    FRESH,
)
