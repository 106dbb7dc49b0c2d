"""silver.payment_intents: amounts and states agree with each other."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("payment_intent_id", "pi"),
    always(
        "received_within_amount",
        "amount_received_minor <= amount_minor",
        "No more is received than was asked for.",
        "warning",
    ),
    always(
        "capturable_within_amount",
        "amount_capturable_minor <= amount_minor",
        "No more can be captured than was asked for.",
        "warning",
    ),
    always(
        "succeeded_is_paid",
        "status <> 'succeeded' or amount_minor = 0 or amount_received_minor > 0",
        "Money was received for an intent that succeeded.",
        "warning",
    ),
    always(
        "cancellation_dated",
        "status <> 'canceled' or canceled_at is not null",
        "An intent that is canceled says when.",
        "warning",
    ),
    MINOR_UNITS,
)
