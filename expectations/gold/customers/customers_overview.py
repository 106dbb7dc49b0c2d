"""gold.customers_overview: days are in order, the value adds up, and scores are those of who paid."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

_SCORES = ("recency_score", "frequency_score", "money_score")

CHECKS = (
    CURRENCY,
    all_of(
        "days_in_order",
        {
            "first_date": "first_date <= last_date and last_date <= as_of_date",
            "first_captured_date": "first_captured_date >= first_date and first_captured_date <= last_captured_date",
            "last_captured_date": "last_captured_date <= last_date",
            "recency_days": "recency_days = datediff(as_of_date, last_captured_date)",
            "days_count": "days_count between 1 and datediff(last_date, first_date) + 1",
        },
        "Nobody pays before they tried first, or after the last day that is known.",
    ),
    always(
        "value_adds_up",
        "lifetime_value_minor = captured_minor - refunded_minor - disputed_minor",
        "The lifetime value is what was captured less what came back.",
    ),
    all_of(
        "scores_of_payers",
        {
            score: f"({score} is not null) = (captured_count > 0 and customer_id <> 'unknown')"
            f" and ({score} is null or {score} <= 5)"
            for score in _SCORES
        },
        "Those who paid, and they alone, have scores from 1 to 5.",
    ),
    all_of(
        "segment_follows",
        {
            "unknown": "(segment = 'unknown') = (customer_id = 'unknown')",
            "never_paid": "segment <> 'never_paid' or captured_count = 0",
        },
        "Who is not named, and who never paid, is in no segment of those who did.",
    ),
)
