"""silver.application_fees: what platforms earn of the payments of connected accounts."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, currency
from pipelines.table import Column, Rule

TABLE = silver_table(
    name="silver.application_fees",
    doc="One row per fee that a platform took from a payment, as last reported.",
    object_type="application_fee",
    columns=(
        Column("application_fee_id", "string", "Stripe's id of the fee, fee_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount earned, in minor units.", path="amount", required=True, minimum=0),
        Column("amount_refunded_minor", "bigint", "Amount given back so far, in minor units.", path="amount_refunded", minimum=0),
        Column("is_refunded", "boolean", "All of the fee was given back.", path="refunded"),
        Column("paying_account_id", "string", "Connected account that paid the fee, acct_….", path="account"),
        Column("application_id", "string", "Connect application that earned it, ca_….", path="application"),
        Column("charge_id", "string", "Charge that the fee was taken from, ch_….", path="charge", reference="silver.charges.charge_id"),
        Column("originating_transaction_id", "string", "Charge of the platform that the fee follows from, ch_….", path="originating_transaction", reference="silver.charges.charge_id"),
        Column("fee_source_type", "string", "What the fee was taken from.", path="fee_source.type", known=("charge", "payout")),
        Column("payout_id", "string", "Payout that the fee was taken from, po_….", path="fee_source.payout"),
        Column("balance_transaction_id", "string", "Its effect on the platform's balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
    ),
    rules=(
        Rule("refunded_within_amount", "amount_refunded_minor <= amount_minor", "amount_refunded_minor is more than amount_minor"),
    ),
)  # fmt: skip
