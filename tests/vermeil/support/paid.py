"""A lakehouse of a few payments and what became of them, with texts and tokens that nobody may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.gold.silver_rows import (
    at,
    blocked,
    charge,
    created,
    declined,
    dispute,
    frame,
    intent,
    refund,
    transaction,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CANARY = "canary"
HIDDEN = {
    name: f"{CANARY}-{name}"
    for name in (
        "failure_message", "seller_message", "description", "metadata", "billing_email", "billing_name", "email",
        "name", "phone", "card_fingerprint", "card_last4", "ip_address", "receipt_email", "statement_descriptor",
        "cancellation_comment", "customer_email", "last_error_message",
    )
}  # fmt: skip

Row = dict[str, Any]


def versions(*rows: Row) -> list[Row]:
    """Rows of a history in order."""
    return [row | {"version": str(number), "version_id": f"evt_{number}"} for number, row in enumerate(rows)]


TAKEN = charge("ch_taken", "2026-03-01T10:00:00", 5000, payment_intent_id="pi_1", customer_id="cus_1",
               balance_transaction_id="txn_taken", risk_level="normal", risk_score=12)  # fmt: skip
STOLEN = declined("ch_first", "2026-03-01T09:58:00", "stolen_card", amount=5000, payment_intent_id="pi_1",
                  customer_id="cus_1", advice_code="do_not_try_again")  # fmt: skip
POOR = declined("ch_poor", "2026-03-01T09:59:00", "insufficient_funds", amount=5000, payment_intent_id="pi_1",
                advice_code="try_again_later", customer_id="cus_1")  # fmt: skip
BLOCKED = blocked("ch_blocked", "2026-03-02T08:00:00", risk_level="highest", risk_score=91,
                  outcome_rule_id="rule_secret_velocity")  # fmt: skip
TWICE = charge("ch_twice", "2026-03-03T00:00:00", account="acct_a")
WAITING = charge(
    "ch_waiting", "2026-03-09T10:00:00", 700, balance_transaction_id="txn_waiting", currency="JPY"
)

CHARGES = [TAKEN | {"amount_returned_minor": 1000, "is_disputed": True}, STOLEN, POOR, BLOCKED, TWICE,
           TWICE | {"account": "acct_b"}, WAITING]  # fmt: skip
CHARGE_HISTORY = [
    *versions(
        TAKEN | {"occurred_at": at("2026-03-01T10:00:01"), "is_captured": False, "amount_captured_minor": 0},
        TAKEN | {"occurred_at": at("2026-03-01T12:00:00")},
        TAKEN | {"occurred_at": at("2026-03-05T09:00:00"), "amount_returned_minor": 1000},
        TAKEN
        | {"occurred_at": at("2026-03-20T09:00:00"), "amount_returned_minor": 1000, "is_disputed": True},
    ),
    *versions(STOLEN),
    *versions(POOR),
    *versions(BLOCKED),
    *versions(WAITING),
]
DISPUTE = dispute("dp_1", "ch_taken", "2026-03-20T09:00:00", 4000, evidence_due_at=at("2026-04-04"))
SUBSCRIPTION = created("2026-01-01") | {
    "subscription_id": "sub_1",
    "customer_id": "cus_1",
    "interval": "month",
}

TABLES: Mapping[str, Sequence[Row]] = {
    "silver.charges": CHARGES,
    "silver.charge_history": CHARGE_HISTORY,
    "silver.payment_intents": [
        intent("pi_1", "2026-03-01T09:58:00", "succeeded", amount_minor=5000, occurred_at=at("2026-03-01T10:00"))
    ],
    "silver.refunds": [refund("re_1", "ch_taken", "2026-03-05T09:00:00", 1000, reason="fraudulent")],
    "silver.disputes": [DISPUTE | {"status": "lost"}],
    "silver.dispute_history": versions(
        DISPUTE | {"occurred_at": at("2026-03-20T09:00:00")},
        DISPUTE | {"occurred_at": at("2026-05-01T09:00:00"), "status": "lost", "submission_count": 1},
    ),
    "silver.early_fraud_warnings": [warning("issfr_1", "ch_taken", "2026-03-18", fraud_type="made_with_stolen_card")],
    "silver.balance_transactions": [
        transaction("txn_taken", "2026-03-01T10:00:00", "charge", 5000, 175, source_id="ch_taken")
        | {"available_at": at("2026-03-03")},
        transaction("txn_waiting", "2026-03-09T10:00:00", "charge", 700, 30, source_id="ch_waiting", currency="JPY")
        | {"available_at": at("2026-03-11")},
    ],
    "silver.payouts": [
        created("2026-03-03T04:00:00")
        | {"payout_id": "po_1", "amount_minor": 4825, "status": "paid", "arrival_date": date(2026, 3, 5)}
    ],
    "gold.payouts_itemized": [
        created("2026-03-01T10:00:00")
        | {"payout_id": "po_1", "balance_transaction_id": "txn_taken", "reporting_category": "charge"}
        | {"amount_minor": 5000, "fee_minor": 175, "net_minor": 4825, "date": date(2026, 3, 3)}
        | {"available_at": at("2026-03-03"), "charge_id": "ch_taken"}
    ],
    "silver.subscriptions": [SUBSCRIPTION | {"status": "canceled", "version": "1"}],
    "silver.subscription_history": versions(
        SUBSCRIPTION | {"status": "active", "unit_amount_minor": 900},
        SUBSCRIPTION | {"status": "active", "unit_amount_minor": 1200, "occurred_at": at("2026-02-01")},
        SUBSCRIPTION | {"status": "canceled", "unit_amount_minor": 1200, "occurred_at": at("2026-03-01")}
        | {"canceled_at": at("2026-02-20"), "ended_at": at("2026-03-01"), "cancellation_reason": "payment_disputed"},
    ),
    "silver.invoices": [
        created("2026-02-01")
        | {"invoice_id": "in_1", "subscription_id": "sub_1", "customer_id": "cus_1", "amount_due_minor": 1200}
        | {"amount_remaining_minor": 1200, "status": "open", "attempt_count": 3}
        | {"next_payment_attempt_at": at("2026-02-09"), "finalized_at": at("2026-02-01T01:00:00")}
    ],
    "silver.customers": [created("2026-01-01") | {"customer_id": "cus_1", "is_delinquent": True, "is_deleted": False}],
}  # fmt: skip


def filled(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    """The lakehouse, as it was released."""
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        fill(lake, TABLES)
        yield lake.released()


def fill(lake: Lakehouse, tables: Mapping[str, Sequence[Row]], batch: str = "1") -> None:
    """Publish rows of tables, with all that these ask for, and release them."""
    with lake.writing("a test"):
        for name, rows in tables.items():
            lake.create(name)
            full = [_sound(name, row) for row in rows]
            lake.publish(name, lake.staging.write(name, batch, frame(lake.spark, name, full)), Append(), {})


def _sound(name: str, row: Row) -> Row:
    """A row with all that its table asks for, and with what nobody may see."""
    table = all_tables()[name]
    needed = {
        "string": "required",
        "bigint": 0,
        "boolean": False,
        "timestamp": at("2026-01-01"),
        "double": 0.0,
    }
    required = {column.name: needed.get(column.type) for column in table.columns if column.required}
    hidden = {key: value for key, value in HIDDEN.items() if key in table.column_names}
    common = {"occurred_at": row.get("created_at"), "version": "1", "livemode": True}
    return required | common | hidden | row
