"""silver.subscriptions: customers who pay again and again."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE, METADATA
from pipelines.silver.shared.history import history_table
from pipelines.table import Column

# New API versions bill each item on its own; the period of the first one stands for the subscription.
_ITEM = "items.data[0]"
_PRICE = f"{_ITEM}.price"
_ITEM_PLAN = f"{_ITEM}.plan"

_PLAN = (
    Column("currency", "string", "ISO 4217 code of the price.", path=("currency", f"{_PRICE}.currency", f"{_ITEM_PLAN}.currency", "plan.currency"), currency=True),
    Column("unit_amount_minor", "bigint", "Price of one unit of the first item per interval, in minor units; null for tiers.", path=(f"{_PRICE}.unit_amount", f"{_ITEM_PLAN}.amount", "plan.amount"), minimum=0),
    Column("quantity", "bigint", "Units of the first item.", path=(f"{_ITEM}.quantity", "quantity"), minimum=0),
    Column("interval", "string", "Unit of the billing period.", path=(f"{_PRICE}.recurring.interval", f"{_ITEM_PLAN}.interval", "plan.interval"), known=("day", "week", "month", "year")),
    Column("interval_count", "bigint", "Units in one billing period.", path=(f"{_PRICE}.recurring.interval_count", f"{_ITEM_PLAN}.interval_count", "plan.interval_count"), minimum=1),
    Column("price_id", "string", "Price of the first item, price_….", path=(f"{_PRICE}.id", f"{_ITEM_PLAN}.id", "plan.id")),
    Column("product_id", "string", "Product of the first item, prod_….", path=(f"{_PRICE}.product", f"{_ITEM_PLAN}.product", "plan.product")),
    Column("tax_percent", "double", "First of the tax rates that it is billed with, in percent.", path=("default_tax_rates[0].percentage", "tax_percent"), minimum=0),
    Column("discount_id", "string", "First of the discounts on it, di_….", path=("discounts[0]", "discount")),
    Column("subscription_item_id", "string", "The first item, si_….", path=f"{_ITEM}.id"),
)  # fmt: skip

_TIMES = (
    Column("start_at", "timestamp", "When the subscription began.", path=("start_date", "start")),
    Column("current_period_start_at", "timestamp", "Start of the period that was billed last.", path=(f"{_ITEM}.current_period_start", "current_period_start")),
    Column("current_period_end_at", "timestamp", "End of the period that was billed last.", path=(f"{_ITEM}.current_period_end", "current_period_end")),
    Column("billing_cycle_anchor_at", "timestamp", "When periods begin.", path="billing_cycle_anchor"),
    Column("trial_start_at", "timestamp", "Start of the trial.", path="trial_start"),
    Column("trial_end_at", "timestamp", "End of the trial.", path="trial_end"),
    Column("cancel_at", "timestamp", "When it will be canceled.", path="cancel_at"),
    Column("canceled_at", "timestamp", "When the cancellation was asked for.", path="canceled_at"),
    Column("ended_at", "timestamp", "When it ended.", path="ended_at"),
    Column("resumes_at", "timestamp", "When collection resumes after a pause.", path="pause_collection.resumes_at"),
)  # fmt: skip

TABLE = silver_table(
    name="silver.subscriptions",
    doc="One row per subscription, as last reported. Of several items the first is shown.",
    object_type="subscription",
    columns=(
        Column("subscription_id", "string", "Stripe's id of the subscription, sub_….", path="id", required=True),
        # One of the first years says when it started, and not when it was created.
        Column("created_at", "timestamp", "When the subscription was created.", path=("created", "start"), required=True),
        CREATED_DATE,
        Column("status", "string", "Whether it is paid for.", path="status", known=("incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused")),
        *_PLAN,
        *_TIMES,
        Column("is_cancel_at_period_end", "boolean", "It ends with the current period.", path="cancel_at_period_end"),
        Column("cancellation_reason", "string", "Why it was canceled.", path="cancellation_details.reason", known=("cancellation_requested", "payment_disputed", "payment_failed")),
        Column("cancellation_feedback", "string", "What the customer said about leaving.", path="cancellation_details.feedback", known=("customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused")),
        Column("cancellation_comment", "string", "What the customer or the merchant wrote about leaving.", path="cancellation_details.comment", personal="text"),
        Column("pause_behavior", "string", "What happens to invoices while collection is paused.", path="pause_collection.behavior", known=("keep_as_draft", "mark_uncollectible", "void")),
        Column("collection_method", "string", "Whether the customer is charged or sent invoices.", path=("collection_method", "billing"), known=("charge_automatically", "send_invoice")),
        Column("days_until_due", "bigint", "Days that a sent invoice may be paid in.", path="days_until_due"),
        Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("latest_invoice_id", "string", "The latest invoice, in_….", path="latest_invoice", reference="silver.invoices.invoice_id"),
        Column("default_payment_method_id", "string", "Payment method to be used, pm_….", path=("default_payment_method", "default_source"), reference="silver.payment_methods.payment_method_id"),
        Column("schedule_id", "string", "Schedule that changes it, sub_sched_….", path="schedule"),
        Column("application_id", "string", "Connect application that made it, ca_….", path="application"),
        Column("destination_account_id", "string", "Account that the money is passed on to, acct_….", path="transfer_data.destination"),
        Column("on_behalf_of_id", "string", "Account that it is made for, acct_….", path="on_behalf_of"),
        Column("description", "string", "The merchant's own words for it.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip

HISTORY = history_table(TABLE)
