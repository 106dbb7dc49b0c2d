"""silver.subscription_items: what subscriptions are made up of."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, PLACE, created_at, deletion, owned
from pipelines.silver.shared.history import history_table
from pipelines.table import Column

TABLE = silver_table(
    name="silver.subscription_items",
    doc="One row per item of a subscription, as last reported. Items come within their subscriptions.",
    object_type="subscription_item",
    columns=(
        Column("subscription_item_id", "string", "Stripe's id of the item, si_….", path="id", required=True),
        Column("subscription_id", "string", "Subscription that it is of, sub_….", path="subscription", sql=owned("subscription"), reference="silver.subscriptions.subscription_id"),
        PLACE,
        *created_at("item"),
        *deletion("item"),
        Column("quantity", "bigint", "Units of the item.", path="quantity", minimum=0),
        Column("price_id", "string", "Price of the item, price_….", path=("price.id", "plan.id"), reference="silver.prices.price_id"),
        Column("product_id", "string", "Product of the item, prod_….", path=("price.product", "plan.product"), reference="silver.products.product_id"),
        Column("currency", "string", "ISO 4217 code of the price.", path=("price.currency", "plan.currency"), currency=True),
        Column("unit_amount_minor", "bigint", "Price of one unit, in minor units; null for tiers.", path=("price.unit_amount", "plan.amount"), minimum=0),
        Column("interval", "string", "Unit of the billing period.", path=("price.recurring.interval", "plan.interval"), known=("day", "week", "month", "year")),
        Column("interval_count", "bigint", "Units in one billing period.", path=("price.recurring.interval_count", "plan.interval_count"), minimum=1),
        Column("current_period_start_at", "timestamp", "Start of the period that was billed last.", path="current_period_start"),
        Column("current_period_end_at", "timestamp", "End of the period that was billed last.", path="current_period_end"),
        Column("tax_percent", "double", "First of the tax rates that it is billed with, in percent.", path="tax_rates[0].percentage", minimum=0),
        Column("discount_id", "string", "First of the discounts on it, di_….", path="discounts[0]", reference="silver.discounts.discount_id"),
        METADATA,
    ),
)  # fmt: skip

HISTORY = history_table(TABLE)
