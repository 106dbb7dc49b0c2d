from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.gold.silver_rows import affected, at, built, charge, created, day, figures, refund

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.refunds_enriched"
MAY, JUNE = "2026-05-01", "2026-06-02"


def test_a_refund_is_told_with_its_payment_and_how_long_after_it_was_made(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [
            charge("ch_1", MAY, created_at=at("2026-05-01 23:00:00")),
            charge("ch_1", MAY, account="acct_b", created_at=at("2026-05-01 00:00:00")),
        ],
        "silver.refunds": [
            refund("re_1", "ch_1", JUNE, 300, created_at=at("2026-06-02 01:00:00"), reason="duplicate")
        ],
    }
    [row] = built(any_spark, GOLD, tables, JUNE)
    expected = {
        "date": day(JUNE), "amount_minor": 300, "reason": "duplicate", "outcome": "returned", "charge_id": "ch_1",
        "payment_date": day(MAY), "payment_currency": "USD", "payment_minor": 1000, "payment_method_type": "card",
        "network": "visa", "is_captured": True, "refund_seconds": 31 * 86_400 + 2 * 3_600,
    }  # fmt: skip
    assert figures(row, *expected) == expected


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (None, "returned"), ("succeeded", "returned"), ("pending", "pending"), ("requires_action", "pending"),
        ("failed", "failed"), ("canceled", "failed"),
    ],
)  # fmt: skip
def test_what_became_of_a_refund(spark: SparkSession, status: str | None, outcome: str) -> None:
    [row] = built(spark, GOLD, {"silver.refunds": [refund("re_1", "ch_9", JUNE, status=status)]}, JUNE)
    unknown = ("payment_date", "payment_minor", "is_captured", "refund_seconds")
    assert figures(row, "outcome", "reason", "payment_method_type", "network") == {
        "outcome": outcome, "reason": "none", "payment_method_type": "unknown", "network": "unknown"
    }  # fmt: skip
    assert figures(row, *unknown) == dict.fromkeys(unknown)


def test_each_refund_is_there_once_whatever_names_its_payment(any_spark: SparkSession) -> None:
    by_intent = created(JUNE) | {"payment_intent_id": "pi_1", "amount_minor": 1, "status": "succeeded"}
    tables = {
        "silver.charges": [
            charge("ch_1", MAY, payment_intent_id="pi_1"),
            charge("ch_2", MAY, payment_intent_id="pi_1"),
            charge("ch_3", MAY, is_captured=False),
        ],
        "silver.refunds": [
            refund("re_1", "ch_1", JUNE), refund("re_2", "ch_1", JUNE), by_intent | {"refund_id": "re_3"},
            refund("re_4", "ch_3", JUNE), refund("re_5", "ch_1", JUNE, livemode=False),
        ],
    }  # fmt: skip
    rows = built(any_spark, GOLD, tables, JUNE)
    assert [(row["refund_id"], row["charge_id"], row["is_captured"]) for row in rows] == [
        ("re_1", "ch_1", True), ("re_2", "ch_1", True), ("re_3", "ch_1", True), ("re_4", "ch_3", False)
    ]  # fmt: skip


def test_a_refund_before_its_payment_by_another_clock_takes_no_time(any_spark: SparkSession) -> None:
    tables: dict[str, list[Any]] = {
        "silver.charges": [charge("ch_1", JUNE, created_at=at("2026-06-02 00:00:01"))],
        "silver.refunds": [refund("re_1", "ch_1", JUNE, created_at=at("2026-06-02 00:00:00"))],
    }
    assert [row["refund_seconds"] for row in built(any_spark, GOLD, tables, JUNE)] == [0]


def test_a_late_payment_rewrites_the_day_of_the_refund(any_spark: SparkSession) -> None:
    before = {"silver.refunds": [refund("re_1", "ch_1", JUNE), refund("re_2", "ch_2", "2026-06-03")]}
    assert affected(any_spark, GOLD, {"silver.charges": [charge("ch_1", MAY)]}, before) == [JUNE]
    assert affected(any_spark, GOLD, {"silver.refunds": [refund("re_3", "ch_1", MAY)]}, before) == [MAY]
