"""silver.coupons: what is taken off a price."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, created_at, currency, deletion
from pipelines.table import Column

TABLE = silver_table(
    name="silver.coupons",
    doc="One row per coupon, as last reported.",
    object_type="coupon",
    columns=(
        Column("coupon_id", "string", "Id of the coupon, which the merchant may choose.", path="id", required=True),
        *created_at("coupon"),
        *deletion("coupon", "coupon.deleted"),
        Column("coupon_name", "string", "Name that customers read.", path="name"),
        Column("is_valid", "boolean", "It can still be used.", path="valid"),
        currency(required=False),
        Column("amount_off_minor", "bigint", "Amount taken off, in minor units.", path="amount_off", minimum=0),
        Column("percent_off", "double", "Percentage taken off.", path=("percent_off", "percent_off_precise"), minimum=0),
        Column("duration", "string", "How long it is applied.", path="duration", known=("forever", "once", "repeating")),
        Column("duration_in_months", "bigint", "Months that it is applied for.", path="duration_in_months", minimum=0),
        Column("max_redemptions", "bigint", "How often it may be used.", path="max_redemptions", minimum=0),
        Column("times_redeemed", "bigint", "How often it was used.", path="times_redeemed", minimum=0),
        Column("redeem_by_at", "timestamp", "Until when it can be used.", path="redeem_by"),
        METADATA,
    ),
)  # fmt: skip
