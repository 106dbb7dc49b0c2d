"""silver.discounts: coupons that customers, subscriptions and invoices have."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import deletion
from pipelines.table import Column

TABLE = silver_table(
    name="silver.discounts",
    doc="One row per discount, as last reported. Before 2020-08-27 discounts had no id: what such a record says of one is with its customer or subscription.",
    object_type="discount",
    columns=(
        Column("discount_id", "string", "Stripe's id of the discount, di_….", path="id", required=True),
        Column("start_at", "timestamp", "From when it is applied.", path="start"),
        Column("end_at", "timestamp", "Until when it is applied; null for ever.", path="end"),
        *deletion("discount", "customer.discount.deleted"),
        Column("coupon_id", "string", "Coupon that it comes from.", path=("source.coupon", "coupon"), reference="silver.coupons.coupon_id"),
        Column("promotion_code_id", "string", "Code that it was had with, promo_….", path="promotion_code", reference="silver.promotion_codes.promotion_code_id"),
        Column("customer_id", "string", "Customer who has it, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("subscription_id", "string", "Subscription that has it, sub_….", path="subscription", reference="silver.subscriptions.subscription_id"),
        Column("subscription_item_id", "string", "Item of a subscription that has it, si_….", path="subscription_item", reference="silver.subscription_items.subscription_item_id"),
        Column("invoice_id", "string", "Invoice that has it, in_….", path="invoice", reference="silver.invoices.invoice_id"),
        Column("invoice_item_id", "string", "Invoice item that has it, ii_….", path="invoice_item", reference="silver.invoice_items.invoice_item_id"),
        Column("checkout_session_id", "string", "Session that it was had in, cs_….", path="checkout_session", reference="silver.checkout_sessions.checkout_session_id"),
    ),
)  # fmt: skip
