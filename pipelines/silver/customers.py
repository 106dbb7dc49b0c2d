"""silver.customers: people and companies that pay."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE, METADATA
from pipelines.silver.shared.people import address_columns, email_columns, phone_columns
from pipelines.table import Column

TABLE = silver_table(
    name="silver.customers",
    doc="One row per customer, as last reported. Of a deleted one the API may give the id alone.",
    object_type="customer",
    columns=(
        Column("customer_id", "string", "Stripe's id of the customer, cus_….", path="id", required=True),
        # Not required: {"id": …, "object": "customer", "deleted": true} is all that the API says of a deleted one.
        Column("created_at", "timestamp", "When the customer was created.", path="created"),
        CREATED_DATE,
        Column("is_marked_deleted", "boolean", "The object itself says that the customer was deleted.", path="deleted"),
        Column("is_deleted", "boolean", "The customer was deleted.", sql="coalesce(is_marked_deleted, false) or coalesce(event_type = 'customer.deleted', false)"),
        Column("name", "string", "Full name, or a company's.", path="name", personal="name"),
        *email_columns("email", "Email address of the customer.", "email"),
        *phone_columns("phone", "Phone number of the customer.", "phone"),
        *address_columns("address", "address", "customer"),
        *address_columns("shipping", "shipping.address", "customer's recipient"),
        Column("shipping_name", "string", "Name of the customer's recipient.", path="shipping.name", personal="name"),
        *phone_columns("shipping_phone", "Phone number of the customer's recipient.", "shipping.phone"),
        Column("currency", "string", "ISO 4217 code that the customer's invoices default to.", path="currency", currency=True),
        Column("balance_minor", "bigint", "What the customer owes (positive) or has to their credit (negative), in minor units.", path=("balance", "account_balance")),
        Column("is_delinquent", "boolean", "The latest invoice could not be collected in time.", path="delinquent"),
        Column("tax_exempt", "string", "Whether the customer pays taxes.", path="tax_exempt", known=("none", "exempt", "reverse")),
        Column("default_payment_method_id", "string", "Payment method for invoices, pm_….", path=("invoice_settings.default_payment_method", "default_source", "default_card", "active_card.id"), reference="silver.payment_methods.payment_method_id"),
        Column("invoice_prefix", "string", "What the numbers of the customer's invoices begin with.", path="invoice_prefix", identifies=True),
        Column("preferred_locale", "string", "First of the languages that the customer prefers.", path="preferred_locales[0]", identifies=True),
        Column("description", "string", "The merchant's own words for the customer.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
