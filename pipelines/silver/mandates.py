"""silver.mandates: leave that customers gave to debit their accounts."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.people import ip_columns
from pipelines.table import Column

_ACCEPTED = "customer_acceptance"

TABLE = silver_table(
    name="silver.mandates",
    doc="One row per mandate, as last reported.",
    object_type="mandate",
    columns=(
        Column("mandate_id", "string", "Stripe's id of the mandate, mandate_….", path="id", required=True),
        Column("mandate_type", "string", "How often it may be used.", path="type", known=("multi_use", "single_use")),
        Column("status", "string", "Whether it may be used.", path="status", known=("active", "inactive", "pending")),
        Column("accepted_at", "timestamp", "When the customer agreed.", path=f"{_ACCEPTED}.accepted_at"),
        Column("acceptance_type", "string", "How the customer agreed.", path=f"{_ACCEPTED}.type", known=("offline", "online")),
        *ip_columns("acceptance_ip_address", "Network address that the customer agreed from.", f"{_ACCEPTED}.online.ip_address"),
        Column("payment_method_type", "string", "Way to pay that it is for.", path="payment_method_details.type"),
        Column("payment_method_id", "string", "Payment method that it is for, pm_….", path="payment_method", reference="silver.payment_methods.payment_method_id"),
        Column("single_use_amount_minor", "bigint", "Amount that it may be used for once, in minor units.", path="single_use.amount", minimum=0),
        Column("single_use_currency", "string", "ISO 4217 code of that amount.", path="single_use.currency", currency=True),
        Column("on_behalf_of_id", "string", "Account that it was given to, acct_….", path="on_behalf_of"),
    ),
)  # fmt: skip
