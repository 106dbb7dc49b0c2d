"""gold.transfers_daily: what stays after what was taken back or given back."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "nets_add_up",
        {
            "net_transferred_minor": "transferred_minor - reversed_minor = net_transferred_minor",
            "platform_earnings_minor": "application_fees_minor - application_fees_refunded_minor"
            " = platform_earnings_minor",
        },
        "What is left is what was passed on or earned, less what came back.",
    ),
)
