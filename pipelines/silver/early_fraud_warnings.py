"""silver.early_fraud_warnings: payments that an issuer reported as fraud (Visa TC40, Mastercard SAFE)."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE
from pipelines.table import Column

FRAUD_TYPES = (
    "card_never_received", "fraudulent_card_application", "made_with_counterfeit_card", "made_with_lost_card",
    "made_with_stolen_card", "misc", "unauthorized_use_of_card",
)  # fmt: skip

TABLE = silver_table(
    name="silver.early_fraud_warnings",
    doc="One row per report of fraud by a card's issuer. Most become fraudulent disputes if nothing is done.",
    object_type="radar.early_fraud_warning",
    columns=(
        Column("early_fraud_warning_id", "string", "Stripe's id of the warning, issfr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("fraud_type", "string", "How the card came to be misused.", path="fraud_type", known=FRAUD_TYPES),
        Column("is_actionable", "boolean", "A refund can still avert a dispute.", path="actionable"),
        Column("charge_id", "string", "Charge that was reported, ch_….", path="charge", reference="silver.charges.charge_id"),
        Column("payment_intent_id", "string", "Payment intent that was reported, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
    ),
)  # fmt: skip
