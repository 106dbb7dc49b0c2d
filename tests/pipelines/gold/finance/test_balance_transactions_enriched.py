from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import (
    affected,
    at,
    built,
    charge,
    created,
    day,
    dispute,
    figures,
    payout,
    refund,
    transaction,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.balance_transactions_enriched"
TRANSACTIONS, PAYOUTS = "silver.balance_transactions", "silver.payouts"
MAY, MONDAY, TUESDAY, WEDNESDAY = "2026-03-02", "2026-05-04", "2026-05-05", "2026-05-06"


def by_id(rows: list[Row], *names: str) -> dict[str, tuple[Any, ...]]:
    return {row["balance_transaction_id"]: tuple(row[name] for name in names) for row in rows}


def test_a_movement_has_what_moved_it_and_whose_payment_it_is(any_spark: SparkSession) -> None:
    facts = {"customer_id": "cus_1", "payment_intent_id": "pi_1", "invoice_id": "in_1"}
    tables = {
        TRANSACTIONS: [
            transaction("txn_1", MONDAY, "charge", 1000, source_id="ch_1"),
            transaction("txn_2", MONDAY, "refund", -200, source_id="re_1"),
            transaction("txn_3", MONDAY, "dispute", -500, fee=15, source_id="dp_1"),
            transaction("txn_4", MONDAY, "dispute", -300, fee=15, source_id="dp_2"),
            transaction("txn_5", MONDAY, "other_adjustment", -3),
        ],
        "silver.charges": [charge("ch_1", MAY, 1000, **facts), charge("ch_1", MAY, 7, account="acct_b")],
        "silver.refunds": [refund("re_1", "ch_1", MONDAY, 200, reason="duplicate")],
        "silver.disputes": [
            dispute("dp_1", "ch_1", MONDAY, 500),
            dispute("dp_2", "ch_1", MONDAY, 300, reason="general"),
        ],
        "silver.invoices": [created(MAY) | {"invoice_id": "in_1", "subscription_id": "sub_1"}],
    }
    names = (
        "charge_id",
        "refund_reason",
        "dispute_reason",
        "customer_amount_minor",
        "customer_id",
        "subscription_id",
    )
    paid = ("cus_1", "sub_1")
    assert by_id(built(any_spark, GOLD, tables, MONDAY), *names) == {
        "txn_1": ("ch_1", None, None, 1000, *paid),
        "txn_2": ("ch_1", "duplicate", None, -200, *paid),
        "txn_3": ("ch_1", None, "fraudulent", -500, *paid),
        "txn_4": ("ch_1", None, "general", -300, *paid),
        "txn_5": (None, None, None, None, None, None),
    }


def test_a_refund_of_a_payment_from_before_the_archive_keeps_what_it_says_itself(
    any_spark: SparkSession,
) -> None:
    tables = {
        TRANSACTIONS: [transaction("txn_1", MONDAY, "refund", -150, currency="JPY", source_id="re_1")],
        "silver.refunds": [refund("re_1", "ch_0", MONDAY, 1, currency="USD", customer_id="cus_1")],
    }
    [row] = built(any_spark, GOLD, tables, MONDAY)
    expected = {
        "currency": "JPY", "customer_currency": "USD", "customer_amount_minor": -1, "charge_id": "ch_0",
        "customer_id": "cus_1", "card_network": None, "invoice_id": None,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_a_payment_counts_for_540_days_whichever_days_are_made_together(any_spark: SparkSession) -> None:
    tables = {
        TRANSACTIONS: [
            transaction("txn_1", "2026-06-23", "refund", -1, source_id="re_1"),
            transaction("txn_2", "2026-06-24", "refund", -1, source_id="re_2"),
            transaction("txn_3", "2026-06-24", "dispute", -1, source_id="ch_1"),
        ],
        "silver.charges": [charge("ch_1", "2024-12-30", customer_id="cus_1")],
        "silver.refunds": [refund(f"re_{n}", "ch_1", f"2026-06-2{n + 2}") for n in (1, 2)],
    }
    names = ("charge_id", "customer_id")
    together = built(any_spark, GOLD, tables, "2024-12-30", "2026-06-23", "2026-06-24")
    assert by_id(together, *names) == {
        "txn_1": ("ch_1", "cus_1"),
        "txn_2": ("ch_1", None),
        "txn_3": (None, None),
    }
    assert built(any_spark, GOLD, tables, "2026-06-24") == together[1:]


def test_fees_are_split_by_kind(any_spark: SparkSession) -> None:
    kinds = {"stripe_fee": 30, "application_fee": 50, "tax": 6, "payment_method_passthrough_fee": 4}
    listed = json.dumps([{"type": kind, "amount": amount} for kind, amount in kinds.items()])
    tables = {
        TRANSACTIONS: [
            transaction("txn_1", MONDAY, "charge", 1000, fee=90, fee_details=listed),
            transaction("txn_2", MONDAY, "charge", 1000, fee=9),
        ]
    }
    names = ("stripe_fee_minor", "application_fee_minor", "tax_fee_minor", "other_fee_minor")
    assert by_id(built(any_spark, GOLD, tables, MONDAY), *names) == {
        "txn_1": (30, 50, 6, 4),
        "txn_2": (0, 0, 0, 9),
    }


def test_an_invoice_is_told_by_the_payment_by_its_intent_or_by_the_invoice(any_spark: SparkSession) -> None:
    told = {"ch_1": {"invoice_id": "in_1"}, "ch_2": {"payment_intent_id": "pi_2"}, "ch_3": {}, "ch_4": {}}
    tables = {
        TRANSACTIONS: [transaction(f"txn_{id}", MONDAY, "charge", 9, source_id=id) for id in told],
        "silver.charges": [charge(id, MONDAY, **facts) for id, facts in told.items()],
        "silver.invoices": [
            created(MAY) | {"invoice_id": "in_3", "charge_id": "ch_3", "subscription_id": "sub_3"}
        ],
        "silver.invoice_payments": [
            created(MAY)
            | {"invoice_payment_id": "inpay_2", "invoice_id": "in_2", "payment_intent_id": "pi_2"}
        ],
    }
    assert by_id(built(any_spark, GOLD, tables, MONDAY), "invoice_id", "subscription_id") == {
        "txn_ch_1": ("in_1", None),
        "txn_ch_2": ("in_2", None),
        "txn_ch_3": ("in_3", "sub_3"),
        "txn_ch_4": (None, None),
    }


def test_a_platform_knows_the_account_on_the_other_side(any_spark: SparkSession) -> None:
    moved = {
        "tr_1": "transfer",
        "trr_1": "transfer_reversal",
        "fee_1": "platform_earning",
        "fr_1": "platform_earning_refund",
    }
    tables = {
        TRANSACTIONS: [
            transaction(f"txn_{id}", MONDAY, category, 9, source_id=id) for id, category in moved.items()
        ],
        "silver.transfers": [created(MAY) | {"transfer_id": "tr_1", "destination_account_id": "acct_b"}],
        "silver.transfer_reversals": [
            created(MAY) | {"transfer_reversal_id": "trr_1", "transfer_id": "tr_1"}
        ],
        "silver.application_fees": [
            created(MAY) | {"application_fee_id": "fee_1", "paying_account_id": "acct_c", "charge_id": "ch_9"}
        ],
        "silver.application_fee_refunds": [
            created(MAY) | {"application_fee_refund_id": "fr_1", "application_fee_id": "fee_1"}
        ],
    }
    names = ("connected_account_id", "transfer_id", "connected_charge_id", "charge_id")
    assert by_id(built(any_spark, GOLD, tables, MONDAY), *names) == {
        "txn_tr_1": ("acct_b", "tr_1", None, None),
        "txn_trr_1": ("acct_b", "tr_1", None, None),
        "txn_fee_1": ("acct_c", None, "ch_9", None),
        "txn_fr_1": ("acct_c", None, "ch_9", None),
    }


def test_the_next_automatic_payout_pays_what_is_available(any_spark: SparkSession) -> None:
    by_hand, by_hand_moved = payout("po_2", f"{MONDAY}T15:00", 300, is_automatic=False, method="instant")
    others = [
        payout(f"po_{n}", f"{date}T09:00", 9) for n, date in ((1, MONDAY), (3, TUESDAY), (4, WEDNESDAY))
    ]
    other_balances = [
        payout("po_5", f"{MONDAY}T08:00", 9, account="acct_b"),
        payout("po_6", f"{MONDAY}T08:00", 9, currency="EUR"),
    ]
    tables = {
        TRANSACTIONS: [
            transaction("txn_1", f"{MONDAY}T07:00", "charge", 1000),
            transaction("txn_2", f"{MONDAY}T07:00", "charge", 1000, available_at=at(f"{TUESDAY}T09:00")),
            transaction("txn_3", f"{MONDAY}T07:00", "charge", 1000, available_at=at(f"{TUESDAY}T09:01")),
            transaction("txn_4", f"{MONDAY}T07:00", "charge", 1000, available_at=at("2026-07-01")),
            transaction("txn_5", f"{MONDAY}T16:00", "payout_reversal", 9, source_id="po_1"),
            by_hand_moved,
            others[0][1],
        ],
        PAYOUTS: [by_hand, *(made[0] for made in [*others, *other_balances])],
    }
    assert by_id(built(any_spark, GOLD, tables, MONDAY), "payout_id", "payout_date") == {
        "txn_1": ("po_1", day(MONDAY)),
        "txn_2": ("po_3", day(TUESDAY)),
        "txn_3": ("po_4", day(WEDNESDAY)),
        "txn_4": (None, None),
        "txn_5": ("po_3", day(TUESDAY)),
        "txn_po_2": ("po_3", day(TUESDAY)),
        "txn_po_1": ("po_1", day(MONDAY)),
    }


def test_what_is_told_late_rewrites_the_days_of_the_movements_that_it_is_about(
    any_spark: SparkSession,
) -> None:
    paying = charge("ch_1", MONDAY, payment_intent_id="pi_1")
    before = {
        TRANSACTIONS: [
            transaction("txn_1", MONDAY, "charge", 9, source_id="ch_1"),
            transaction("txn_2", WEDNESDAY, "refund", -9, source_id="re_1"),
            transaction("txn_3", TUESDAY, "charge", 9, source_id="ch_2"),
        ],
        "silver.refunds": [refund("re_1", "ch_1", WEDNESDAY)],
        "silver.charges": [paying],
        "silver.invoice_payments": [
            created(MAY)
            | {"invoice_payment_id": "inpay_1", "invoice_id": "in_1", "payment_intent_id": "pi_1"}
        ],
    }
    for late in (
        {"silver.charges": [charge("ch_1", MONDAY, customer_id="cus_2")]},
        {"silver.invoices": [created(MAY) | {"invoice_id": "in_1", "subscription_id": "sub_1"}]},
    ):
        assert affected(any_spark, GOLD, late, before) == [MONDAY, WEDNESDAY]
    assert affected(any_spark, GOLD, {"silver.refunds": [refund("re_1", "ch_1", MAY)]}, before) == [WEDNESDAY]


def test_a_late_payout_rewrites_the_days_of_what_it_pays(any_spark: SparkSession) -> None:
    made = [payout(f"po_{date}", f"{date}T09:00", 9)[0] for date in (MONDAY, WEDNESDAY)]
    before = {
        TRANSACTIONS: [
            transaction("txn_1", f"{MONDAY}T08:00", "charge", 9),
            transaction("txn_2", f"{MONDAY}T10:00", "charge", 9, available_at=at(f"{TUESDAY}T08:00")),
            transaction("txn_3", f"{TUESDAY}T10:00", "charge", 9),
        ],
        PAYOUTS: made,
    }
    late = {PAYOUTS: [payout("po_2", f"{TUESDAY}T09:00", 9)[0]]}
    assert affected(any_spark, GOLD, late, before) == [MONDAY]
    as_it_was = {PAYOUTS: [made[1] | {"status": "pending"}, made[1]]}
    assert affected(any_spark, GOLD, as_it_was, before) == []
