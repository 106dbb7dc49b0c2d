# ruff: noqa: E501 - one case a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.gold.silver_rows import affected, at, built, charge, day, dispute, figures, inquiry

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.disputes_enriched"
MAY, JULY = "2026-05-01", "2026-07-07"


def version(of: Row, since: str, number: int, **facts: Any) -> Row:
    """A version of a dispute that an event brought."""
    return (
        of | {"version": str(number), "valid_from": at(since), "event_type": "charge.dispute.updated"} | facts
    )


def moment(row: Row, name: str) -> Any:
    return row[name] and row[name].replace(tzinfo=None)


def test_a_dispute_is_told_with_its_payment_and_its_course(any_spark: SparkSession) -> None:
    lost = dispute(
        "dp_1",
        "ch_1",
        JULY,
        900,
        status="lost",
        is_closed=True,
        network_reason_code="10.4",
        evidence_due_at=at("2026-07-20"),
        submission_count=1,
    )
    tables = {
        "silver.charges": [charge("ch_1", MAY, customer_id="cus_1", three_d_secure_result="authenticated")],
        "silver.disputes": [lost],
        "silver.dispute_history": [
            version(lost, JULY, 1, is_closed=False, submission_count=0, status="needs_response"),
            version(lost, "2026-07-09", 2, is_closed=False, status="under_review"),
            version(lost, "2026-08-01", 3),
        ],
    }
    [row] = built(any_spark, GOLD, tables, JULY)
    expected = {
        "date": day(JULY), "amount_minor": 900, "kind": "chargeback", "network": "visa", "reason": "fraudulent",
        "reason_group": "fraud", "network_reason_code": "10.4", "outcome": "lost", "response": "contested",
        "response_seconds": 2 * 86_400, "at_stake_minor": 0, "payment_date": day(MAY), "payment_currency": "USD",
        "payment_minor": 1000, "raised_after_days": 67, "is_card_not_present": True, "customer_id": "cus_1",
        "three_d_secure_result": "authenticated",
    }  # fmt: skip
    assert figures(row, *expected) == expected
    assert moment(row, "responded_at") == at("2026-07-09").replace(tzinfo=None)
    assert moment(row, "closed_at") == at("2026-08-01").replace(tzinfo=None)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (dispute("d", "c", JULY), ("chargeback", "fraud", "open", "awaiting_response", 1000)),
        (dispute("d", "c", JULY, is_past_due=True), ("chargeback", "fraud", "open", "uncontested", 1000)),
        (dispute("d", "c", JULY, status="under_review"), ("chargeback", "fraud", "open", "contested", 1000)),
        (dispute("d", "c", JULY, status="lost", is_closed=True, reason="duplicate"), ("chargeback", "processing", "lost", "uncontested", 0)),
        (dispute("d", "c", JULY, status="won", is_closed=True, submission_count=2, reason="credit_not_processed"), ("chargeback", "consumer", "won", "contested", 0)),
        (dispute("d", "c", JULY, status=None, reason=None, network_reason_code=None), ("chargeback", "other", "open", "uncontested", 1000)),
        (inquiry("d", "c", JULY, is_closed=True), ("inquiry", "fraud", "closed", "uncontested", 0)),
        (inquiry("d", "c", JULY, status="warning_needs_response"), ("inquiry", "fraud", "open", "awaiting_response", 1000)),
        (dispute("d", "c", JULY, status="prevented", is_closed=True, is_chargeback=False, is_prevented=True), ("prevented", "fraud", "prevented", "not_needed", 0)),
    ],
)  # fmt: skip
def test_what_became_of_it(spark: SparkSession, made: Row, expected: tuple[Any, ...]) -> None:
    [row] = built(spark, GOLD, {"silver.disputes": [made]}, JULY)
    names = ("kind", "reason_group", "outcome", "response", "at_stake_minor")
    assert tuple(figures(row, *names).values()) == expected
    unknown = ("payment_date", "payment_minor", "raised_after_days", "responded_at", "closed_at")
    assert figures(row, *unknown) == dict.fromkeys(unknown)


