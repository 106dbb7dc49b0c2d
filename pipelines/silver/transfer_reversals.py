"""silver.transfer_reversals: money that a platform took back from a transfer."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency, owned
from pipelines.table import Column

TABLE = silver_table(
    name="silver.transfer_reversals",
    doc="One row per reversal of a transfer, as last reported. A transfer can have several.",
    object_type="transfer_reversal",
    columns=(
        Column("transfer_reversal_id", "string", "Stripe's id of the reversal, trr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount taken back, in minor units.", path="amount", required=True, minimum=0),
        Column("transfer_id", "string", "Transfer that is reversed, tr_….", path="transfer", sql=owned("transfer"), reference="silver.transfers.transfer_id"),
        Column("destination_payment_refund_id", "string", "Refund that the reversal is in the destination account, pyr_….", path="destination_payment_refund"),
        Column("source_refund_id", "string", "Refund that the reversal follows from, re_….", path="source_refund", reference="silver.refunds.refund_id"),
        Column("balance_transaction_id", "string", "Its effect on the platform's balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        METADATA,
    ),
)  # fmt: skip
