"""silver.subscription_schedules: changes of subscriptions that are to come."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA
from pipelines.table import Column

TABLE = silver_table(
    name="silver.subscription_schedules",
    doc="One row per schedule of a subscription, as last reported.",
    object_type="subscription_schedule",
    columns=(
        Column("subscription_schedule_id", "string", "Stripe's id of the schedule, sub_sched_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("status", "string", "Whether it is running.", path="status", known=("active", "canceled", "completed", "not_started", "released")),
        Column("end_behavior", "string", "What becomes of the subscription at the end.", path=("end_behavior", "renewal_behavior"), known=("cancel", "none", "release", "renew")),
        Column("current_phase_start_at", "timestamp", "Start of the phase that is running.", path="current_phase.start_date"),
        Column("current_phase_end_at", "timestamp", "End of the phase that is running.", path="current_phase.end_date"),
        Column("first_phase_start_at", "timestamp", "Start of the first phase.", path="phases[0].start_date"),
        Column("completed_at", "timestamp", "When it came to its end.", path="completed_at"),
        Column("canceled_at", "timestamp", "When it was canceled.", path="canceled_at"),
        Column("released_at", "timestamp", "When the subscription was let go from it.", path="released_at"),
        Column("collection_method", "string", "Whether the customer is charged or sent invoices.", path=("default_settings.collection_method", "collection_method", "billing"), known=("charge_automatically", "send_invoice")),
        Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("subscription_id", "string", "Subscription that it changes, sub_….", path="subscription", reference="silver.subscriptions.subscription_id"),
        Column("released_subscription_id", "string", "Subscription that it changed until it let it go, sub_….", path="released_subscription", reference="silver.subscriptions.subscription_id"),
        Column("application_id", "string", "Connect application that made it, ca_….", path="application"),
        METADATA,
    ),
)  # fmt: skip
