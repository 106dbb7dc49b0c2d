"""silver.invoice_items: what is added to a customer's next invoice."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE, METADATA, currency, deletion
from pipelines.table import Column

TABLE = silver_table(
    name="silver.invoice_items",
    doc="One row per invoice item, as last reported.",
    object_type="invoiceitem",
    columns=(
        Column("invoice_item_id", "string", "Stripe's id of the item, ii_….", path="id", required=True),
        Column("created_at", "timestamp", "When the item was created; null where the record does not say.", path=("date", "created")),
        CREATED_DATE,
        *deletion("item", "invoiceitem.deleted"),
        currency(required=False),
        Column("amount_minor", "bigint", "Amount of the item, in minor units; negative for a credit.", path="amount"),
        Column("net_amount_minor", "bigint", "Amount after discounts, in minor units.", path="net_amount"),
        Column("quantity", "bigint", "Units of the item.", path="quantity"),
        Column("unit_amount", "double", "Price of one unit, in minor units and parts of them.", path=("pricing.unit_amount_decimal", "unit_amount_decimal", "unit_amount")),
        Column("is_proration", "boolean", "It settles a change in the middle of a period.", path="proration"),
        Column("is_discountable", "boolean", "Discounts apply to it.", path="discountable"),
        Column("period_start_at", "timestamp", "Start of the time that the item is for.", path="period.start"),
        Column("period_end_at", "timestamp", "End of the time that the item is for.", path="period.end"),
        Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("invoice_id", "string", "Invoice that the item is on, in_…; null while it waits for one.", path="invoice", reference="silver.invoices.invoice_id"),
        Column("subscription_id", "string", "Subscription that the item is for, sub_….", path=("parent.subscription_details.subscription", "subscription"), reference="silver.subscriptions.subscription_id"),
        Column("price_id", "string", "Price of the item, price_….", path=("pricing.price_details.price", "price.id", "plan.id"), reference="silver.prices.price_id"),
        Column("product_id", "string", "Product of the item, prod_….", path=("pricing.price_details.product", "price.product", "plan.product"), reference="silver.products.product_id"),
        Column("discount_id", "string", "First of the discounts on it, di_….", path="discounts[0]", reference="silver.discounts.discount_id"),
        Column("description", "string", "The item in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
