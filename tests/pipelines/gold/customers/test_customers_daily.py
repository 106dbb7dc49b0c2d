from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, built, charge, declined, dispute, figures, refund

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.customers_daily"
MAY = "2026-05-01"
CHARGES = "silver.charges"


def test_customers_of_one_id_in_two_accounts_or_currencies_are_apart(any_spark: SparkSession) -> None:
    charges = [
        charge("ch_1", MAY, 1000, customer_id="cus_1"),
        charge("ch_2", f"{MAY}T23:59", 500, customer_id="cus_1"),
        charge("ch_3", MAY, 700, customer_id="cus_1", currency="JPY"),
        charge("ch_4", MAY, 300, customer_id="cus_1", account="acct_b"),
        charge("ch_5", MAY, 300, customer_id="cus_1", livemode=False),
    ]
    rows = built(any_spark, GOLD, {CHARGES: charges}, MAY)
    names = ("account", "currency", "customer_id", "attempts_count", "captured_minor")
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "JPY", "cus_1", 1, 700),
        ("acct_a", "USD", "cus_1", 2, 1500),
        ("acct_b", "USD", "cus_1", 1, 300),
    ]


def test_failed_charges_of_nobody_stay(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", MAY, customer_id=None),
        declined("ch_2", MAY, customer_id=None),
        charge("ch_3", MAY, 100, customer_id=None, is_captured=False, amount_captured_minor=0),
    ]
    [row] = built(any_spark, GOLD, {CHARGES: charges}, MAY)
    expected = {
        "customer_id": "unknown", "attempts_count": 3, "payments_count": 1, "failed_count": 2, "captured_count": 0,
        "captured_minor": 0,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_several_disputes_and_refunds_of_a_charge_are_one_payment(any_spark: SparkSession) -> None:
    tables = {
        CHARGES: [charge("ch_1", MAY, 1000, customer_id="cus_1")],
        "silver.disputes": [
            dispute("dp_1", "ch_1", "2026-05-20", 600),
            dispute("dp_2", "ch_1", "2026-06-20", 400),
        ],
        "silver.refunds": [
            refund("re_1", "ch_1", "2026-05-03", 50),
            refund("re_2", "ch_1", "2026-05-04", 30),
            refund("re_3", "ch_1", "2026-05-05", 20, status="failed"),
        ],
    }
    [row] = built(any_spark, GOLD, tables, MAY)
    expected = {
        "attempts_count": 1, "captured_count": 1, "captured_minor": 1000, "refunded_count": 1, "refunded_minor": 80,
        "disputed_count": 1, "disputed_minor": 1000,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_a_late_refund_rewrites_the_day_of_its_payment(any_spark: SparkSession) -> None:
    before = {CHARGES: [charge("ch_1", MAY), charge("ch_2", "2026-05-02")]}
    late = {"silver.refunds": [refund("re_1", "ch_1", "2026-08-01")]}
    assert affected(any_spark, GOLD, late, before) == [MAY]
