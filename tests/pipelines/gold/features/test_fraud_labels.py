from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import declared
from tests.pipelines.gold.silver_rows import (
    Row,
    Tables,
    affected,
    at,
    blocked,
    built,
    charge,
    declined,
    dispute,
    figures,
    frames,
    inquiry,
    refund,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.fraud_labels"
MAY, JUNE, JULY = "2026-05-01", "2026-06-01", "2026-07-07"


def paid(charge_id: str = "ch_1", when: str = MAY, **facts: Any) -> Row:
    return charge(charge_id, when, **({"known_at": at(when)} | facts))


def version(row: Row, number: int, occurred: str, **facts: Any) -> Row:
    """A version of an object, as a history has it."""
    moment = at(occurred)
    times = {"version_id": f"evt_{number}", "occurred_at": moment, "known_at": moment, "is_current": True}
    return row | times | facts


def disputed(*disputes: Row) -> Tables:
    """Disputes that have had one version."""
    versions = [version(row, 1, row["created_at"].isoformat()[:19]) for row in disputes]
    return {"silver.disputes": disputes, "silver.dispute_history": versions}


def review(charge_id: str, closed: str) -> Row:
    times = {"occurred_at": at(closed), "known_at": at(closed)}
    return warning("", charge_id, MAY) | {"review_id": "prv_1", "closed_reason": "refunded_as_fraud"} | times


def together(cases: Iterable[Tables]) -> Tables:
    """The rows of several cases, each about its own payment, which are there as well."""
    found: dict[str, list[Row]] = {"silver.charges": []}
    for number, case in enumerate(cases):
        found["silver.charges"].append(paid(f"ch_{number}"))
        for name, rows in case.items():
            found.setdefault(name, []).extend(row | {"charge_id": f"ch_{number}"} for row in rows)
    return found


def labels(spark: SparkSession, tables: Tables, *names: str) -> list[Row]:
    """What the labels of May say."""
    return [in_utc(figures(row, *names)) for row in built(spark, GOLD, tables, MAY)]


def in_utc(row: Row) -> Row:
    return {n: value.astimezone(UTC) if isinstance(value, datetime) else value for n, value in row.items()}


SAID: dict[str, Tables] = {
    "dispute": disputed(dispute("dp_1", "", JUNE)),
    "dispute, as an inquiry": disputed(inquiry("dp_2", "", JUNE)),
    "dispute, though it was won": disputed(dispute("dp_3", "", JUNE, status="won")),
    "early_fraud_warning": {"silver.early_fraud_warnings": [warning("i_1", "", JUNE, event_type="…")]},
    "refund, also after it was traced": {
        "silver.refunds": [
            refund("re_1", "", JUNE, reason="fraudulent", event_type="refund.updated", known_at=at(JULY))
        ]
    },
    "refund, in a file that came later": {
        "silver.refunds": [refund("re_2", "", MAY, reason="fraudulent", known_at=at(JUNE))]
    },
    "review": {"silver.reviews": [review("", JUNE)]},
    "merchant_report": {
        "silver.charge_history": [
            version(paid(), 1, MAY, is_current=False),
            version(paid(), 2, JUNE, is_current=False, fraud_report_by_merchant="fraudulent"),
            version(paid(), 3, JULY, fraud_report_by_merchant="fraudulent"),
        ]
    },
    "merchant_report, as a flag of a file": {
        "silver.charge_history": [
            version(paid(), 1, MAY, fraud_report_by_merchant="fraudulent", fraud_reported_at=at(JUNE))
        ]
    },
}

NOT_SAID: dict[str, Tables] = {
    "a dispute about the goods": disputed(dispute("dp_1", "", JUNE, reason="product_not_received")),
    "a refund on request": {"silver.refunds": [refund("re_1", "", JUNE, reason="requested_by_customer")]},
    "a refund that failed": {
        "silver.refunds": [refund("re_1", "", JUNE, reason="fraudulent", status="failed")]
    },
    "a merchant who took it back": {
        "silver.charge_history": [
            version(paid(), 1, MAY, is_current=False, fraud_report_by_merchant="fraudulent"),
            version(paid(), 2, JUNE, fraud_report_by_merchant="safe"),
        ]
    },
    "a test": {"silver.early_fraud_warnings": [warning("i", "", JUNE, livemode=False)]},
    "a warning two years later": {"silver.early_fraud_warnings": [warning("i", "", "2028-05-01")]},
}


def test_a_payment_is_fraud_from_when_somebody_says_so(any_spark: SparkSession) -> None:
    found = labels(
        any_spark, together(SAID.values()), "label", "fraud_source", "fraud_sources", "label_known_at"
    )
    for row, said in zip(found, SAID, strict=True):
        sign = said.split(",")[0]
        expected = {"label": "fraud", "fraud_source": sign, "fraud_sources": sign, "label_known_at": at(JUNE)}
        assert row == expected, said


def test_what_is_no_sign_of_fraud(spark: SparkSession) -> None:
    found = labels(
        spark, together(NOT_SAID.values()), "label", "fraud_source", "label_known_at", "matures_at"
    )
    for row, said in zip(found, NOT_SAID, strict=True):
        nothing = {"label": "unknown", "fraud_source": None, "label_known_at": None}
        assert row == nothing | {"matures_at": at("2026-07-30")}, said


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("2026-07-30", {"label": "legitimate", "label_known_at": at("2026-07-30")}),
        ("2026-07-29T23:59:59", {"label": "unknown", "label_known_at": None}),
    ],
)
def test_a_payment_is_legitimate_when_the_data_are_old_enough(
    spark: SparkSession, clock: str, expected: Row
) -> None:
    assert labels(spark, {"silver.charges": [paid(), paid("ch_2", clock)]}, *expected) == [expected]


