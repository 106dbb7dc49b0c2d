"""silver.invoice_line_items: what invoices charge for, line by line."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, PLACE, currency, owned
from pipelines.table import Column

_ITEM = "parent.subscription_item_details"
_OTHER = "parent.invoice_item_details"
_DETAILS = "pricing.price_details"

TABLE = silver_table(
    name="silver.invoice_line_items",
    doc="One row per line of an invoice, as last reported. Before 2019-12-03 a line for a subscription had the subscription's id: of such lines the latest is shown.",
    object_type="line_item",
    columns=(
        Column("invoice_line_item_id", "string", "Stripe's id of the line, il_….", path="id", required=True),
        Column("invoice_id", "string", "Invoice that the line is on, in_….", path="invoice", sql=owned("invoice"), reference="silver.invoices.invoice_id"),
        PLACE,
        currency(required=False),
        Column("amount_minor", "bigint", "Amount of the line before discounts and exclusive taxes, in minor units; negative for a credit.", path="amount", required=True),
        Column("subtotal_minor", "bigint", "Amount without discounts, in minor units.", path="subtotal"),
        Column("quantity", "bigint", "Units that the line is for.", path="quantity"),
        Column("unit_amount", "double", "Price of one unit, in minor units and parts of them.", path=("pricing.unit_amount_decimal", "unit_amount_excluding_tax", "price.unit_amount_decimal", "price.unit_amount", "plan.amount")),
        Column("line_type", "string", "What the line was made from.", path=("parent.type", "type"), spelled={"invoiceitem": "invoice_item_details", "subscription": "subscription_item_details"}, known=("invoice_item_details", "subscription_item_details")),
        Column("is_proration", "boolean", "It settles a change in the middle of a period.", path=(f"{_ITEM}.proration", f"{_OTHER}.proration", "proration")),
        Column("is_discountable", "boolean", "Discounts apply to it.", path="discountable"),
        Column("discount_id", "string", "First of the discounts on it, di_….", path="discounts[0]", reference="silver.discounts.discount_id"),
        Column("period_start_at", "timestamp", "Start of the time that the line is for.", path="period.start"),
        Column("period_end_at", "timestamp", "End of the time that the line is for.", path="period.end"),
        Column("price_id", "string", "Price of the line, price_….", path=(f"{_DETAILS}.price", "price.id", "plan.id"), reference="silver.prices.price_id"),
        Column("product_id", "string", "Product of the line, prod_….", path=(f"{_DETAILS}.product", "price.product", "plan.product"), reference="silver.products.product_id"),
        Column("subscription_id", "string", "Subscription that the line is for, sub_….", path=(f"{_ITEM}.subscription", f"{_OTHER}.subscription", "subscription"), reference="silver.subscriptions.subscription_id"),
        Column("subscription_item_id", "string", "Item of the subscription that the line is for, si_….", path=(f"{_ITEM}.subscription_item", "subscription_item"), reference="silver.subscription_items.subscription_item_id"),
        Column("invoice_item_id", "string", "Invoice item that the line was made from, ii_….", path=(f"{_OTHER}.invoice_item", f"{_ITEM}.invoice_item", "invoice_item"), reference="silver.invoice_items.invoice_item_id"),
        Column("description", "string", "The line in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
