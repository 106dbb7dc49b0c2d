# ruff: noqa: E501 - one case a line

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.gold.silver_rows import affected, at, blocked, built, charge, day, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.rule_performance"
MAY, LONG_AFTER = "2026-05-01", "2026-12-01"
CARD = {"card_fingerprint": "card_1"}
TRUTHS = ("fraud_count", "good_count", "unknown_count", "immature_count")


def known(charges: Sequence[Row], until: str) -> list[Row]:
    """Charges as they are known, and one that says how far the data reach."""
    last = charge("ch_last", until, account="acct_z")
    return [row | {"known_at": row["created_at"]} for row in (*charges, last)]


def label(payment: Row, what: str) -> Row:
    kept = {
        name: payment[name] for name in ("account", "charge_id", "currency", "amount_minor", "created_at")
    }
    return kept | {"date": payment["created_date"], "label": what}


def decision(payment: Row, action: str, decided_by: str) -> Row:
    return label(payment, "") | {"action": action, "decided_by": decided_by}


def found(
    spark: SparkSession,
    charges: Sequence[Row],
    labels: Sequence[Row] = (),
    decisions: Sequence[Row] = (),
    until: str = LONG_AFTER,
    when: str = MAY,
) -> list[Row]:
    tables = {
        "silver.charges": known(charges, until),
        "gold.fraud_labels": labels,
        "gold.payment_decisions": decisions,
    }
    return built(spark, GOLD, tables, when)


def held(charge_id: str, when: str = MAY, **facts: Any) -> Row:
    review = {"outcome_type": "manual_review", "outcome_reason": "elevated_risk_level"}
    return charge(charge_id, when, **review | facts)


def test_what_went_through_is_judged_by_its_own_label(any_spark: SparkSession) -> None:
    payments = [held(f"ch_{n}", amount=100 * n, outcome_rule_id="rule_1") for n in (1, 2, 3)]
    labels = [
        label(payment, what)
        for payment, what in zip(payments, ("fraud", "legitimate", "unknown"), strict=True)
    ]
    [row] = found(any_spark, payments, labels)
    assert row == {
        "account": "acct_a", "currency": "USD", "date": day(MAY), "system": "stripe", "rule": "rule_1", "action": "review",
        "truth_from": "own_label", "flagged_count": 3, "flagged_minor": 600, "fraud_count": 1, "fraud_minor": 100,
        "good_count": 1, "good_minor": 200, "unknown_count": 0, "unknown_minor": 0, "immature_count": 1, "immature_minor": 300,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("other", "what", "truth"),
    [
        pytest.param(charge("ch_o", "2026-05-31", **CARD), "fraud", "fraud", id="fraud with the same card, 30 days later"),
        pytest.param(charge("ch_o", "2026-04-01", **CARD), "fraud", "fraud", id="30 days before"),
        pytest.param(charge("ch_o", "2026-06-01", **CARD), "fraud", "unknown", id="31 days later"),
        pytest.param(charge("ch_o", "2026-05-31", customer_id="cus_1"), "fraud", "fraud", id="fraud by the same customer"),
        pytest.param(charge("ch_o", "2026-05-03", **CARD), "legitimate", "good", id="a good payment with the same card"),
        pytest.param(charge("ch_o", "2026-04-30", **CARD), "legitimate", "unknown", id="a good one before: the card may be stolen since"),
        pytest.param(charge("ch_o", "2026-05-03", customer_id="cus_1"), "legitimate", "unknown", id="a good one by the same customer with another card"),
        pytest.param(charge("ch_o", "2026-05-03", **CARD), "unknown", "unknown", id="a payment that is no evidence yet"),
        pytest.param(charge("ch_o", "2026-05-03", account="acct_b", **CARD), "fraud", "unknown", id="another account"),
        pytest.param(charge("ch_o", "2026-05-03", livemode=False, **CARD), "fraud", "unknown", id="test mode"),
        pytest.param(charge("ch_o", "2026-05-03", currency="JPY", **CARD), "legitimate", "good", id="another currency"),
    ],
)  # fmt: skip
def test_what_was_blocked_is_judged_by_other_payments(
    spark: SparkSession, other: Row, what: str, truth: str
) -> None:
    attempt = blocked("ch_1", f"{MAY}T12:00", amount_minor=700, customer_id="cus_1", **CARD)
    [row] = found(spark, [attempt, other], [label(other, what)])
    assert figures(row, "rule", "truth_from", f"{truth}_count", f"{truth}_minor", "flagged_count") == {
        "rule": "highest_risk_level", "truth_from": "other_payments", f"{truth}_count": 1, f"{truth}_minor": 700, "flagged_count": 1,
    }  # fmt: skip


