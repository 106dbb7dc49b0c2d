"""silver.payment_intents: payments that customers meant to make, whatever number of attempts they took."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.silver.shared.people import email_columns
from pipelines.table import Column

_ERROR = "last_payment_error"

_MONEY = (
    currency(),
    Column("amount_minor", "bigint", "Amount to be collected, in minor units.", path="amount", required=True, minimum=0),
    Column("amount_capturable_minor", "bigint", "Amount authorized and not yet captured, in minor units.", path="amount_capturable", minimum=0),
    Column("amount_received_minor", "bigint", "Amount collected so far, in minor units.", path="amount_received", minimum=0),
    Column("application_fee_minor", "bigint", "Fee that the platform takes, in minor units.", path=("application_fee_amount", "application_fee"), minimum=0),
)  # fmt: skip

_STATE = (
    Column("status", "string", "How far the payment has come.", path="status", spelled={"requires_source": "requires_payment_method", "requires_source_action": "requires_action"}, known=("requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture", "canceled", "succeeded")),
    Column("canceled_at", "timestamp", "When it was canceled.", path="canceled_at"),
    Column("cancellation_reason", "string", "Why it was canceled.", path="cancellation_reason", known=("abandoned", "automatic", "duplicate", "expired", "failed_invoice", "fraudulent", "requested_by_customer", "void_invoice")),
    Column("capture_method", "string", "When the money is taken after the authorization.", path="capture_method", known=("automatic", "automatic_async", "manual")),
    Column("confirmation_method", "string", "Who may confirm the payment.", path="confirmation_method", known=("automatic", "manual")),
    Column("setup_future_usage", "string", "Whether the payment method is kept for later, and for what.", path="setup_future_usage", sql="case when is_payment_method_saved = 'true' then 'off_session' end", known=("off_session", "on_session")),
    Column("next_action_type", "string", "What the customer has to do next, such as use_stripe_sdk.", path=("next_action.type", "next_source_action.type"), spelled={"authorize_with_url": "redirect_to_url"}),
    Column("payment_method_types", "string", "Ways to pay that were offered, a JSON list as text.", path=("payment_method_types", "allowed_source_types")),
)  # fmt: skip

_LAST_ERROR = (
    Column("last_error_type", "string", "Kind of the latest attempt's error.", path=f"{_ERROR}.type", known=("api_error", "card_error", "idempotency_error", "invalid_request_error")),
    Column("last_error_code", "string", "Why the latest attempt failed: card_declined, expired_card, ….", path=f"{_ERROR}.code"),
    Column("last_error_decline_code", "string", "Why the issuer declined the latest attempt, in Stripe's words.", path=f"{_ERROR}.decline_code"),
    Column("last_error_advice_code", "string", "What to do next after the latest decline.", path=f"{_ERROR}.advice_code", known=("confirm_card_data", "do_not_try_again", "try_again_later")),
    Column("last_error_network_advice_code", "string", "The network's own two-digit advice after the latest decline.", path=f"{_ERROR}.network_advice_code"),
    Column("last_error_network_decline_code", "string", "The network's own code for the latest decline.", path=f"{_ERROR}.network_decline_code"),
    Column("last_error_message", "string", "The latest error in words for people.", path=f"{_ERROR}.message", personal="text"),
    Column("last_error_charge_id", "string", "Charge that the latest error is about, ch_….", path=f"{_ERROR}.charge", reference="silver.charges.charge_id"),
)  # fmt: skip

_LINKS = (
    Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
    Column("latest_charge_id", "string", "The latest attempt, ch_….", path=("latest_charge", "charges.data[0].id"), reference="silver.charges.charge_id"),
    Column("payment_method_id", "string", "Payment method to be used, pm_… or card_….", path=("payment_method", "source"), reference="silver.payment_methods.payment_method_id"),
    Column("invoice_id", "string", "Invoice that is paid, in_…; only old API versions say so.", path="invoice", reference="silver.invoices.invoice_id"),
    Column("review_id", "string", "Manual review of the payment, prv_….", path="review", reference="silver.reviews.review_id"),
    Column("on_behalf_of_id", "string", "Account that the payment is made for, acct_….", path="on_behalf_of"),
    Column("destination_account_id", "string", "Account that the money is passed on to, acct_….", path="transfer_data.destination"),
    Column("application_id", "string", "Connect application that made the payment, ca_….", path="application"),
    Column("transfer_group", "string", "Name that ties a payment to its transfers.", path="transfer_group"),
)  # fmt: skip

TABLE = silver_table(
    name="silver.payment_intents",
    doc="One row per payment intent: one payment that a customer meant to make, over all its attempts.",
    object_type="payment_intent",
    cluster_by="created_date",
    columns=(
        Column("payment_intent_id", "string", "Stripe's id of the intent, pi_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        *_MONEY,
        *_STATE,
        *_LAST_ERROR,
        *_LINKS,
        Column(
            "description",
            "string",
            "The merchant's own words for the payment.",
            path="description",
            personal="text",
        ),
        Column(
            "statement_descriptor",
            "string",
            "What the payer reads on the statement.",
            path="statement_descriptor",
            personal="text",
        ),
        *email_columns("receipt_email", "Where the receipt is sent.", "receipt_email"),
        METADATA,
    ),
    unstored=(
        Column(
            "is_payment_method_saved",
            "string",
            "The payment method was kept for later, before there was setup_future_usage.",
            path="save_payment_method",
        ),
    ),
)