def test_what_came_first_counts_and_all_are_named(spark: SparkSession) -> None:
    tables = {
        **disputed(dispute("dp_1", "ch_1", JULY)),
        "silver.charges": [paid()],
        "silver.early_fraud_warnings": [warning("i_1", "ch_1", JUNE), warning("i_2", "ch_1", JULY)],
    }
    expected = {
        "fraud_source": "early_fraud_warning", "fraud_sources": "dispute, early_fraud_warning",
        "label_known_at": at(JUNE),
    }  # fmt: skip
    assert labels(spark, tables, *expected) == [expected]


def test_a_dispute_counts_from_the_version_that_says_fraud(spark: SparkSession) -> None:
    now = dispute("dp_1", "ch_1", MAY)
    versions = [
        version(now, 1, MAY, reason="general", is_fraud=False, is_current=False),
        version(now, 2, JUNE, is_current=False),
        version(now, 3, JULY),
    ]
    tables = {"silver.charges": [paid()], "silver.disputes": [now], "silver.dispute_history": versions}
    expected = {"label": "fraud", "label_known_at": at(JUNE)}
    assert labels(spark, tables, *expected) == [expected]


def test_a_payment_that_its_cardholder_does_not_recognize_is_friendly_fraud(spark: SparkSession) -> None:
    unrecognized = {"reason": "unrecognized", "network_reason_code": "10.4"}
    once, later = dispute("dp_1", "ch_1", JUNE, **unrecognized), dispute("dp_2", "ch_2", JUNE, **unrecognized)
    tables = disputed(once, later, dispute("dp_3", "ch_2", JULY)) | {"silver.charges": [paid(), paid("ch_2")]}
    assert labels(spark, tables, "label", "is_friendly") == [
        {"label": "unknown", "is_friendly": True},
        {"label": "fraud", "is_friendly": False},
    ]


def test_attempts_that_came_to_nothing_have_no_label(spark: SparkSession) -> None:
    attempts = [declined("ch_2", MAY), blocked("ch_3", MAY), charge("ch_4", MAY, livemode=False)]
    uncaptured = charge("ch_5", MAY, is_captured=False)
    assert labels(spark, {"silver.charges": [*attempts, uncaptured]}, "charge_id") == [{"charge_id": "ch_5"}]


def test_what_comes_back_to_a_payment_changes_its_day(spark: SparkSession) -> None:
    before = {"silver.charges": [paid(), paid("ch_2", JUNE)]}
    changed = {
        "silver.early_fraud_warnings": [warning("i_1", "ch_1", JUNE)],
        "silver.refunds": [refund("re_1", "ch_1", JUNE)],
        "silver.disputes": [dispute("dp_1", "ch_1", JUNE)],
        "silver.charge_history": [version(paid(), 9, JUNE)],
    }
    for name, [row] in changed.items():
        assert affected(spark, GOLD, {name: [row | {"ingest_id": 2}]}, before) == [MAY], name


def test_days_mature_as_the_datas_clock_moves(spark: SparkSession) -> None:
    days = ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"]
    before = [paid(f"ch_{n}", day) for n, day in enumerate([*days, "2026-07-31"])]
    new = paid("ch_new", "2026-08-01T12:00:00", ingest_id=2)
    assert affected(spark, GOLD, {"silver.charges": [new]}, {"silver.charges": before}) == [
        "2026-05-02",
        "2026-05-03",
        "2026-08-01",
    ]


def test_a_row_that_was_replaced_does_not_turn_the_clock_back(spark: SparkSession) -> None:
    """Of what changed, the rows as they were are known long ago; they say nothing of where the clock stood."""
    days = ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-07-31"]
    first, *others = (paid(f"ch_{n}", day) for n, day in enumerate(days))
    again = first | {"ingest_id": 2, "known_at": at("2026-08-01")}
    changed = frames(spark, GOLD, {"silver.charges": [first, again]})
    now = frames(spark, GOLD, {"silver.charges": [again, *others]})
    found = declared()[GOLD].recipe.dates(changed, now).collect()
    assert sorted(str(row[0]) for row in found) == ["2026-05-01", "2026-05-02", "2026-05-03"]
