"""silver.refunds: money goes back for a payment, and a refund that failed says why."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("refund_id", "re", "pyr"),
    always("amount_above_zero", "amount_minor > 0", "Every refund gives something back.", "warning"),
    always(
        "payment_told",
        "charge_id is not null or payment_intent_id is not null",
        "Every refund says which payment it gives back.",
        "warning",
    ),
    always(
        "failure_explained",
        "status <> 'failed' or failure_reason is not null",
        "A refund that failed says why.",
        "warning",
    ),
    MINOR_UNITS,
)
