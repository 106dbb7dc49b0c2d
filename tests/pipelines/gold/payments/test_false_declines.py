from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, blocked, built, charge, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.false_declines"
MAY = "2026-05-01"


def of(who: str | None, card: str | None = "a", **facts: Any) -> Row:
    return {"customer_id": who, "card_fingerprint": card} | facts


def kinds(spark: SparkSession, charges: list[Row], *days: str) -> list[tuple[Any, ...]]:
    rows = built(spark, GOLD, {"silver.charges": charges}, *(days or (MAY,)))
    names = ("paid_by", "declines_count", "judged_count", "false_count", "false_minor", "waited_seconds")
    return [tuple(figures(row, *names).values()) for row in rows]


def test_what_paid_is_told(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", MAY, **of("cus_1")),
        charge("ch_2", f"{MAY}T00:01", **of("cus_1", "b")),
        declined("ch_3", MAY, **of("cus_2")),
        charge("ch_4", "2026-05-08", **of("cus_2"), is_captured=False),
        declined("ch_5", MAY, **of("cus_3")),
        charge("ch_6", f"{MAY}T00:01", **of("cus_3", None, payment_method_type="ideal")),
        declined("ch_7", MAY, **of("cus_4")),
        charge("ch_8", f"{MAY}T00:01", **of("cus_4", None)),
        declined("ch_9", MAY, **of("cus_5")),
    ]
    assert kinds(any_spark, charges) == [
        ("not_paid", 1, 1, 0, 0, 0),
        ("other_card", 1, 1, 1, 1000, 60),
        ("other_method", 1, 1, 1, 1000, 60),
        ("same_card", 1, 1, 1, 1000, 7 * 86_400),
        ("unknown_card", 1, 1, 1, 1000, 60),
    ]


def test_unknown_customers_are_neither_lost_nor_one(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", MAY, **of(None)),
        declined("ch_2", MAY, **of(None)),
        charge("ch_3", f"{MAY}T00:01", **of(None)),
        declined("ch_4", MAY, **of(None, payment_intent_id="pi_1")),
        charge("ch_5", f"{MAY}T00:01", **of(None, payment_intent_id="pi_1")),
    ]
    assert kinds(any_spark, charges) == [
        ("same_card", 1, 1, 1, 1000, 60),
        ("unknown_customer", 2, 0, 0, 0, 0),
    ]


def test_only_a_later_payment_of_the_same_amount_account_and_currency_pays(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", f"{MAY}T12:00", **of("cus_1")),
        charge("ch_2", f"{MAY}T11:59", **of("cus_1")),
        charge("ch_3", f"{MAY}T12:01", 999, **of("cus_1")),
        charge("ch_4", f"{MAY}T12:01", **of("cus_1", account="acct_b")),
        charge("ch_5", f"{MAY}T12:01", **of("cus_1", currency="JPY")),
        charge("ch_6", "2026-05-15T12:01", **of("cus_1")),
        charge("ch_7", f"{MAY}T12:01", **of("cus_1", livemode=False)),
        blocked("ch_8", f"{MAY}T12:01", **of("cus_2", outcome_type="blocked")),
        charge("ch_9", f"{MAY}T12:02", **of("cus_2")),
    ]
    assert kinds(any_spark, charges) == [("not_paid", 1, 1, 0, 0, 0)]


def test_one_purchase_counts_once_by_its_first_decline(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", MAY, **of("cus_1", payment_intent_id="pi_1")),
        declined("ch_2", "2026-05-02", **of("cus_1", payment_intent_id="pi_1")),
        declined("ch_3", "2026-05-03", **of("cus_1", payment_intent_id="pi_2")),
        charge("ch_4", "2026-05-03T00:01", **of("cus_1", "b", payment_intent_id="pi_2")),
    ]
    days = (MAY, "2026-05-02", "2026-05-03")
    expected = [("other_card", 1, 1, 1, 1000, 2 * 86_400 + 60)]
    assert kinds(any_spark, charges, *days) == expected
    assert [row for day in days for row in kinds(any_spark, charges, day)] == expected


def test_a_late_payment_or_decline_rewrites_the_days_near_it(any_spark: SparkSession) -> None:
    before = {
        "silver.charges": [
            declined("ch_1", MAY, **of("cus_1")),
            declined("ch_2", "2026-04-10", **of("cus_1")),
            declined("ch_3", "2026-05-04", **of(None)),
            declined("ch_4", "2026-05-05", **of("cus_2", amount_minor=7)),
        ]
    }
    late = {"silver.charges": [charge("ch_9", "2026-05-06", **of("cus_1"))]}
    assert affected(any_spark, GOLD, late, before) == [MAY, "2026-05-06"]
    late = {"silver.charges": [declined("ch_9", "2026-04-30", **of("cus_1"))]}
    assert affected(any_spark, GOLD, late, before) == ["2026-04-30", MAY]
