"""silver.application_fee_refunds: fees that platforms gave back."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA, currency, owned
from pipelines.table import Column

TABLE = silver_table(
    name="silver.application_fee_refunds",
    doc="One row per refund of an application fee, as last reported. A fee can have several.",
    object_type="fee_refund",
    columns=(
        Column("application_fee_refund_id", "string", "Stripe's id of the refund, fr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount given back, in minor units.", path="amount", required=True, minimum=0),
        Column("application_fee_id", "string", "Fee that is given back, fee_….", path="fee", sql=owned("application_fee"), reference="silver.application_fees.application_fee_id"),
        Column("balance_transaction_id", "string", "Its effect on the platform's balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
        METADATA,
    ),
)  # fmt: skip
