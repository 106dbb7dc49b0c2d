"""gold.fees_daily: the kinds of fees are all of them."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    always(
        "kinds_add_up",
        "processing_fees_minor + dispute_fees_minor + billed_fees_minor + network_costs_minor + application_fees_minor"
        " + taxes_minor + other_fees_minor = fees_minor",
        "The kinds of fees add up to the fees.",
    ),
    always(
        "rate_only_where_taken",
        "(effective_rate is null) = (charges_minor <= 0)",
        "There is an effective rate where something was taken.",
    ),
    always(
        "effective_rate_usual",
        "effective_rate between 0 and 0.5 or charges_count < 20",
        "Of what twenty payments bring, processing costs at most half.",
        "warning",
    ),
    FRESH,
)
