"""gold.threshold_tradeoffs: no part is more than its whole, and what is not caught is missed."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, share

CHECKS = (
    CURRENCY,
    always("cut_in_range", "cut_score <= 100", "Cuts are from 0 to 100."),
    always("days_in_order", "first_date <= last_date", "The first day is not after the last."),
    all_of(
        "parts_within_whole",
        {
            "blocked_good_count": "blocked_good_count <= payments_count - fraud_count",
            "blocked_good_minor": "blocked_good_minor <= payments_minor - fraud_minor",
            "caught_fraud_count": "caught_fraud_count <= fraud_count",
            "fraud_count": "fraud_count <= payments_count",
            "fraud_minor": "fraud_minor <= payments_minor",
        },
        "No part is more than its whole.",
    ),
    always(
        "fraud_caught_or_missed",
        "caught_fraud_minor + missed_fraud_minor = fraud_minor",
        "All fraud is caught or missed.",
    ),
    always(
        "all_blocked_from_0",
        "cut_score > 0 or blocked_rate = 1",
        "From score 0 on everything would be blocked.",
    ),
    share("blocked_rate"),
    share("precision_rate"),
    share("recall_rate"),
    share("value_recall_rate"),
    share("false_positive_rate"),
)
