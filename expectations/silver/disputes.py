"""silver.disputes: each is an inquiry, a chargeback or prevented, and about a payment."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("dispute_id", "dp", "du", "pdp"),
    always("amount_above_zero", "amount_minor > 0", "Every dispute is about an amount.", "warning"),
    always(
        "payment_told",
        "charge_id is not null or payment_intent_id is not null",
        "Every dispute says which payment it is about.",
        "warning",
    ),
    always(
        "one_kind",
        "cast(is_inquiry as int) + cast(is_chargeback as int) + cast(is_prevented as int) <= 1",
        "A dispute is an inquiry, a chargeback or prevented, and not two of these.",
    ),
    always(
        "fraud_by_reason",
        "is_fraud = (coalesce(reason, '') = 'fraudulent')",
        "A dispute is about fraud where its reason says so.",
    ),
    always(
        "evidence_due_later",
        "evidence_due_at >= created_at",
        "Evidence is due after the dispute was opened.",
        "warning",
    ),
    MINOR_UNITS,
)
