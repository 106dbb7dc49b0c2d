"""gold.training_fraud: features and labels agree on the payment, and no label was known before it was made."""

from __future__ import annotations

from expectations import features
from expectations.check import all_of, always
from expectations.shared import CURRENCY
from pipelines.features.payments import PAYMENTS

CHECKS = (
    CURRENCY,
    always("date_follows", "date = cast(created_at as date)", "date is the day of created_at, UTC."),
    all_of(
        "known_after_payment",
        {"label_known_at": "label_known_at >= created_at", "matures_at": "matures_at > created_at"},
        "Nothing is known of a payment before it was made.",
    ),
    *features.checks(PAYMENTS),
)
