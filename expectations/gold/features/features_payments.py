"""gold.features_payments: features are what their set declares, and most payments have them."""

from __future__ import annotations

from expectations import features
from expectations.check import always
from expectations.shared import CURRENCY, DATE_FOLLOWS
from pipelines.features.payments import PAYMENTS

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    always(
        "windows_grow",
        "card_payments_1h <= card_payments_1d and card_payments_1d <= card_payments_30d",
        "A longer window holds what a shorter one does.",
    ),
    always("merchant_known", "merchant_payments_5m is not null", "Every payment is at a merchant."),
    *features.of_payments(PAYMENTS),
)
