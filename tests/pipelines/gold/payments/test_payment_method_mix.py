from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, blocked, built, charge, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.payment_method_mix"
MAY = "2026-05-01"
BANK = {"card_network": None, "card_brand": None, "card_funding": None, "payment_method_type": "sepa_debit"}


def test_ways_to_pay_are_apart(any_spark: SparkSession) -> None:
    charges = [
        charge("ch_1", MAY, wallet_type="apple_pay"),
        charge("ch_2", MAY, card_network=None, card_brand=None, card_funding=None),
        charge("ch_3", MAY, **BANK),
        charge("ch_4", MAY, **BANK | {"payment_method_type": None}),
        charge("ch_5", MAY, payment_method_type="card_present", account="acct_b"),
        charge("ch_6", MAY, currency="JPY"),
        charge("ch_7", MAY, livemode=False),
    ]
    names = (
        "account",
        "currency",
        "payment_method_type",
        "network",
        "card_funding",
        "wallet",
        "attempts_count",
    )
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "JPY", "card", "visa", "credit", "none", 1),
        ("acct_a", "USD", "card", "unknown", "unknown", "none", 1),
        ("acct_a", "USD", "card", "visa", "credit", "apple_pay", 1),
        ("acct_a", "USD", "sepa_debit", "none", "none", "none", 1),
        ("acct_a", "USD", "unknown", "none", "none", "none", 1),
        ("acct_b", "USD", "card_present", "visa", "credit", "none", 1),
    ]


def test_what_is_not_captured_has_not_failed(any_spark: SparkSession) -> None:
    charges = [
        charge("ch_1", MAY, 100, amount_captured_minor=60),
        charge("ch_2", MAY, 200, is_captured=False, amount_captured_minor=0),
        charge("ch_3", MAY, 400, status="pending", is_authorized=False, is_captured=False),
        declined("ch_4", MAY, amount=800),
        blocked("ch_5", MAY, amount=1600),
        charge("ch_6", MAY, 3200, status=None, is_captured=None, is_authorized=False),
    ]
    [row] = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    expected = {
        "attempts_count": 6, "attempts_minor": 6300, "payments_count": 2, "payments_minor": 300, "captured_count": 1,
        "captured_minor": 60, "uncaptured_count": 1, "uncaptured_minor": 200, "pending_count": 1, "failed_count": 2,
        "failed_minor": 2400, "blocked_count": 1,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_a_changed_payment_rewrites_its_day(any_spark: SparkSession) -> None:
    assert affected(any_spark, GOLD, {"silver.charges": [charge("ch_1", f"{MAY}T23:59")]}) == [MAY]
