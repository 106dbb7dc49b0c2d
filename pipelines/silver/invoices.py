"""silver.invoices: what customers were asked to pay."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE, METADATA, currency
from pipelines.silver.shared.people import address_columns, email_columns, phone_columns
from pipelines.table import Column, Rule

REASONS = (
    "automatic_pending_invoice_item_invoice", "manual", "quote_accept", "subscription", "subscription_create",
    "subscription_cycle", "subscription_threshold", "subscription_update", "upcoming",
)  # fmt: skip

# Where an API version from 2025-03-31 on has what older ones had at the top.
_PAYMENT = "payments.data[0].payment"

# Before 2018-11-08 flags said how far an invoice had come. One that was closed unpaid is not collected by itself, and
# stays open all the same; one that waits for its first attempt is what a draft is today.
_OLD_STATUS = (
    "case when is_marked_paid then 'paid' when is_forgiven then 'uncollectible' "
    "when not is_marked_paid and not is_closed and not is_attempted and collection_method <> 'send_invoice' then 'draft' "
    "when not is_marked_paid then 'open' end"
)

_MONEY = (
    currency(),
    Column("amount_due_minor", "bigint", "What is due, in minor units.", path="amount_due", required=True),
    Column("amount_paid_minor", "bigint", "What was paid, in minor units.", path="amount_paid", sql="case when is_marked_paid then amount_due_minor when not is_marked_paid then 0 end"),
    Column("amount_remaining_minor", "bigint", "What is still due, in minor units.", path="amount_remaining", sql="amount_due_minor - amount_paid_minor"),
    Column("amount_overpaid_minor", "bigint", "What was paid beyond what was due, in minor units.", path="amount_overpaid"),
    Column("amount_shipping_minor", "bigint", "Shipping, in minor units.", path="amount_shipping"),
    Column("subtotal_minor", "bigint", "Sum of the lines before discounts and exclusive taxes, in minor units.", path="subtotal"),
    Column("subtotal_excluding_tax_minor", "bigint", "Sum of the lines without any tax, in minor units.", path="subtotal_excluding_tax"),
    Column("discount_amounts", "string", "What each discount took off, a JSON list of amount and discount as text; null before 2020-08-27.", path="total_discount_amounts"),
    Column("total_minor", "bigint", "Total after discounts and taxes, in minor units.", path="total"),
    Column("total_excluding_tax_minor", "bigint", "Total without taxes, in minor units.", path="total_excluding_tax"),
    Column("application_fee_minor", "bigint", "Fee that the platform takes, in minor units.", path=("application_fee_amount", "application_fee"), minimum=0),
    Column("tax_minor", "bigint", "Taxes, in minor units, where the invoice has one sum of them.", path="tax"),
    Column("tax_percent", "double", "First of the tax rates that it has, in percent.", path=("default_tax_rates[0].percentage", "tax_percent"), minimum=0),
    Column("starting_balance_minor", "bigint", "The customer's balance before the invoice, in minor units.", path="starting_balance"),
    Column("ending_balance_minor", "bigint", "The customer's balance after the invoice, in minor units.", path="ending_balance"),
)  # fmt: skip

_STATE = (
    Column("status", "string", "How far the invoice has come; null for one that is only a preview.", path="status", sql=_OLD_STATUS, known=("draft", "open", "paid", "uncollectible", "void")),
    Column("billing_reason", "string", "Why the invoice was made.", path="billing_reason", known=REASONS),
    Column("collection_method", "string", "Whether the customer is charged or sent the invoice.", path=("collection_method", "billing"), known=("charge_automatically", "send_invoice")),
    Column("attempt_count", "bigint", "How often payment was tried.", path="attempt_count", minimum=0),
    Column("is_attempted", "boolean", "Payment was tried at least once.", path="attempted"),
    Column("is_auto_advanced", "boolean", "Stripe finalizes and collects it without being asked.", path="auto_advance", sql="not is_closed"),
    Column("next_payment_attempt_at", "timestamp", "When payment will be tried next; null for never.", path="next_payment_attempt"),
    Column("finalized_at", "timestamp", "When it was finalized: from then on it cannot be changed.", path=("status_transitions.finalized_at", "finalized_at")),
    Column("paid_at", "timestamp", "When it was paid.", path="status_transitions.paid_at"),
    Column("voided_at", "timestamp", "When it was voided.", path="status_transitions.voided_at"),
    Column("marked_uncollectible_at", "timestamp", "When it was given up.", path="status_transitions.marked_uncollectible_at"),
    Column("due_at", "timestamp", "Until when a sent invoice should be paid.", path="due_date"),
    Column("effective_at", "timestamp", "Date of the invoice, where it is not the day it was finalized.", path="effective_at"),
    Column("period_start_at", "timestamp", "Start of the time over which items were gathered.", path="period_start"),
    Column("period_end_at", "timestamp", "End of the time over which items were gathered.", path="period_end"),
    Column("last_finalization_error_code", "string", "Why it could not be finalized, in short.", path="last_finalization_error.code"),
    Column("last_finalization_error_type", "string", "Kind of the error when it could not be finalized.", path="last_finalization_error.type"),
)  # fmt: skip

_LINKS = (
    Column("customer_id", "string", "Customer who is asked to pay, cus_….", path="customer", reference="silver.customers.customer_id"),
    Column("subscription_id", "string", "Subscription that the invoice is for, sub_….", path=("parent.subscription_details.subscription", "subscription"), reference="silver.subscriptions.subscription_id"),
    Column("charge_id", "string", "Latest charge that pays it, ch_…; new API versions say so only where payments are expanded.", path=(f"{_PAYMENT}.charge", "charge"), reference="silver.charges.charge_id"),
    Column("payment_intent_id", "string", "Payment intent that pays it, pi_…; new API versions say so only where payments are expanded.", path=(f"{_PAYMENT}.payment_intent", "payment_intent"), reference="silver.payment_intents.payment_intent_id"),
    Column("parent_type", "string", "What the invoice was made from.", path="parent.type", sql="case when subscription_id is not null then 'subscription_details' when quote_id is not null then 'quote_details' end", known=("quote_details", "subscription_details")),
    Column("quote_id", "string", "Quote that the invoice was made from, qt_….", path=("parent.quote_details.quote", "quote")),
    Column("default_payment_method_id", "string", "Payment method for this invoice, pm_….", path="default_payment_method", reference="silver.payment_methods.payment_method_id"),
    Column("discount_id", "string", "First of the discounts on it, di_….", path=("discounts[0]", "discount.id")),
    Column("coupon_id", "string", "Coupon of that discount, in records of API versions that have the discount itself.", path="discount.coupon", reference="silver.coupons.coupon_id"),
    Column("original_invoice_id", "string", "Invoice that this one revises, in_….", path="from_invoice.invoice", reference="silver.invoices.invoice_id"),
    Column("latest_revision_id", "string", "Invoice that revises this one, in_….", path="latest_revision", reference="silver.invoices.invoice_id"),
    Column("on_behalf_of_id", "string", "Account that the invoice is made for, acct_….", path="on_behalf_of"),
    Column("application_id", "string", "Connect application that made the invoice, ca_….", path="application"),
)  # fmt: skip

TABLE = silver_table(
    name="silver.invoices",
    doc="One row per invoice, as last reported.",
    object_type="invoice",
    columns=(
        Column("invoice_id", "string", "Stripe's id of the invoice, in_….", path="id", required=True),
        Column("created_at", "timestamp", "When the invoice was created.", path=("created", "date"), required=True),
        CREATED_DATE,
        Column("number", "string", "Number that the customer reads on it.", path="number"),
        *_MONEY,
        *_STATE,
        *_LINKS,
        Column("account_country", "string", "ISO 3166 code of the country of the business.", path="account_country"),
        Column("account_name", "string", "Name of the business on the invoice.", path="account_name"),
        Column("customer_name", "string", "Name of the customer on the invoice.", path="customer_name", personal="name"),
        *email_columns("customer_email", "Email address of the customer.", "customer_email"),
        *phone_columns("customer_phone", "Phone number of the customer.", "customer_phone"),
        *address_columns("customer", "customer_address", "customer"),
        Column("customer_tax_exempt", "string", "Whether the customer pays taxes.", path="customer_tax_exempt", known=("none", "exempt", "reverse")),
        Column("description", "string", "The merchant's note on the invoice.", path="description", personal="text"),
        METADATA,
    ),
    unstored=(
        Column("is_marked_paid", "boolean", "It was paid, before there was a status.", path="paid"),
        Column("is_forgiven", "boolean", "It was given up, before there was a status.", path="forgiven"),
        Column("is_closed", "boolean", "It is not collected by itself, before there was auto_advance.", path="closed"),
    ),
    rules=(
        Rule("attempts_are_counted", "is_attempted or attempt_count = 0", "attempt_count is above 0 on an invoice that was not attempted"),
    ),
)  # fmt: skip
