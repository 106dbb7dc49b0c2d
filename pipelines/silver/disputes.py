"""silver.disputes: payments that a cardholder contests. Inquiries and prevented disputes are told from chargebacks."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import BRANDS, CREATED_AT, CREATED_DATE, METADATA, currency
from pipelines.silver.shared.history import history_table
from pipelines.table import Column

REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated", "debit_not_authorized",
    "duplicate", "fraudulent", "general", "incorrect_account_details", "insufficient_funds", "noncompliant",
    "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized",
)  # fmt: skip
STATUSES = ("warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review", "won", "lost", "prevented")  # fmt: skip
CASE_TYPES = ("block", "chargeback", "compliance", "inquiry", "resolution")

_CARD = "payment_method_details.card"

_KINDS = (
    Column("is_prevented", "boolean", "Resolved before it was raised: no chargeback, and left out of programmes' counts.", sql="coalesce(status = 'prevented' or case_type in ('block', 'resolution'), false)"),
    Column("is_inquiry", "boolean", "The bank asks and has taken no money: no chargeback.", sql="coalesce(not is_prevented and (status like 'warning%' or case_type = 'inquiry'), false)"),
    Column("is_chargeback", "boolean", "The bank took the money back: neither an inquiry nor prevented.", sql="not is_prevented and not is_inquiry"),
    Column("is_fraud", "boolean", "The cardholder says that the payment was not theirs.", sql="coalesce(reason = 'fraudulent', false)"),
    Column("is_closed", "boolean", "Nothing more happens: won, lost, prevented, or an inquiry that was closed.", sql="coalesce(status in ('won', 'lost', 'prevented', 'warning_closed'), false)"),
)  # fmt: skip

_EVIDENCE = (
    Column("evidence_due_at", "timestamp", "Until when evidence is accepted; null where none can be given, for which Stripe writes 0.", path=("evidence_details.due_by", "evidence_due_by"), spelled={"0": None}),
    Column("has_evidence", "boolean", "Evidence was put together.", path="evidence_details.has_evidence"),
    Column("is_past_due", "boolean", "It is too late for evidence.", path="evidence_details.past_due"),
    Column("submission_count", "bigint", "How often evidence was sent to the bank.", path="evidence_details.submission_count", minimum=0),
)  # fmt: skip

TABLE = silver_table(
    name="silver.disputes",
    doc="One row per dispute, as last reported. A charge can have several.",
    object_type="dispute",
    columns=(
        Column("dispute_id", "string", "Stripe's id of the dispute, du_… or dp_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        currency(),
        Column("amount_minor", "bigint", "Amount contested, in minor units.", path="amount", required=True, minimum=0),
        Column("status", "string", "How far the dispute has come.", path="status", known=STATUSES),
        Column("reason", "string", "Why the cardholder contests the payment.", path="reason", spelled={"subscription_cancelled": "subscription_canceled"}, known=REASONS),
        Column("case_type", "string", "Kind of the case at the network; old API versions do not say.", path=f"{_CARD}.case_type", known=CASE_TYPES),
        *_KINDS,
        Column("network_reason_code", "string", "The network's own reason: Visa 10.4, Mastercard 4837, ….", path=(f"{_CARD}.network_reason_code", "network_reason_code")),
        Column("payment_method_type", "string", "Way to pay: card, klarna, paypal, ….", path="payment_method_details.type"),
        Column("card_brand", "string", "Brand of the card.", path=f"{_CARD}.brand", known=BRANDS),
        Column("card_network", "string", "Network that the dispute runs over.", path=f"{_CARD}.network"),
        Column("is_charge_refundable", "boolean", "A refund is still possible, and would close an inquiry.", path="is_charge_refundable"),
        *_EVIDENCE,
        Column("charge_id", "string", "Charge that is contested, ch_….", path="charge", reference="silver.charges.charge_id"),
        Column("payment_intent_id", "string", "Payment intent that is contested, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
        Column("balance_transaction_id", "string", "The first balance transaction of the dispute, txn_…; null while no money moved.", path=("balance_transactions[0].id", "balance_transaction"), reference="silver.balance_transactions.balance_transaction_id"),
        METADATA,
    ),
)  # fmt: skip

HISTORY = history_table(TABLE)
