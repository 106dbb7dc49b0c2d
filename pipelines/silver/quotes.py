"""silver.quotes: what was offered to customers."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column

_AT = "status_transitions"

TABLE = silver_table(
    name="silver.quotes",
    doc="One row per quote, as last reported.",
    object_type="quote",
    columns=(
        Column("quote_id", "string", "Stripe's id of the quote, qt_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("number", "string", "Number that the customer reads on it.", path="number"),
        Column("status", "string", "How far it has come.", path="status", known=("accepted", "canceled", "draft", "open")),
        currency(required=False),
        Column("amount_subtotal_minor", "bigint", "Sum before discounts and taxes, in minor units.", path="amount_subtotal"),
        Column("amount_total_minor", "bigint", "Sum after discounts and taxes, in minor units.", path="amount_total"),
        Column("amount_discount_minor", "bigint", "Discounts, in minor units.", path="total_details.amount_discount"),
        Column("amount_tax_minor", "bigint", "Taxes, in minor units.", path="total_details.amount_tax"),
        Column("application_fee_minor", "bigint", "Fee that the platform takes, in minor units.", path="application_fee_amount", minimum=0),
        Column("collection_method", "string", "Whether the customer is charged or sent invoices.", path="collection_method", known=("charge_automatically", "send_invoice")),
        Column("expires_at", "timestamp", "Until when it can be accepted.", path="expires_at"),
        Column("finalized_at", "timestamp", "When it was sent.", path=f"{_AT}.finalized_at"),
        Column("accepted_at", "timestamp", "When it was accepted.", path=f"{_AT}.accepted_at"),
        Column("canceled_at", "timestamp", "When it was canceled.", path=f"{_AT}.canceled_at"),
        Column("customer_id", "string", "Customer to whom it was made, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("invoice_id", "string", "Invoice that it led to, in_….", path="invoice", reference="silver.invoices.invoice_id"),
        Column("subscription_id", "string", "Subscription that it led to, sub_….", path="subscription", reference="silver.subscriptions.subscription_id"),
        Column("subscription_schedule_id", "string", "Schedule that it led to, sub_sched_….", path="subscription_schedule", reference="silver.subscription_schedules.subscription_schedule_id"),
        Column("original_quote_id", "string", "Quote that this one was made from, qt_….", path="from_quote.quote", reference="silver.quotes.quote_id"),
        Column("on_behalf_of_id", "string", "Account that it is made for, acct_….", path="on_behalf_of"),
        Column("description", "string", "The quote in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
