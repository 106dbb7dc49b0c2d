"""silver.settlement_lines: what a processor's files say of movements of the balance, beside the ledger itself."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE
from pipelines.table import Column, Rule

TABLE = silver_table(
    name="silver.settlement_lines",
    doc=(
        "One row per line of a settlement file, or of a report of the balance, that a source mapping sends here to be held against "
        "silver.balance_transactions, as last reported. Empty where no mapping does."
    ),
    object_type="settlement_line",
    cluster_by="created_date",
    columns=(
        Column("settlement_line_id", "string", "What tells the line from others of the account, whichever file it is in.", mapped=True, required=True),
        Column("created_at", "timestamp", "When the file says that the balance was moved.", mapped=True, required=True),
        CREATED_DATE,
        Column("currency", "string", "ISO 4217 code of the amounts.", mapped=True, required=True, currency=True),
        Column("amount_minor", "bigint", "Gross amount, in minor units; negative for money that leaves.", mapped=True, required=True),
        Column("fee_minor", "bigint", "Fees, in minor units; negative where they are given back.", mapped=True, required=True),
        Column("net_minor", "bigint", "What the balance gains or loses: the amount less the fees, in minor units.", mapped=True, required=True),
        Column("balance_transaction_id", "string", "The movement that the line is about, or a part of which it is, by its id in the ledger.", mapped=True, required=True),
        Column("reporting_category", "string", "What the movement counts as in the file.", mapped=True),
        Column("source_id", "string", "The object that moved the balance: ch_…, re_…, po_…, dp_….", mapped=True),
        Column("payout_id", "string", "The automatic payout that the file says pays it, po_…; null for none yet, or where the file does not say.", mapped=True),
        Column("description", "string", "The movement in words.", mapped=True, personal="text"),
    ),
    rules=(
        Rule("net_is_amount_less_fee", "net_minor = amount_minor - fee_minor", "net_minor is not amount_minor less fee_minor"),
    ),
)  # fmt: skip
