from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, built, figures, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, ENRICHED = "gold.revenue_daily", "gold.balance_transactions_enriched"
MONDAY = "2026-05-04"


def test_what_was_earned_is_what_is_left_of_sales(any_spark: SparkSession) -> None:
    paid = {"charge_id": "ch_1"}
    rows = [
        moved("txn_1", MONDAY, "charge", 10_000, fee=300, **paid),
        moved("txn_2", MONDAY, "charge", 500, fee=20, **paid),
        moved("txn_3", MONDAY, "charge_failure", -500, **paid),
        moved("txn_4", MONDAY, "refund", -1000, **paid),
        moved("txn_5", MONDAY, "refund_failure", 100, **paid),
        moved("txn_6", MONDAY, "dispute", -2000, fee=15, **paid),
        moved("txn_7", MONDAY, "dispute_reversal", 700, **paid),
        moved("txn_8", MONDAY, "transfer", -3000, charge_id="ch_1"),
    ]
    [row] = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    expected = {
        "revenue_type": "one_time", "charges_count": 2, "gross_minor": 10_000, "refunds_minor": -900,
        "disputes_minor": -1300, "net_sales_minor": 7800, "transferred_minor": -3000, "fees_minor": 335,
        "net_revenue_minor": 4465,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_sales_are_told_apart_by_what_was_sold(any_spark: SparkSession) -> None:
    rows = [
        moved("txn_1", MONDAY, "charge", 1, charge_id="ch_1", invoice_id="in_1", subscription_id="sub_1"),
        moved("txn_2", MONDAY, "charge", 2, charge_id="ch_2", invoice_id="in_2"),
        moved("txn_3", MONDAY, "charge", 3, charge_id="ch_3"),
        moved("txn_4", MONDAY, "platform_earning", 4),
        moved("txn_5", MONDAY, "fee", -5),
        moved("txn_6", MONDAY, "payout", -6),
        moved("txn_7", MONDAY, "topup", 7),
        moved("txn_8", MONDAY, "charge", 8, currency="JPY"),
    ]
    found = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    assert [(row["currency"], row["revenue_type"], row["net_revenue_minor"]) for row in found] == [
        ("JPY", "one_time", 8),
        ("USD", "invoice", 2),
        ("USD", "none", -5),
        ("USD", "one_time", 3),
        ("USD", "platform", 4),
        ("USD", "subscription", 1),
    ]


def test_a_sale_that_turns_out_to_be_a_subscriptions_rewrites_its_day(any_spark: SparkSession) -> None:
    was = moved("txn_1", MONDAY, "charge", 1)
    assert affected(any_spark, GOLD, {ENRICHED: [was, was | {"subscription_id": "sub_1"}]}) == [MONDAY]
    assert affected(any_spark, GOLD, {ENRICHED: [was, was | {"customer_id": "cus_1"}]}) == []
