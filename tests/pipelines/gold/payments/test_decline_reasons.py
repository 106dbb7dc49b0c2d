from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, blocked, built, charge, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.decline_reasons"
MAY = "2026-05-01"


def test_only_what_was_declined_is_here(any_spark: SparkSession) -> None:
    old = {"is_issuer_declined": False, "decline_reason": None}
    charges = [
        declined("ch_1", MAY, amount=100),
        declined("ch_2", MAY, amount=200),
        blocked("ch_3", MAY, outcome_type="blocked"),
        charge("ch_4", MAY, is_captured=False),
        charge("ch_5", MAY, is_authorized=False, status="pending"),
        declined("ch_6", MAY, **old, outcome_type="invalid"),
        declined("ch_7", MAY, **old, amount=400, failure_code="card_declined"),
        declined("ch_8", MAY, **old, amount=800, card_network=None, card_brand=None),
        declined("ch_9", MAY, livemode=False),
        declined("ch_0", MAY, payment_method_type="sepa_debit"),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    names = ("network", "declined_by", "decline_reason", "declines_count", "declines_minor")
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("unknown", "unknown", "unknown", 1, 800),
        ("visa", "issuer", "insufficient_funds", 2, 300),
        ("visa", "unknown", "card_declined", 1, 400),
    ]


def test_the_network_advises_before_stripe(any_spark: SparkSession) -> None:
    given = {
        "a": ("03", "try_again_later"),
        "b": ("02", None),
        "c": ("27", "do_not_try_again"),
        "d": ("40", "confirm_card_data"),
        "e": (None, "do_not_try_again"),
        "f": (None, None),
    }
    charges = [
        declined(f"ch_{code}", MAY, code, amount=10, network_advice_code=network, advice_code=stripe)
        for code, (network, stripe) in given.items()
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    names = ("decline_reason", "network_advice_code", "advice", "recoverable_count", "recoverable_minor")
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("a", "03", "do_not_try_again", 0, 0),
        ("b", "02", "try_again_later", 1, 10),
        ("c", "27", "try_again_later", 1, 10),
        ("d", "40", "confirm_card_data", 1, 10),
        ("e", "none", "do_not_try_again", 0, 0),
        ("f", "none", "unknown", 0, 0),
    ]


def test_accounts_and_currencies_are_apart(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", MAY, amount=1500, currency="JPY"),
        declined("ch_1", MAY, amount=12_340, account="acct_b"),
        declined("ch_2", MAY, amount=100),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert [(row["account"], row["currency"], row["declines_minor"]) for row in rows] == [
        ("acct_a", "JPY", 1500),
        ("acct_a", "USD", 100),
        ("acct_b", "USD", 12_340),
    ]


def test_a_changed_attempt_rewrites_its_day(any_spark: SparkSession) -> None:
    assert affected(any_spark, GOLD, {"silver.charges": [declined("ch_1", f"{MAY}T23:59")]}) == [MAY]
