"""silver.setup_intents: what succeeded has something to keep."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("setup_intent_id", "seti"),
    always(
        "succeeded_keeps",
        "status <> 'succeeded' or payment_method_id is not null",
        "A setup that succeeded kept a payment method.",
        "warning",
    ),
    always(
        "cancellation_explained",
        "cancellation_reason is null or status = 'canceled'",
        "Only what was canceled has a reason for it.",
        "warning",
    ),
)
