from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipelines.gold.silver_rows import (
    affected,
    blocked,
    built,
    charge,
    day,
    declined,
    dispute,
    figures,
    inquiry,
    refund,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.payments_daily"
MAY = "2026-05-01"


def test_currencies_are_never_added(any_spark: SparkSession) -> None:
    charges = [
        charge("ch_1", MAY, 1500, currency="JPY"),
        charge("ch_2", MAY, 250, currency="JPY"),
        charge("ch_3", MAY, 12_340, currency="KWD"),
    ]
    jpy, kwd = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    wanted = ("account", "currency", "date", "payments_count", "captured_minor", "average_captured_minor")
    assert figures(jpy, *wanted) == dict(
        zip(wanted, ("acct_a", "JPY", day(MAY), 2, 1750, 875.0), strict=True)
    )
    assert figures(kwd, *wanted) == dict(
        zip(wanted, ("acct_a", "KWD", day(MAY), 1, 12_340, 12_340.0), strict=True)
    )


def test_an_attempt_is_counted_by_what_came_of_it(any_spark: SparkSession) -> None:
    charges = [
        charge("ch_1", MAY, 1000, customer_id="cus_1"),
        charge("ch_2", MAY, 500, customer_id="cus_1", amount_captured_minor=400),
        charge("ch_3", MAY, 700, customer_id="cus_2", is_captured=False, amount_captured_minor=0),
        charge("ch_4", MAY, 300, payment_method_type="sepa_debit", status="pending", is_captured=True,
               amount_captured_minor=0, card_network=None, is_card_not_present=False, is_authorized=False),
        declined("ch_5", MAY),
        blocked("ch_6", MAY),
        charge("ch_7", MAY, livemode=False),
    ]  # fmt: skip
    [row] = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    expected = {
        "attempts_count": 6, "attempts_minor": 4500, "payments_count": 3, "payments_minor": 2200, "pending_count": 1,
        "failed_count": 2, "captured_count": 2, "captured_minor": 1400, "uncaptured_count": 1, "uncaptured_minor": 700,
        "customers_count": 2, "card_authorized_count": 3, "card_issuer_declined_count": 1, "card_blocked_count": 1,
        "authorization_rate": 0.75, "card_share_rate": 1.0, "refund_rate": 0.0, "dispute_rate": 0.0,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_rates_are_unknown_where_there_is_nothing_to_divide_by(any_spark: SparkSession) -> None:
    [row] = built(any_spark, GOLD, {"silver.charges": [blocked("ch_1", MAY)]}, MAY)
    names = ("authorization_rate", "card_share_rate", "refund_rate", "dispute_rate", "average_captured_minor")
    assert figures(row, *names) == dict.fromkeys(names)


def test_what_came_back_counts_on_the_day_of_the_payment(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [charge("ch_1", MAY), charge("ch_2", MAY), charge("ch_3", MAY), charge("ch_4", "2026-05-02")],
        "silver.refunds": [
            refund("re_1", "ch_1", "2026-05-03", 100),
            refund("re_2", "ch_1", "2026-06-03", 200),
            refund("re_3", "ch_2", "2026-05-03", 400, status="failed"),
            refund("re_4", "ch_2", "2026-05-03", 50, status="pending"),
            refund("re_5", "ch_4", "2026-05-03", 999),
        ],
        "silver.disputes": [
            dispute("dp_1", "ch_2", "2026-08-01"),
            dispute("dp_2", "ch_2", "2026-08-09", 300, reason="duplicate"),
            inquiry("dp_3", "ch_3", "2026-08-01"),
        ],
        "silver.early_fraud_warnings": [
            warning("issfr_1", "ch_2", "2026-05-09"),
            warning("issfr_2", "ch_3", "2026-05-09"),
        ],
    }  # fmt: skip
    [row] = built(any_spark, GOLD, tables, MAY)
    expected = {
        "refunded_count": 2, "refunded_minor": 350, "disputed_count": 1, "disputed_minor": 1300,
        "fraud_disputed_count": 1, "warned_count": 2, "card_disputed_count": 1,
        "refund_rate": 350 / 3000, "dispute_rate": 1 / 3,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_what_came_back_after_the_look_back_does_not_count(any_spark: SparkSession) -> None:
    payment = {"silver.charges": [charge("ch_1", "2024-01-01")]}
    in_time = {"silver.refunds": [refund("re_1", "ch_1", "2025-06-24")]}
    too_late = {"silver.refunds": [refund("re_1", "ch_1", "2025-06-25")]}
    assert [row["refunded_count"] for row in built(any_spark, GOLD, payment | in_time, "2024-01-01")] == [1]
    assert [row["refunded_count"] for row in built(any_spark, GOLD, payment | too_late, "2024-01-01")] == [0]
    assert affected(any_spark, GOLD, in_time, payment) == ["2024-01-01"]
    assert affected(any_spark, GOLD, too_late, payment) == []


@pytest.mark.parametrize(
    "late",
    [
        {"silver.refunds": [refund("re_1", "ch_1", "2026-09-20")]},
        {"silver.disputes": [dispute("dp_1", "ch_1", "2026-09-20")]},
        {"silver.early_fraud_warnings": [warning("issfr_1", "ch_1", "2026-09-20")]},
    ],
    ids=["refund", "dispute", "early fraud warning"],
)
def test_a_late_claim_rewrites_the_day_of_its_payment_and_no_other(
    any_spark: SparkSession, late: dict
) -> None:
    payments = {
        "silver.charges": [charge("ch_1", MAY), charge("ch_2", "2026-05-02"), charge("ch_3", "2026-09-20")]
    }
    assert affected(any_spark, GOLD, late, payments) == [MAY]


def test_a_refund_that_comes_before_its_charge_waits_for_it(any_spark: SparkSession) -> None:
    early = {"silver.refunds": [refund("re_1", "ch_1", "2026-05-02", 250)]}
    late = {"silver.charges": [charge("ch_1", MAY)]}
    assert affected(any_spark, GOLD, early) == []
    assert affected(any_spark, GOLD, late, early) == [MAY]
    assert [row["refunded_minor"] for row in built(any_spark, GOLD, early | late, MAY)] == [250]


def test_a_claim_is_matched_within_its_account(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [charge("ch_1", MAY), charge("ch_1", MAY, account="acct_b")],
        "silver.refunds": [refund("re_1", "ch_1", MAY, account="acct_b")],
    }
    assert [row["refunded_count"] for row in built(any_spark, GOLD, tables, MAY)] == [0, 1]


def test_days_that_were_not_asked_for_are_not_built(any_spark: SparkSession) -> None:
    charges = [charge(f"ch_{n}", f"2026-05-0{n}T23:59:59") for n in range(1, 6)]
    found = built(any_spark, GOLD, {"silver.charges": charges}, "2026-05-01", "2026-05-04")
    assert [row["date"] for row in found] == [day("2026-05-01"), day("2026-05-04")]
    assert built(any_spark, GOLD, {"silver.charges": charges}) == []
