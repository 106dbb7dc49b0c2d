from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, blocked, built, charge, day, declined, figures, intent

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.authorizations_daily"
MAY = "2026-05-01"


def summed(rows: list[Row], *names: str) -> Row:
    return {name: sum(row[name] for row in rows) for name in names}


def numbers(rows: list[Row]) -> list[tuple[str, int, int]]:
    return sorted((str(row["date"]), row["attempt_number"], row["attempts_count"]) for row in rows)


def test_blocked_and_unfinished_attempts_are_counted_apart(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [
            charge("ch_1", MAY, 100),
            charge("ch_2", MAY, 200, is_captured=False),
            declined("ch_3", MAY, amount=400),
            blocked("ch_4", MAY, amount=800),
            charge("ch_5", MAY, 1600, is_authorized=False, status="pending"),
            charge("ch_6", MAY, payment_method_type="ideal"),
            charge("ch_7", MAY, livemode=False),
        ],
        "silver.payment_intents": [
            intent("pi_1", MAY, "requires_action"),
            intent(
                "pi_2",
                MAY,
                "requires_payment_method",
                last_error_code="payment_intent_authentication_failure",
            ),
            intent("pi_3", MAY, "canceled", payment_method_id="pm_1"),
            intent("pi_4", MAY, "canceled"),
            intent("pi_5", MAY, "requires_payment_method"),
            intent("pi_6", MAY, "requires_action", latest_charge_id="ch_3"),
            intent("pi_7", MAY, "requires_action", payment_method_types='["ideal"]'),
        ],
    }
    rows = built(any_spark, GOLD, tables, MAY)
    expected = {
        "attempts_count": 5, "attempts_minor": 3100, "authorized_count": 2, "authorized_minor": 300,
        "issuer_declined_count": 1, "issuer_declined_minor": 400, "blocked_count": 1, "blocked_minor": 800,
        "undecided_count": 1, "undecided_minor": 1600, "unauthenticated_count": 3, "unauthenticated_minor": 3000,
    }  # fmt: skip
    assert summed(rows, *expected) == expected
    assert [row["attempt_number"] for row in rows if row["unauthenticated_count"]] == [0]


def test_every_dimension_has_a_value(any_spark: SparkSession) -> None:
    bare = charge("ch_1", MAY, card_network=None, card_brand=None, card_country=None, card_funding=None)
    full = declined(
        "ch_2", MAY, wallet_type="apple_pay", three_d_secure_result="authenticated", card_network="amex"
    )
    stopped = blocked("ch_3", MAY, card_network=None)
    names = ("network", "card_country", "card_funding", "three_d_secure", "wallet", "decline_reason")
    rows = built(any_spark, GOLD, {"silver.charges": [bare, full, stopped]}, MAY)
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("amex", "US", "credit", "authenticated", "apple_pay", "insufficient_funds"),
        ("unknown", "unknown", "unknown", "none", "none", "none"),
        ("visa", "US", "credit", "none", "none", "highest_risk_level"),
    ]


def test_a_retry_across_midnight_is_the_second_attempt(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [
            declined("ch_b", "2026-05-01T23:59:58", payment_intent_id="pi_1"),
            charge("ch_a", "2026-05-02T00:00:03", payment_intent_id="pi_1"),
        ]
    }
    first, second = built(any_spark, GOLD, tables, "2026-05-01", "2026-05-02")
    wanted = (
        "date",
        "attempt_number",
        "intents_count",
        "intents_authorized_count",
        "intents_issuer_declined_count",
    )
    assert [first[name] for name in wanted] == [day("2026-05-01"), 1, 1, 1, 0]
    assert [second[name] for name in wanted] == [day("2026-05-02"), 2, 0, 0, 0]
    assert built(any_spark, GOLD, tables, "2026-05-02") == [second]
    assert built(any_spark, GOLD, tables, "2026-05-01") == [first]


