"""gold.payment_method_mix: every payment is captured or not, and parts are within wholes."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    all_of(
        "captured_or_not",
        {
            "payments_count": "captured_count + uncaptured_count = payments_count",
            "payments_minor": "captured_minor + uncaptured_minor <= payments_minor",
        },
        "Every payment is captured, wholly or in part, or only authorized.",
    ),
    all_of(
        "parts_within",
        {
            "attempts_count": "payments_count + pending_count + failed_count <= attempts_count",
            "attempts_minor": "payments_minor + failed_minor <= attempts_minor",
            "blocked_count": "blocked_count <= failed_count",
        },
        "Parts are within their wholes.",
    ),
    always(
        "funding_of_cards",
        "(network = 'none') = (card_funding = 'none')",
        "What is of no card network is of no card.",
    ),
    FRESH,
)
