"""silver.checkout_sessions: visits to a payment page that Stripe hosts."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.silver.shared.people import address_columns, email_columns, phone_columns
from pipelines.table import Column

_WHO = "customer_details"
_SHIPPING = ("collected_information.shipping_details", "shipping_details", "shipping")

TABLE = silver_table(
    name="silver.checkout_sessions",
    doc="One row per Checkout session, as last reported.",
    object_type="checkout.session",
    columns=(
        Column("checkout_session_id", "string", "Stripe's id of the session, cs_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("mode", "string", "What the session is for.", path="mode", known=("payment", "setup", "subscription")),
        Column("status", "string", "Whether the session is over.", path="status", known=("complete", "expired", "open")),
        Column("payment_status", "string", "Whether the money is there.", path="payment_status", known=("no_payment_required", "paid", "unpaid")),
        currency(required=False),
        Column("amount_subtotal_minor", "bigint", "Sum of the items before discounts and taxes, in minor units.", path="amount_subtotal"),
        Column("amount_total_minor", "bigint", "Sum after discounts and taxes, in minor units.", path="amount_total"),
        Column("amount_discount_minor", "bigint", "Discounts, in minor units.", path="total_details.amount_discount"),
        Column("amount_shipping_minor", "bigint", "Shipping, in minor units.", path="total_details.amount_shipping"),
        Column("amount_tax_minor", "bigint", "Taxes, in minor units.", path="total_details.amount_tax"),
        Column("expires_at", "timestamp", "Until when it can be paid.", path="expires_at"),
        Column("payment_method_types", "string", "Ways to pay that were offered, a JSON list as text.", path="payment_method_types"),
        Column("payment_method_collection", "string", "Whether a way to pay is asked for where nothing is due.", path="payment_method_collection", known=("always", "if_required")),
        Column("ui_mode", "string", "Where the page is shown.", path="ui_mode"),
        Column("locale", "string", "Language of the page.", path="locale"),
        Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("payment_intent_id", "string", "Payment that the session made, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
        Column("setup_intent_id", "string", "Setup that the session made, seti_….", path="setup_intent", reference="silver.setup_intents.setup_intent_id"),
        Column("subscription_id", "string", "Subscription that the session made, sub_….", path="subscription", reference="silver.subscriptions.subscription_id"),
        Column("invoice_id", "string", "Invoice that the session made, in_….", path="invoice", reference="silver.invoices.invoice_id"),
        Column("payment_link_id", "string", "Link that led to the session, plink_….", path="payment_link"),
        Column("recovered_from_id", "string", "Expired session that this one takes up again, cs_….", path="recovered_from", reference="silver.checkout_sessions.checkout_session_id"),
        Column("client_reference", "string", "The merchant's own name for the session.", path="client_reference_id", personal="text"),
        Column("customer_name", "string", "Name of the customer.", path=f"{_WHO}.name", personal="name"),
        *email_columns("customer_email", "Email address of the customer.", (f"{_WHO}.email", "customer_email")),
        *phone_columns("customer_phone", "Phone number of the customer.", f"{_WHO}.phone"),
        *address_columns("customer", f"{_WHO}.address", "customer"),
        Column("customer_tax_exempt", "string", "Whether the customer pays taxes.", path=f"{_WHO}.tax_exempt", known=("none", "exempt", "reverse")),
        Column("shipping_name", "string", "Name of the customer's recipient.", path=tuple(f"{at}.name" for at in _SHIPPING), personal="name"),
        *address_columns("shipping", tuple(f"{at}.address" for at in _SHIPPING), "customer's recipient"),
        METADATA,
    ),
)  # fmt: skip
