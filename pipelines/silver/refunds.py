"""silver.refunds: money given back."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column

TABLE = silver_table(
    name="silver.refunds",
    doc="One row per refund of a charge, as last reported. A charge can have several.",
    object_type="refund",
    columns=(
        Column("refund_id", "string", "Stripe's id of the refund, re_… or pyr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount given back, in minor units.", path="amount", required=True, minimum=0),
        Column("status", "string", "Whether the money is on its way back; a refund of the first years is through.", path="status", sql="'succeeded'", known=("pending", "requires_action", "succeeded", "failed", "canceled")),
        Column("reason", "string", "Why the money is given back.", path="reason", known=("duplicate", "fraudulent", "requested_by_customer", "expired_uncaptured_charge")),
        Column("failure_reason", "string", "Why the refund failed.", path="failure_reason"),
        Column("pending_reason", "string", "Why the refund is not through yet.", path="pending_reason"),
        Column("destination_type", "string", "Kind of the way back, such as card.", path="destination_details.type"),
        Column("destination_card_type", "string", "How a card is paid back: a refund, or a reversal before settlement.", path="destination_details.card.type", known=("pending", "refund", "reversal")),
        Column("charge_id", "string", "Charge that is refunded, ch_….", path="charge", reference="silver.charges.charge_id"),
        Column("payment_intent_id", "string", "Payment intent that is refunded, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
        Column("customer_id", "string", "Customer who gets the money, cus_….", path="customer", reference="silver.customers.customer_id"),
        Column("payment_method_id", "string", "Payment method that gets the money, pm_….", path="payment_method", reference="silver.payment_methods.payment_method_id"),
        Column("balance_transaction_id", "string", "Its effect on the balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("failure_balance_transaction_id", "string", "Balance transaction that gave the money back to the merchant when the refund failed, txn_….", path="failure_balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("transfer_reversal_id", "string", "Reversal of the transfer that belonged to the charge, trr_….", path="transfer_reversal"),
        Column("source_transfer_reversal_id", "string", "Reversal of the transfer that this refund follows from, trr_….", path="source_transfer_reversal"),
        Column("receipt_number", "string", "Number on the receipt that was sent.", path="receipt_number"),
        Column("description", "string", "The refund in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