def test_fraud_counts_more_than_a_good_payment_and_many_payments_count_once(any_spark: SparkSession) -> None:
    attempt = blocked("ch_1", MAY, customer_id="cus_1", **CARD)
    others = [charge(f"ch_o{n}", f"2026-05-0{n}", customer_id="cus_1", **CARD) for n in range(2, 8)]
    labels = [label(other, "fraud" if n % 2 else "legitimate") for n, other in enumerate(others)]
    [row] = found(any_spark, [attempt, *others], labels)
    assert figures(row, "flagged_count", *TRUTHS) == {
        "flagged_count": 1, "fraud_count": 1, "good_count": 0, "unknown_count": 0, "immature_count": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("until", "truth"),
    [("2026-08-29T11:59", "immature"), ("2026-08-30T11:59", "immature"), ("2026-08-30T12:00", "unknown")],
)
def test_silence_about_what_was_blocked_means_something_after_121_days(
    spark: SparkSession, until: str, truth: str
) -> None:
    [row] = found(spark, [blocked("ch_1", f"{MAY}T12:00", **CARD)], until=until)
    assert row[f"{truth}_count"] == row["flagged_count"] == 1


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        pytest.param({"outcome_reason": "rule", "outcome_rule_id": "block_if_cvc_fails"}, ["block_if_cvc_fails"], id="a rule"),
        pytest.param({"outcome_reason": "rule"}, ["unknown"], id="a rule that is not told"),
        pytest.param({"outcome_reason": None}, ["unknown"], id="nothing is told"),
        pytest.param({"outcome_reason": "low_probability_of_authorization"}, [], id="not for fear of fraud"),
        pytest.param({"livemode": False}, [], id="test mode"),
        pytest.param({"is_blocked": False, "is_issuer_declined": True}, [], id="declined by the issuer"),
    ],
)  # fmt: skip
def test_which_rule_blocked(spark: SparkSession, facts: Row, rules: list[str]) -> None:
    assert [row["rule"] for row in found(spark, [blocked("ch_1", MAY, **facts)])] == rules


def test_authorized_and_not_captured_is_neither_blocked_nor_held(spark: SparkSession) -> None:
    assert not found(spark, [charge("ch_1", MAY, is_captured=False, outcome_type="authorized")])


def test_own_rules_are_held_against_what_became_of_the_payment(any_spark: SparkSession) -> None:
    payments = [charge(f"ch_{n}", MAY, amount=n) for n in range(1, 5)] + [
        declined("ch_5", MAY, amount=5, **CARD)
    ]
    asked = [
        ("block", "model"),
        ("block", "model"),
        ("review", "rule_a"),
        ("3ds", "model"),
        ("block", "model"),
    ]
    decisions = [decision(payment, *what) for payment, what in zip(payments, asked, strict=True)]
    labels = [
        label(payment, "fraud" if payment["amount_minor"] == 1 else "legitimate") for payment in payments[:4]
    ]
    rows = found(any_spark, payments, labels, decisions)
    kind = ("system", "rule", "action", "truth_from")
    assert {
        tuple(row[name] for name in kind): [row["flagged_minor"], *(row[name] for name in TRUTHS)]
        for row in rows
    } == {
        ("vermeil", "model", "block", "own_label"): [3, 1, 1, 0, 0],
        ("vermeil", "model", "block", "other_payments"): [5, 0, 0, 1, 0],
        ("vermeil", "rule_a", "review", "own_label"): [3, 0, 1, 0, 0],
    }


def test_both_systems_flag_one_payment_each_for_itself(spark: SparkSession) -> None:
    attempt = blocked("ch_1", MAY, **CARD)
    rows = found(spark, [attempt], decisions=[decision(attempt, "block", "model")])
    assert [(row["system"], row["flagged_count"]) for row in rows] == [("stripe", 1), ("vermeil", 1)]


def test_currencies_and_accounts_are_apart(spark: SparkSession) -> None:
    attempts = [
        blocked("ch_1", MAY, amount_minor=5), blocked("ch_2", MAY, amount_minor=7, currency="JPY"),
        blocked("ch_1", MAY, amount_minor=9, account="acct_b"),
    ]  # fmt: skip
    rows = found(spark, attempts)
    assert [(row["account"], row["currency"], row["flagged_minor"]) for row in rows] == [
        ("acct_a", "JPY", 7), ("acct_a", "USD", 5), ("acct_b", "USD", 9),
    ]  # fmt: skip


def test_days_that_something_new_touches(any_spark: SparkSession) -> None:
    attempt = blocked("ch_1", MAY, **CARD) | {"known_at": at(MAY)}
    far = blocked("ch_2", "2026-03-01", **CARD) | {"known_at": at("2026-03-01")}
    paid = charge("ch_3", "2026-05-20", **CARD) | {"known_at": at("2026-05-20")}
    before = {"silver.charges": [attempt, far]}
    # The clock has moved on from the first of May to the 20th: what was blocked on the first of January is ripe.
    assert affected(any_spark, GOLD, {"silver.charges": [paid]}, before) == [MAY]
    labelled = {"gold.fraud_labels": [label(paid, "fraud")]}
    assert affected(any_spark, GOLD, labelled, {"silver.charges": [attempt, far, paid]}) == [
        MAY,
        "2026-05-20",
    ]
    asked = {"gold.payment_decisions": [decision(far, "block", "model")]}
    assert affected(any_spark, GOLD, asked, before) == ["2026-03-01"]


def test_what_was_blocked_ripens_as_the_clock_moves_on(spark: SparkSession) -> None:
    old = blocked("ch_1", MAY) | {"known_at": at(MAY), "ingest_id": 1}
    new = charge("ch_2", "2026-09-01") | {"known_at": at("2026-09-01"), "ingest_id": 2}
    assert affected(spark, GOLD, {"silver.charges": [new]}, {"silver.charges": [old]}) == [MAY]