def test_an_intent_ends_as_its_best_attempt(any_spark: SparkSession) -> None:
    def attempts(payment: str, *outcomes: Row) -> list[Row]:
        return [outcome | {"payment_intent_id": payment} for outcome in outcomes]

    charges = [
        *attempts("pi_1", declined("ch_1", f"{MAY}T10:00"), charge("ch_2", f"{MAY}T10:01")),
        *attempts("pi_2", declined("ch_3", f"{MAY}T10:00"), blocked("ch_4", f"{MAY}T10:01")),
        *attempts("pi_3", blocked("ch_5", f"{MAY}T10:00"), declined("ch_6", f"{MAY}T10:01")),
        *attempts("pi_4", blocked("ch_7", f"{MAY}T10:00")),
        charge("ch_8", MAY),
    ]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    expected = {"intents_count": 5, "intents_authorized_count": 2, "intents_issuer_declined_count": 2}
    assert summed(rows, *expected) == expected
    firsts = [row for row in rows if row["attempt_number"] == 1]
    assert summed(firsts, "authorized_count", "issuer_declined_count") == {
        "authorized_count": 1,
        "issuer_declined_count": 2,
    }


def test_attempts_of_one_second_are_numbered_by_their_ids(any_spark: SparkSession) -> None:
    charges = [declined(f"ch_{n}", MAY, reason=f"reason_{n}", payment_intent_id="pi_1") for n in (2, 1, 3)]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert [(row["attempt_number"], row["decline_reason"]) for row in rows] == [
        (1, "reason_1"),
        (2, "reason_2"),
        (3, "reason_3"),
    ]


def test_a_late_attempt_renumbers_later_ones_on_other_days(any_spark: SparkSession) -> None:
    before = {
        "silver.charges": [
            declined("ch_2", "2026-05-02", payment_intent_id="pi_1"),
            charge("ch_3", "2026-05-09", payment_intent_id="pi_1"),
            charge("ch_4", "2026-05-05", payment_intent_id="pi_2"),
        ]
    }
    late = {"silver.charges": [declined("ch_1", "2026-05-01", payment_intent_id="pi_1")]}
    days = affected(any_spark, GOLD, late, before)
    assert days == ["2026-05-01", "2026-05-02", "2026-05-09"]
    after = {"silver.charges": before["silver.charges"] + late["silver.charges"]}
    assert numbers(built(any_spark, GOLD, after, *days)) == [
        ("2026-05-01", 1, 1),
        ("2026-05-02", 2, 1),
        ("2026-05-09", 3, 1),
    ]


def test_an_attempt_long_before_does_not_count(any_spark: SparkSession) -> None:
    charges = [
        declined("ch_1", "2026-01-01", payment_intent_id="pi_1"),
        declined("ch_2", "2026-03-02", payment_intent_id="pi_1"),
        declined("ch_3", "2026-03-03", payment_intent_id="pi_1"),
    ]
    days = ("2026-01-01", "2026-03-02", "2026-03-03")
    tables = {"silver.charges": charges}
    together = numbers(built(any_spark, GOLD, tables, *days))
    assert together == [("2026-01-01", 1, 1), ("2026-03-02", 2, 1), ("2026-03-03", 2, 1)]
    assert sorted(row for one in days for row in numbers(built(any_spark, GOLD, tables, one))) == together


def test_currencies_are_never_added(any_spark: SparkSession) -> None:
    charges = [charge("ch_1", MAY, 1500, currency="JPY"), charge("ch_2", MAY, 12_340, currency="KWD")]
    rows = built(any_spark, GOLD, {"silver.charges": charges}, MAY)
    assert [figures(row, "currency", "authorized_minor") for row in rows] == [
        {"currency": "JPY", "authorized_minor": 1500},
        {"currency": "KWD", "authorized_minor": 12_340},
    ]


def test_a_changed_intent_rewrites_its_own_day(any_spark: SparkSession) -> None:
    finished = {
        "silver.payment_intents": [intent("pi_1", "2026-02-01T22:00", "succeeded", latest_charge_id="ch_1")]
    }
    assert affected(any_spark, GOLD, finished, {"silver.charges": [charge("ch_9", MAY)]}) == ["2026-02-01"]
