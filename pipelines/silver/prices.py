"""silver.prices: what products cost. Before 2020 prices were plans."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, created_at, currency, deletion
from pipelines.table import Column

_EVERY = "recurring"

TABLE = silver_table(
    name="silver.prices",
    doc="One row per price, as last reported. A plan is the price of the same id, as recurring ones were called before 2020.",
    object_type=("price", "plan"),
    columns=(
        Column("price_id", "string", "Stripe's id of the price, price_…, or what the merchant called a plan.", path="id", required=True),
        *created_at("price"),
        *deletion("price", "price.deleted", "plan.deleted"),
        Column("is_active", "boolean", "It can be used.", path="active"),
        currency(required=False),
        Column("unit_amount_minor", "bigint", "Price of one unit, in minor units; null for tiers.", path=("unit_amount", "amount"), minimum=0),
        Column("unit_amount_decimal", "double", "The same with parts of a minor unit.", path=("unit_amount_decimal", "amount_decimal"), minimum=0),
        Column("price_type", "string", "Whether it is paid once or again and again.", path="type", sql="case when object_type = 'plan' then 'recurring' end", known=("one_time", "recurring")),
        Column("billing_scheme", "string", "Whether units cost the same each or by tiers.", path="billing_scheme", known=("per_unit", "tiered")),
        Column("tiers_mode", "string", "How tiers add up.", path="tiers_mode", known=("graduated", "volume")),
        Column("interval", "string", "Unit of the billing period.", path=(f"{_EVERY}.interval", "interval"), known=("day", "week", "month", "year")),
        Column("interval_count", "bigint", "Units in one billing period.", path=(f"{_EVERY}.interval_count", "interval_count"), minimum=1),
        Column("usage_type", "string", "Whether units are counted as they are used.", path=(f"{_EVERY}.usage_type", "usage_type"), known=("licensed", "metered")),
        Column("meter_id", "string", "Meter that counts what is used, mtr_….", path=(f"{_EVERY}.meter", "meter")),
        Column("trial_period_days", "bigint", "Days that cost nothing.", path=(f"{_EVERY}.trial_period_days", "trial_period_days"), minimum=0),
        Column("units_per_amount", "bigint", "Units that the amount is for, where they are counted in packs.", path=("transform_quantity.divide_by", "transform_usage.divide_by"), minimum=1),
        Column("units_rounding", "string", "How units are rounded to packs.", path=("transform_quantity.round", "transform_usage.round"), known=("down", "up")),
        Column("tax_behavior", "string", "Whether taxes are in it.", path="tax_behavior", known=("exclusive", "inclusive", "unspecified")),
        Column("lookup_key", "string", "Name by which the merchant finds it.", path="lookup_key"),
        Column("product_id", "string", "Product that it is for, prod_….", path="product", reference="silver.products.product_id"),
        Column("nickname", "string", "Name that the merchant reads; a plan's own name before there were products.", path=("nickname", "name")),
        METADATA,
    ),
)  # fmt: skip
