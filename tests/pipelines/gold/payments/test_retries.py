from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, blocked, built, charge, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.retries"
MAY = "2026-05-01"
ONE = {"payment_intent_id": "pi_1", "card_fingerprint": "a"}


def kinds(rows: list[Row]) -> list[tuple[object, ...]]:
    names = (
        "attempt_number",
        "decline_reason",
        "waited",
        "card",
        "retries_count",
        "authorized_count",
        "waited_seconds",
    )
    return sorted(tuple(figures(row, *names).values()) for row in rows)


def test_each_retry_is_told_by_the_decline_before_it(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", f"{MAY}T10:00:00", **ONE, network_advice_code="02"),
        declined("ch_2", f"{MAY}T10:00:59", "do_not_honor", **ONE),
        declined("ch_3", f"{MAY}T11:00:58", "expired_card", **ONE | {"card_fingerprint": None}),
        charge("ch_4", f"{MAY}T12:00:58", 500, **ONE | {"card_fingerprint": "b"}, is_captured=False),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert kinds(rows) == [
        (2, "insufficient_funds", "under_1_minute", "same", 1, 0, 59),
        (3, "do_not_honor", "under_1_hour", "unknown", 1, 0, 3599),
        (4, "expired_card", "under_1_day", "unknown", 1, 1, 3600),
    ]
    assert [row["advice"] for row in rows if row["attempt_number"] == 2] == ["try_again_later"]
    assert [row["authorized_minor"] for row in rows if row["authorized_count"]] == [500]


def test_only_what_follows_a_decline_is_a_retry(any_spark: SparkSession) -> None:
    charges = [
        blocked("ch_1", f"{MAY}T10:00", payment_intent_id="pi_1", outcome_type="blocked"),
        charge("ch_2", f"{MAY}T10:01", payment_intent_id="pi_1"),
        charge("ch_3", f"{MAY}T10:00", payment_intent_id="pi_2"),
        charge("ch_4", f"{MAY}T10:01", payment_intent_id="pi_2"),
        declined("ch_5", f"{MAY}T10:00"),
        charge("ch_6", f"{MAY}T10:01"),
        declined("ch_7", f"{MAY}T10:00", payment_intent_id="pi_3"),
        charge("ch_8", f"{MAY}T10:01", payment_intent_id="pi_3", account="acct_b"),
        declined("ch_9", "2026-03-01", payment_intent_id="pi_4"),
        charge("ch_0", f"{MAY}T10:01", payment_intent_id="pi_4"),
    ]
    assert built(any_spark, GOLD, {"silver.charges": charges}, MAY) == []


def test_attempts_of_an_old_invoice_without_outcomes_are_of_one_payment(any_spark: SparkSession) -> None:
    old = {"is_issuer_declined": False, "decline_reason": None, "failure_code": "card_declined"}
    charges = [
        declined("ch_1", "2015-05-01", **old, invoice_id="in_1"),
        declined("ch_2", "2015-05-04", **old, invoice_id="in_1"),
        charge("ch_3", "2015-05-09", invoice_id="in_1", card_fingerprint="a"),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, "2015-05-04", "2015-05-09")
    assert kinds(rows) == [
        (2, "card_declined", "under_7_days", "unknown", 1, 0, 3 * 86_400),
        (3, "card_declined", "under_7_days", "unknown", 1, 1, 5 * 86_400),
    ]
    assert kinds(built(any_spark, GOLD, {"silver.charges": charges}, "2015-05-09")) == kinds(rows)[1:]


def test_a_late_attempt_rewrites_the_days_of_its_payment(any_spark: SparkSession) -> None:
    before = {"silver.charges": [charge("ch_2", "2026-05-09", **ONE), charge("ch_3", "2026-05-05")]}
    late = {"silver.charges": [declined("ch_1", MAY, **ONE)]}
    assert affected(any_spark, GOLD, late, before) == [MAY, "2026-05-09"]
