"""silver.promotion_codes: codes by which customers use coupons."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA
from pipelines.table import Column

_LIMITS = "restrictions"

TABLE = silver_table(
    name="silver.promotion_codes",
    doc="One row per promotion code, as last reported.",
    object_type="promotion_code",
    columns=(
        Column("promotion_code_id", "string", "Stripe's id of the code, promo_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("code", "string", "What customers enter.", path="code"),
        Column("is_active", "boolean", "It can be used.", path="active"),
        Column("coupon_id", "string", "Coupon that it stands for.", path=("promotion.coupon", "coupon"), reference="silver.coupons.coupon_id"),
        Column("customer_id", "string", "The only customer who may use it, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("expires_at", "timestamp", "Until when it can be used.", path="expires_at"),
        Column("max_redemptions", "bigint", "How often it may be used.", path="max_redemptions", minimum=0),
        Column("times_redeemed", "bigint", "How often it was used.", path="times_redeemed", minimum=0),
        Column("is_first_time_only", "boolean", "Only customers without a payment may use it.", path=f"{_LIMITS}.first_time_transaction"),
        Column("minimum_amount_minor", "bigint", "Amount from which on it can be used, in minor units.", path=f"{_LIMITS}.minimum_amount", minimum=0),
        Column("minimum_amount_currency", "string", "ISO 4217 code of that amount.", path=f"{_LIMITS}.minimum_amount_currency", currency=True),
        METADATA,
    ),
)  # fmt: skip
