"""silver.balance_transactions: the ledger. Every movement of an account's balance, in the currency it settles in."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, currency
from pipelines.table import Column, Rule

TYPES = (
    "adjustment", "advance", "advance_funding", "anticipation_repayment", "application_fee",
    "application_fee_refund", "charge", "climate_order_purchase", "climate_order_refund",
    "connect_collection_transfer", "contribution", "inbound_transfer", "inbound_transfer_reversal",
    "issuing_authorization_hold", "issuing_authorization_release", "issuing_dispute", "issuing_transaction",
    "obligation_outbound", "obligation_reversal_inbound", "payment", "payment_failure_refund",
    "payment_network_reserve_hold", "payment_network_reserve_release", "payment_refund", "payment_reversal",
    "payment_unreconciled", "payout", "payout_cancel", "payout_failure", "payout_minimum_balance_hold",
    "payout_minimum_balance_release", "refund", "refund_failure", "reserve_hold", "reserve_release",
    "reserve_transaction", "reserved_funds", "stripe_balance_payment_debit", "stripe_balance_payment_debit_reversal",
    "stripe_fee", "stripe_fx_fee", "tax_fee", "topup", "topup_reversal", "transfer", "transfer_cancel",
    "transfer_failure", "transfer_refund",
)  # fmt: skip

# The length of an array that is null is null or -1, depending on settings: the sum is asked of a given list only.
# Doubles, because 30.0 is no bigint to a parser of JSON, and a sum that is null refuses nothing.
_FEES = "aggregate(from_json(fee_details, 'array<struct<amount: double>>'), cast(0 as double), (sum, fee) -> sum + fee.amount)"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# Stripe's list of reporting categories by type. A type that is a category of the same name is its own.
_CATEGORIES = {
    "charge": ("payment",),
    "charge_failure": ("payment_failure_refund",),
    "connect_reserved_funds": ("reserve_transaction",),
    "fee": ("stripe_fee", "stripe_fx_fee"),
    "payout_reversal": ("payout_cancel", "payout_failure"),
    "platform_earning": ("application_fee",),
    "platform_earning_refund": ("application_fee_refund",),
    "refund": ("payment_refund",),
    "risk_reserved_funds": ("reserved_funds",),
    "tax": ("tax_fee",),
    "transfer_reversal": ("transfer_cancel", "transfer_failure", "transfer_refund"),
    "unreconciled_customer_funds": ("payment_unreconciled",),
}
_SAME = (
    "advance", "advance_funding", "anticipation_repayment", "charge", "climate_order_purchase", "climate_order_refund",
    "connect_collection_transfer", "contribution", "issuing_authorization_hold", "issuing_authorization_release",
    "issuing_dispute", "issuing_transaction", "network_cost", "payout", "refund", "refund_failure", "topup",
    "topup_reversal", "transfer",
)  # fmt: skip
# An adjustment is a dispute's or a failed refund's by its source; of the first years the description alone says so.
_ADJUSTMENT = (
    "case when split(source_id, '_')[0] in ('dp', 'du', 'pdp') "
    "or lower(description) like 'chargeback %' then case when amount_minor > 0 then 'dispute_reversal' else 'dispute' end "
    "when split(source_id, '_')[0] in ('re', 'pyr') or lower(description) like 'refund failure%' then 'refund_failure' "
    "else 'other_adjustment' end"
)
# Before 2017-04-06 money went to the bank by a transfer, too; the movement tells of it by its source or its text.
_TO_BANK = "(split(source_id, '_')[0] = 'po' or upper(description) like 'STRIPE TRANSFER%')"
_CATEGORY = (
    f"case when type = 'adjustment' then {_ADJUSTMENT} "
    f"when type = 'transfer' and {_TO_BANK} then 'payout' "
    f"when type in ('transfer_cancel', 'transfer_failure') and {_TO_BANK} then 'payout_reversal' "
    + " ".join(f"when type in ({_listed(types)}) then '{name}'" for name, types in _CATEGORIES.items())
    + f" when type in ({_listed(_SAME)}) then type end"
)

TABLE = silver_table(
    name="silver.balance_transactions",
    doc="One row per movement of an account's balance, as last reported. Amounts may be negative: money that leaves.",
    object_type="balance_transaction",
    cluster_by="created_date",
    columns=(
        Column("balance_transaction_id", "string", "Stripe's id of the movement, txn_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency("ISO 4217 code of the amounts: the currency that the account settles in."),
        Column("amount_minor", "bigint", "Gross amount, in minor units; negative for money that leaves.", path="amount", required=True),
        Column("fee_minor", "bigint", "Fees, in minor units; negative where they are given back.", path="fee", required=True),
        Column("net_minor", "bigint", "What the balance gains or loses: the amount less the fees, in minor units.", path="net", required=True),
        Column("fee_details", "string", "The fees one by one, a JSON list of type, amount and currency as text.", path="fee_details"),
        Column("type", "string", "What moved the balance.", path="type", known=TYPES),
        Column("reporting_category", "string", "What the movement counts as in Stripe's reports; of one from before 2020 by its type and what moved the balance.", path="reporting_category", sql=_CATEGORY),
        Column("balance_type", "string", "Which balance it moved.", path="balance_type", known=("issuing", "payments", "refund_and_dispute_prefunding", "risk_reserved")),
        Column("status", "string", "Whether the money can be paid out.", path="status", known=("available", "pending")),
        Column("available_at", "timestamp", "From when the money can be paid out.", path="available_on"),
        Column("available_date", "date", "Day from which the money can be paid out, UTC.", sql="cast(available_at as date)"),
        Column("exchange_rate", "double", "Units of this currency for one of the original's; null where nothing was converted.", path="exchange_rate"),
        Column("source_id", "string", "The object that moved the balance: ch_…, re_…, po_…, dp_….", path="source"),
        Column("description", "string", "The movement in words.", path="description", personal="text"),
    ),
    rules=(
        Rule("net_is_amount_less_fee", "net_minor = amount_minor - fee_minor", "net_minor is not amount_minor less fee_minor"),
        Rule("fees_add_up", f"{_FEES} = fee_minor", "the amounts in fee_details do not add up to fee_minor"),
    ),
)  # fmt: skip
