"""silver.setup_intents: ways to pay that customers meant to keep for later."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA
from pipelines.table import Column

_ERROR = "last_setup_error"

TABLE = silver_table(
    name="silver.setup_intents",
    doc="One row per setup intent, as last reported.",
    object_type="setup_intent",
    columns=(
        Column("setup_intent_id", "string", "Stripe's id of the setup, seti_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("status", "string", "How far the setup has come.", path="status", spelled={"requires_source": "requires_payment_method", "requires_source_action": "requires_action"}, known=("canceled", "processing", "requires_action", "requires_confirmation", "requires_payment_method", "succeeded")),
        Column("usage", "string", "What the payment method is kept for.", path="usage", known=("off_session", "on_session")),
        Column("cancellation_reason", "string", "Why it was canceled.", path="cancellation_reason", known=("abandoned", "duplicate", "requested_by_customer")),
        Column("next_action_type", "string", "What the customer has to do next.", path="next_action.type"),
        Column("payment_method_types", "string", "Ways to pay that were offered, a JSON list as text.", path="payment_method_types"),
        Column("last_error_type", "string", "Kind of the latest attempt's error.", path=f"{_ERROR}.type"),
        Column("last_error_code", "string", "Why the latest attempt failed.", path=f"{_ERROR}.code"),
        Column("last_error_decline_code", "string", "Why the issuer declined the latest attempt, in Stripe's words.", path=f"{_ERROR}.decline_code"),
        Column("last_error_message", "string", "The latest error in words for people.", path=f"{_ERROR}.message", personal="text"),
        Column("latest_attempt_id", "string", "The latest attempt, setatt_….", path="latest_attempt"),
        Column("customer_id", "string", "Customer whose payment method it is, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("payment_method_id", "string", "Payment method that is kept, pm_….", path=("payment_method", "source"), reference="silver.payment_methods.payment_method_id"),
        Column("mandate_id", "string", "Mandate to charge it again and again, mandate_….", path="mandate", reference="silver.mandates.mandate_id"),
        Column("single_use_mandate_id", "string", "Mandate to charge it once, mandate_….", path="single_use_mandate", reference="silver.mandates.mandate_id"),
        Column("application_id", "string", "Connect application that made it, ca_….", path="application"),
        Column("on_behalf_of_id", "string", "Account that it is made for, acct_….", path="on_behalf_of"),
        Column("description", "string", "The merchant's own words for it.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
