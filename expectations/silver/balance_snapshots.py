"""silver.balance_snapshots: balances have a currency."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "currency_told",
        "available_minor is null or currency is not null",
        "A balance is in a currency.",
        "warning",
    ),
)