def test_each_dispute_is_there_once_whatever_names_its_payment(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [
            charge("ch_1", MAY, payment_intent_id="pi_1"),
            charge("ch_2", MAY, 7, currency="JPY", payment_intent_id="pi_1"),
            charge("ch_1", "2026-05-02", account="acct_b"),
        ],
        "silver.disputes": [
            dispute("dp_1", "ch_1", JULY),
            dispute("dp_2", "ch_1", JULY),
            dispute("dp_3", "ch_1", JULY, account="acct_b"),
            dispute("dp_4", None, JULY, payment_intent_id="pi_1"),
            dispute("dp_5", "ch_9", JULY, card_network=None, card_brand="jcb"),
            dispute("dp_6", "ch_1", JULY, livemode=False),
        ],
    }
    rows = built(any_spark, GOLD, tables, JULY)
    assert [(row["account"], row["dispute_id"], row["charge_id"], row["network"]) for row in rows] == [
        ("acct_a", "dp_1", "ch_1", "visa"),
        ("acct_a", "dp_2", "ch_1", "visa"),
        ("acct_a", "dp_4", "ch_1", "visa"),
        ("acct_a", "dp_5", "ch_9", "jcb"),
        ("acct_b", "dp_3", "ch_1", "visa"),
    ]
    assert [row["payment_date"] for row in rows] == [day(MAY)] * 3 + [None, day("2026-05-02")]


def test_a_chargeback_that_began_as_an_inquiry_is_told_by_its_versions(any_spark: SparkSession) -> None:
    raised = [dispute(f"dp_{n}", f"ch_{n}", JULY) for n in (1, 2, 3)]
    asked = inquiry("dp_4", "ch_4", JULY)
    tables = {
        "silver.disputes": [*raised, asked],
        "silver.dispute_history": [
            version(inquiry("dp_1", "ch_1", JULY), JULY, 1),
            version(raised[0], "2026-07-09", 2),
            version(raised[1], JULY, 1),
            # It came without an event: it says nothing of when, and yet that it was.
            version(inquiry("dp_3", "ch_3", JULY), JULY, 1, event_type=None),
            version(asked, JULY, 1),
        ],
    }
    rows = built(any_spark, GOLD, tables, JULY)
    assert [(row["dispute_id"], row["kind"], row["was_inquiry"]) for row in rows] == [
        ("dp_1", "chargeback", True),
        ("dp_2", "chargeback", False),
        ("dp_3", "chargeback", True),
        ("dp_4", "inquiry", True),
    ]


def test_versions_without_an_event_tell_no_time(any_spark: SparkSession) -> None:
    won = dispute("dp_1", "ch_1", JULY, status="won", is_closed=True, submission_count=1)
    tables = {"silver.disputes": [won], "silver.dispute_history": [version(won, JULY, 1, event_type=None)]}
    [row] = built(any_spark, GOLD, tables, JULY)
    assert figures(row, "response", "responded_at", "closed_at", "response_seconds") == {
        "response": "contested",
        "responded_at": None,
        "closed_at": None,
        "response_seconds": None,
    }


def test_a_late_payment_or_version_rewrites_the_day_of_the_dispute(any_spark: SparkSession) -> None:
    before = {"silver.disputes": [dispute("dp_1", "ch_1", JULY), dispute("dp_2", "ch_2", "2026-07-08")]}
    assert affected(any_spark, GOLD, {"silver.charges": [charge("ch_1", MAY)]}, before) == [JULY]
    late = [version(dispute("dp_2", "ch_2", "2026-07-08"), "2026-08-01", 2)]
    assert affected(any_spark, GOLD, {"silver.dispute_history": late}, before) == ["2026-07-08"]
