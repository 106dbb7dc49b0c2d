"""silver.invoice_payments: which payments paid which invoices."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, currency, owned
from pipelines.table import Column

TABLE = silver_table(
    name="silver.invoice_payments",
    doc="One row per payment of an invoice, as last reported. Since 2025-03-31 an invoice can have several.",
    object_type="invoice_payment",
    columns=(
        Column("invoice_payment_id", "string", "Stripe's id of the payment of the invoice, inpay_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(required=False),
        Column("amount_requested_minor", "bigint", "Amount to be paid, in minor units.", path="amount_requested", minimum=0),
        Column("amount_paid_minor", "bigint", "Amount paid, in minor units; null while it is not paid.", path="amount_paid", minimum=0),
        Column("status", "string", "Whether it is paid.", path="status", known=("canceled", "open", "paid")),
        Column("is_default", "boolean", "It pays what the invoice still asks for; another one pays a part.", path="is_default"),
        Column("invoice_id", "string", "Invoice that is paid, in_….", path="invoice", sql=owned("invoice"), reference="silver.invoices.invoice_id"),
        Column("payment_type", "string", "What pays the invoice.", path="payment.type", known=("charge", "payment_intent", "payment_record")),
        Column("payment_intent_id", "string", "Payment intent that pays, pi_….", path="payment.payment_intent", reference="silver.payment_intents.payment_intent_id"),
        Column("charge_id", "string", "Charge that pays, ch_….", path="payment.charge", reference="silver.charges.charge_id"),
        Column("payment_record_id", "string", "Record of a payment outside Stripe that pays.", path="payment.payment_record"),
        Column("paid_at", "timestamp", "When it was paid.", path="status_transitions.paid_at"),
        Column("canceled_at", "timestamp", "When it was canceled.", path="status_transitions.canceled_at"),
    ),
)  # fmt: skip
