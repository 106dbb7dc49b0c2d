"""silver.credit_notes: what was taken off invoices after they were final."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column

TABLE = silver_table(
    name="silver.credit_notes",
    doc="One row per credit note, as last reported.",
    object_type="credit_note",
    columns=(
        Column("credit_note_id", "string", "Stripe's id of the credit note, cn_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("number", "string", "Number that the customer reads on it.", path="number"),
        currency(),
        Column("amount_minor", "bigint", "Amount credited with taxes, in minor units.", path="amount", required=True, minimum=0),
        Column("subtotal_minor", "bigint", "Amount before discounts and exclusive taxes, in minor units.", path="subtotal"),
        Column("subtotal_excluding_tax_minor", "bigint", "Amount without any tax and before discounts, in minor units.", path="subtotal_excluding_tax"),
        Column("total_minor", "bigint", "Amount after discounts and taxes, in minor units.", path="total"),
        Column("total_excluding_tax_minor", "bigint", "Amount after discounts without taxes, in minor units.", path="total_excluding_tax"),
        Column("discount_amount_minor", "bigint", "Discounts, in minor units.", path="discount_amount"),
        Column("amount_shipping_minor", "bigint", "Shipping, in minor units.", path="amount_shipping"),
        Column("out_of_band_amount_minor", "bigint", "What was given back outside Stripe, in minor units.", path="out_of_band_amount"),
        Column("pre_payment_amount_minor", "bigint", "What lowers an invoice that is not paid yet, in minor units.", path="pre_payment_amount"),
        Column("post_payment_amount_minor", "bigint", "What goes back of an invoice that was paid, in minor units.", path="post_payment_amount"),
        Column("status", "string", "Whether it counts.", path="status", known=("issued", "void")),
        Column("credit_note_type", "string", "Whether the invoice was paid when it was issued.", path="type", known=("mixed", "post_payment", "pre_payment")),
        Column("reason", "string", "Why it was issued.", path="reason", known=("duplicate", "fraudulent", "order_change", "product_unsatisfactory")),
        Column("effective_at", "timestamp", "Date of the credit note.", path="effective_at"),
        Column("voided_at", "timestamp", "When it was voided.", path="voided_at"),
        Column("invoice_id", "string", "Invoice that is credited, in_….", path="invoice", reference="silver.invoices.invoice_id"),
        Column("customer_id", "string", "Customer who is credited, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("refund_id", "string", "First refund that gives the money back, re_….", path=("refunds[0].refund", "refund"), reference="silver.refunds.refund_id"),
        Column("customer_balance_transaction_id", "string", "Movement of the customer's balance that gives the money back, cbtxn_….", path="customer_balance_transaction"),
        Column("memo", "string", "What the customer reads on it.", path="memo", personal="text"),
        METADATA,
    ),
)  # fmt: skip
