from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, charge, declined, figures, intent

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.three_d_secure_daily"
MAY = "2026-05-01"


def secured(
    charge_id: str, result: str, flow: str | None = "frictionless", eci: str | None = None, **facts: Any
) -> Row:
    told = {"three_d_secure_result": result, "three_d_secure_flow": flow, "three_d_secure_eci": eci}
    return charge(charge_id, MAY, **(told | facts))


def test_each_attempt_has_one_result(any_spark: SparkSession) -> None:
    charges = [
        secured("ch_1", "authenticated", "challenge"),
        secured("ch_2", "failed", "challenge", is_authorized=False, is_issuer_declined=True, status="failed"),
        secured("ch_3", "attempt_acknowledged", is_captured=False),
        secured("ch_4", "exempted"),
        secured("ch_5", "not_supported", None),
        secured("ch_6", "processing_error", None),
        charge("ch_7", MAY, three_d_secure_version="1.0.2"),
        charge("ch_8", MAY),
        declined("ch_9", MAY),
        charge("ch_0", MAY, is_card_not_present=False, payment_method_type="card_present"),
    ]
    [row] = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    expected = {
        "attempts_count": 9, "authorized_count": 7, "tried_count": 7, "tried_authorized_count": 6,
        "tried_declined_count": 1, "challenged_count": 2, "challenged_authenticated_count": 1,
        "frictionless_count": 2, "authenticated_count": 1, "acknowledged_count": 1, "exempted_count": 1,
        "failed_count": 1, "not_supported_count": 1, "error_count": 1, "untold_count": 1, "unfinished_count": 0,
        "shifted_count": 2, "shifted_minor": 2000, "attempts_minor": 9000, "tried_minor": 7000,
        "authorized_minor": 7000,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_the_indicator_says_who_bears_the_loss(any_spark: SparkSession) -> None:
    charges = [
        secured("ch_1", "authenticated", eci="05", amount=1),
        secured("ch_2", "attempt_acknowledged", eci="06", amount=2),
        secured("ch_3", "authenticated", eci="07", amount=4),
        secured("ch_4", "exempted", eci="05", amount=8),
        secured("ch_5", "authenticated", eci="02", card_network="mastercard", amount=16),
        secured("ch_6", "authenticated", eci="06", card_network="mastercard", amount=32),
        secured("ch_7", "authenticated", eci="05", is_authorized=False, is_blocked=True, amount=64),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert {row["network"]: row["shifted_minor"] for row in rows} == {"visa": 3, "mastercard": 16}


def test_what_was_not_finished_has_no_card(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [charge("ch_1", MAY, account="acct_b", currency="JPY")],
        "silver.payment_intents": [
            intent("pi_1", MAY, "requires_action"),
            intent("pi_2", MAY, "requires_action", latest_charge_id="ch_9"),
            intent("pi_3", MAY, "requires_action", payment_method_types='["ideal"]'),
            intent("pi_4", MAY, "requires_action", livemode=False),
        ],
    }
    names = ("account", "currency", "network", "attempts_count", "unfinished_count", "unfinished_minor")
    assert [tuple(figures(row, *names).values()) for row in built(any_spark, GOLD, tables, MAY)] == [
        ("acct_a", "USD", "unknown", 0, 1, 1000),
        ("acct_b", "JPY", "visa", 1, 0, 0),
    ]


def test_a_changed_attempt_or_intent_rewrites_its_day(any_spark: SparkSession) -> None:
    changed = {
        "silver.charges": [charge("ch_1", MAY)],
        "silver.payment_intents": [intent("pi_1", "2026-04-01", "succeeded")],
    }
    assert affected(any_spark, GOLD, changed) == ["2026-04-01", MAY]
