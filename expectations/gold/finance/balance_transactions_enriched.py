"""gold.balance_transactions_enriched: fees are told by kind, and nothing is paid out before it is available."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY, DATE_FOLLOWS, FRESH, NET, currency

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    NET,
    always(
        "fees_add_up",
        "stripe_fee_minor + application_fee_minor + tax_fee_minor + other_fee_minor = fee_minor",
        "The fees by kind are all of them.",
    ),
    currency("customer_currency"),
    always(
        "customer_amount_has_currency",
        "(customer_currency is null) = (customer_amount_minor is null)",
        "What the customer sees is an amount and its currency.",
    ),
    always(
        "paid_when_available",
        "payout_date >= cast(available_at as date) or reporting_category = 'payout'",
        "No payout pays what is not available yet; what a payout sends leaves before it arrives.",
    ),
    FRESH,
)
