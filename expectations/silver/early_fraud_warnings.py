"""silver.early_fraud_warnings: each is about a payment."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("early_fraud_warning_id", "issfr"),
    always(
        "payment_told",
        "charge_id is not null or payment_intent_id is not null",
        "Every warning says which payment it is about.",
        "warning",
    ),
)
