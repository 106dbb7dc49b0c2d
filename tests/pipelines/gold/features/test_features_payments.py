"""Features of payments see what was known before each, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import declared
from tests.pipelines.gold.silver_rows import (
    Row,
    Tables,
    affected,
    at,
    built,
    charge,
    dispute,
    frames,
    refund,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.features_payments"
HISTORY = "silver.charge_history"
FIRST, SECOND, THIRD, LAST = "2026-05-01", "2026-05-02", "2026-05-20", "2026-06-10"


def version(charge_id: str, made: str, known: str | None = None, number: int = 1, **facts: Any) -> Row:
    """A version of a payment with card f_1, by default the first, known as it is made."""
    moment = at(known or made)
    own = {"card_fingerprint": "f_1", "customer_id": "cus_1", "is_current": True}
    times = {"occurred_at": moment, "known_at": moment, "version_id": f"evt_{charge_id}_{number}"}
    return charge(charge_id, made) | own | times | {"version": f"{int(moment.timestamp())}-{number}"} | facts


def features(spark: SparkSession, tables: Tables, day: str, *names: str) -> list[list[Any]]:
    return [[row[name] for name in names] for row in built(spark, GOLD, tables, day)]


def test_a_payment_sees_what_came_before_it(spark: SparkSession) -> None:
    paid = [
        version("ch_1", "2026-05-01T10:00:00", amount_minor=1000),
        version("ch_2", "2026-05-01T10:30:00", amount_minor=3000),
        version("ch_3", "2026-05-01T10:30:00", amount_minor=9000),
        version("ch_4", "2026-05-01T12:00:00", amount_minor=4000),
        version("ch_5", "2026-05-01T12:30:00", card_fingerprint=None, customer_id=None),
    ]
    names = ("card_payments_1h", "card_payments_1d", "customer_amount_mean_30d", "merchant_payments_1d")
    assert features(spark, {HISTORY: paid}, FIRST, *names) == [
        [0, 0, None, 0],
        [1, 1, 1000, 1],
        [1, 1, 1000, 1],
        [0, 3, pytest.approx(13_000 / 3), 3],
        [None, None, None, 4],
    ]


def test_a_payment_counts_as_it_was_first_known(spark: SparkSession) -> None:
    """What the issuer said later, and what the merchant changed, is not what was known."""
    paid = [
        version("ch_1", FIRST),
        version("ch_1", FIRST, THIRD, number=2, is_issuer_declined=True, amount_minor=7),
        version("ch_2", LAST),
    ]
    names = ("customer_card_payments_90d", "card_declines_30d", "customer_amount_max_90d")
    assert features(spark, {HISTORY: paid}, LAST, *names) == [[1, 0, 1000]]


def test_a_payment_that_is_known_late_is_not_seen_before(spark: SparkSession) -> None:
    paid = [version("ch_1", FIRST, THIRD), version("ch_2", SECOND), version("ch_3", LAST)]
    found = built(spark, GOLD, {HISTORY: paid}, SECOND, LAST)
    assert {row["charge_id"]: row["customer_card_payments_90d"] for row in found} == {"ch_2": 0, "ch_3": 2}


def test_fraud_is_seen_from_when_it_is_known(spark: SparkSession) -> None:
    paid = [version("ch_1", FIRST), version("ch_2", THIRD), version("ch_3", "2026-05-20T00:00:01")]
    tables = {HISTORY: paid, "silver.early_fraud_warnings": [warning("i_1", "ch_1", THIRD, event_type="…")]}
    names = ("card_frauds_90d", "customer_frauds_90d", "merchant_frauds_30d")
    assert features(spark, tables, THIRD, *names) == [[0, 0, 0], [1, 1, 1]]


def test_a_fraudulent_refund_that_failed_was_one(spark: SparkSession) -> None:
    given_back = refund(
        "re_1", "ch_1", SECOND, reason="fraudulent", event_type="refund.failed", status="failed"
    )
    tables = {HISTORY: [version("ch_1", FIRST), version("ch_2", LAST)], "silver.refunds": [given_back]}
    assert features(spark, tables, LAST, "card_frauds_90d", "customer_refunds_90d") == [[1, 1]]


def test_amounts_of_two_currencies_never_meet(spark: SparkSession) -> None:
    paid = [
        version("ch_1", FIRST, amount_minor=100),
        version("ch_2", SECOND, amount_minor=90_000, currency="JPY"),
        version("ch_3", LAST, amount_minor=300),
    ]
    names = ("customer_amount_mean_90d", "customer_amount_ratio_90d", "merchant_frauds_30d")
    assert features(spark, {HISTORY: paid}, LAST, *names) == [[100, 3, 0]]


def test_test_mode_is_left_out(spark: SparkSession) -> None:
    paid = [version("ch_1", SECOND, livemode=False), version("ch_2", f"{SECOND}T01:00:00")]
    assert features(spark, {HISTORY: paid}, SECOND, "charge_id", "card_payments_7d") == [["ch_2", 0]]


def test_nothing_that_is_known_later_changes_an_earlier_row(spark: SparkSession) -> None:
    """The future is made another one, whole: payments, versions, frauds, disputes and refunds."""
    past = {HISTORY: [version(f"ch_{n}", f"2026-05-0{n}", amount_minor=n * 100) for n in range(1, 6)]}
    past["silver.early_fraud_warnings"] = [warning("i_1", "ch_1", "2026-05-03", event_type="…")]
    known = {"event_type": "…", "known_at": at(THIRD), "occurred_at": at(THIRD)}
    later = {
        HISTORY: [
            *(version(f"ch_{n}", f"2026-05-0{n}", THIRD, number=2, amount_minor=5) for n in range(1, 6)),
            version("ch_late", "2026-05-01T01:00:00", THIRD),
            version("ch_new", THIRD),
        ],
        "silver.early_fraud_warnings": [warning("i_2", "ch_2", THIRD, **known)],
        "silver.refunds": [refund("re_1", "ch_3", THIRD, reason="fraudulent", **known)],
        "silver.disputes": [dispute("dp_1", "ch_4", THIRD)],
        "silver.dispute_history": [dispute("dp_1", "ch_4", THIRD) | known | {"version_id": "evt_9"}],
    }
    both = {name: [*past.get(name, ()), *rows] for name, rows in later.items()}
    days = [f"2026-05-0{n}" for n in range(1, 6)]
    there = {row["charge_id"]: row for row in built(spark, GOLD, both, *days)}
    before = built(spark, GOLD, past, *days)
    assert len(before) == 5
    assert before == [there[row["charge_id"]] for row in before]
    assert before[4]["card_frauds_90d"] == 1


def test_a_new_version_of_an_old_payment_touches_no_day(spark: SparkSession) -> None:
    old = {HISTORY: [version("ch_1", FIRST), version("ch_2", SECOND)]}
    captured = version("ch_1", FIRST, THIRD, number=2, ingest_id=2)
    assert affected(spark, GOLD, {HISTORY: [captured]}, old) == []


def test_a_late_payment_touches_the_days_that_may_see_it(spark: SparkSession) -> None:
    days = ["2026-04-30", FIRST, SECOND, "2026-07-31", "2026-08-01"]
    old = {HISTORY: [version(f"ch_{n}", day) for n, day in enumerate(days)]}
    late = version("ch_late", FIRST, ingest_id=2)
    assert affected(spark, GOLD, {HISTORY: [late]}, old) == [FIRST, SECOND]
    assert affected(spark, GOLD, {HISTORY: [late | {"known_at": at(SECOND)}]}, old) == [
        FIRST,
        SECOND,
        "2026-07-31",
    ]


def test_what_comes_back_touches_the_days_after_it(spark: SparkSession) -> None:
    old = {HISTORY: [version("ch_1", FIRST), version("ch_2", SECOND), version("ch_3", LAST)]}
    said = {"silver.early_fraud_warnings": [warning("i_1", "ch_1", THIRD, event_type="…", ingest_id=2)]}
    assert affected(spark, GOLD, said, old) == [LAST]


def test_a_refund_of_which_only_the_state_changes_touches_no_day(spark: SparkSession) -> None:
    given_back = refund("re_1", "ch_1", SECOND, event_type="refund.created")
    traced = given_back | {"event_type": "refund.updated", "known_at": at(THIRD), "ingest_id": 2}
    paid = {HISTORY: [version("ch_1", FIRST), version("ch_2", LAST)]}
    changed = frames(spark, GOLD, {"silver.refunds": [given_back, traced]})
    now = frames(spark, GOLD, {**paid, "silver.refunds": [traced]})
    assert declared()[GOLD].recipe.dates(changed, now).collect() == []
