"""silver.topups: money that was paid into a balance."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.table import Column

TABLE = silver_table(
    name="silver.topups",
    doc="One row per top-up of an account's balance, as last reported.",
    object_type="topup",
    columns=(
        Column("topup_id", "string", "Stripe's id of the top-up, tu_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount paid in, in minor units.", path="amount", required=True, minimum=0),
        Column("status", "string", "How far the money has come.", path="status", known=("canceled", "failed", "pending", "reversed", "succeeded")),
        Column("expected_available_at", "timestamp", "When the money is expected to be available.", path="expected_availability_date"),
        Column("source_id", "string", "Bank account or source that the money comes from.", path="source"),
        Column("failure_code", "string", "Why the top-up failed, in short.", path="failure_code"),
        Column("failure_message", "string", "Why the top-up failed, in words.", path="failure_message", personal="text"),
        Column("transfer_group", "string", "Name that ties a top-up to transfers.", path="transfer_group"),
        Column("balance_transaction_id", "string", "Its effect on the balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        Column("statement_descriptor", "string", "What the bank's statement says.", path="statement_descriptor", personal="text"),
        Column("description", "string", "The merchant's own words for it.", path="description", personal="text"),
        METADATA,
    ),
)  # fmt: skip
