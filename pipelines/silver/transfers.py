"""silver.transfers: money moved between the accounts of a platform."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.payouts import TO_BANK
from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column, Part, Rule

TABLE = silver_table(
    name="silver.transfers",
    doc="One row per transfer from a platform to a connected account, as last reported. What went to a bank before 2017-04-06 is in silver.payouts.",
    object_type="transfer",
    parts=(Part("transfer", "type", TO_BANK, inverted=True),),
    columns=(
        Column("transfer_id", "string", "Stripe's id of the transfer, tr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount moved, in minor units.", path="amount", required=True, minimum=0),
        Column("amount_reversed_minor", "bigint", "Amount moved back so far, in minor units.", path="amount_reversed", minimum=0),
        Column("is_reversed", "boolean", "All of the amount was moved back.", path="reversed"),
        Column("destination_account_id", "string", "Account that gets the money, acct_….", path="destination"),
        Column("destination_payment_id", "string", "Charge that the transfer is in the destination account, py_….", path="destination_payment"),
        Column("source_charge_id", "string", "Charge whose money is moved, ch_…; null where it is moved from the balance.", path="source_transaction", reference="silver.charges.charge_id"),
        Column("source_type", "string", "Which balance the money is taken from.", path="source_type", known=("alipay_account", "bank_account", "card", "fpx")),
        Column("transfer_group", "string", "Name that ties a transfer to its charges.", path="transfer_group"),
        Column("balance_transaction_id", "string", "Its effect on the platform's balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("description", "string", "The merchant's own words for the transfer.", path="description", personal="text"),
        METADATA,
    ),
    rules=(
        Rule("reversed_within_amount", "amount_reversed_minor <= amount_minor", "amount_reversed_minor is more than amount_minor"),
    ),
)  # fmt: skip
