"""silver.payouts: money sent from an account's balance to its bank."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column, Part

TO_BANK = ("bank_account", "card", "alipay_account")
"""Types of what was a transfer before 2017-04-06 and is a payout since: money to a bank, not to another account."""

TABLE = silver_table(
    name="silver.payouts",
    doc="One row per payout, as last reported. Before 2017-04-06 a payout was a transfer to a bank account or a card.",
    object_type=("payout", "transfer"),
    parts=(Part("transfer", "type", TO_BANK),),
    columns=(
        Column("payout_id", "string", "Stripe's id of the payout, po_…; tr_… of one from before 2017-04-06.", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        # Negative where a negative balance is taken from the bank account.
        Column("amount_minor", "bigint", "Amount sent, in minor units; negative where money is taken from the bank.", path="amount", required=True),
        Column("arrival_at", "timestamp", "When the money is expected at the bank, at midnight UTC.", path=("arrival_date", "date")),
        Column("arrival_date", "date", "Day on which the money is expected at the bank.", sql="cast(arrival_at as date)"),
        Column("status", "string", "How far the money has come.", path="status", known=("paid", "pending", "in_transit", "canceled", "failed")),
        Column("is_automatic", "boolean", "Made by the account's schedule; only these are tied to balance transactions.", path="automatic", sql="object_type = 'transfer' and lower(description) like 'stripe transfer%'"),
        Column("method", "string", "How fast the money is sent.", path="method", known=("standard", "instant")),
        Column("destination_type", "string", "Kind of the account that gets the money.", path="type", known=("bank_account", "card")),
        Column("source_type", "string", "Which balance the money is taken from.", path="source_type", known=("bank_account", "card", "fpx")),
        Column("reconciliation_status", "string", "Whether its balance transactions can be listed.", path="reconciliation_status", known=("completed", "in_progress", "not_applicable")),
        Column("failure_code", "string", "Why the payout failed, in short.", path="failure_code"),
        Column("failure_message", "string", "Why the payout failed, in words.", path="failure_message", personal="text"),
        Column("application_fee_minor", "bigint", "Fee that the platform takes, in minor units.", path="application_fee_amount", minimum=0),
        Column("destination_id", "string", "Bank account or card that gets the money, ba_… or card_….", path=("destination", "bank_account", "card", "account")),
        Column("balance_transaction_id", "string", "Its effect on the balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("failure_balance_transaction_id", "string", "Balance transaction that brought the money back when it failed, txn_….", path="failure_balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("original_payout_id", "string", "Payout that this one reverses, po_….", path="original_payout", reference="silver.payouts.payout_id"),
        Column("reversed_by_id", "string", "Payout that reverses this one, po_….", path="reversed_by", reference="silver.payouts.payout_id"),
        Column("statement_descriptor", "string", "What the bank's statement says.", path=("statement_descriptor", "statement_description"), personal="text"),
        Column("trace_id_status", "string", "Whether the bank's own name of the transfer is known.", path="trace_id.status"),
        Column("trace_id_value", "string", "The bank's own name of the transfer, to ask it with.", path="trace_id.value"),
        Column("description", "string", "The payout in words.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
