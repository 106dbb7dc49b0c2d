from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.delta.commits import Replace
from pipelines.gold.finance.three_way_reconciliation import figures as figures_of
from pipelines.gold.shared.reconciled import GROWTH, JUDGED
from tests.pipelines.gold.silver_rows import (
    affected,
    at,
    built,
    built_apart,
    charge,
    day,
    declined,
    dispute,
    frame,
    inquiry,
    moved,
    refund,
    together,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from silver_rows import Row, Tables

    from pipelines.lakehouse import Lakehouse

GOLD, ENRICHED, PAYOUTS = (
    "gold.three_way_reconciliation", "gold.balance_transactions_enriched", "gold.payout_reconciliation",
)  # fmt: skip
CHARGES, REFUNDS, DISPUTES = "silver.charges", "silver.refunds", "silver.disputes"
APRIL, MONDAY, TUESDAY, JUNE = "2026-04-01", "2026-05-04", "2026-05-05", "2026-06-30"
KNOWN = {
    CHARGES: [declined("ch_first", "2026-03-01"), declined("ch_clock", JUNE, known_at=at(JUNE))],
    ENRICHED: [moved("txn_0", APRIL, "charge", 1)],
}
"""The data's clock stands in June; payments are known from March on, and the ledger has some from April on."""


def booked(source: str, category: str, amount: int, when: str = MONDAY, **facts: Any) -> Row:
    return moved(f"txn_{source}_{category}", when, category, amount, **({"source_id": source} | facts))


def converted(amount: int, booked_minor: int) -> Tables:
    """A payment in yen that was booked in dollars at 0.0067."""
    return {
        CHARGES: [charge("ch_1", MONDAY, amount, currency="JPY")],
        ENRICHED: [booked("ch_1", "charge", booked_minor, exchange_rate=0.0067)],
    }


CASES: dict[str, tuple[Tables, str | None, int | None]] = {
    "a payment that is booked": (
        {CHARGES: [charge("ch_1", MONDAY)], ENRICHED: [booked("ch_1", "charge", 1000)]}, "matched", 0,
    ),
    "a payment captured in part": (
        {
            CHARGES: [charge("ch_1", MONDAY, amount_captured_minor=600)],
            ENRICHED: [booked("ch_1", "charge", 600, "2026-05-20")],
        },
        "matched", 0,
    ),
    "a payment of which the rest is let go by a movement": (
        {
            CHARGES: [charge("ch_1", MONDAY, amount_captured_minor=600)],
            ENRICHED: [booked("ch_1", "charge", 1000), booked("ch_1", "partial_capture_reversal", -400)],
        },
        "matched", 0,
    ),
    "a payment that was only authorized": ({CHARGES: [charge("ch_1", MONDAY, is_captured=False)]}, None, None),
    "a payment that failed": ({CHARGES: [declined("ch_1", MONDAY)]}, None, None),
    "a debit that bounced": (
        {
            CHARGES: [declined("ch_1", MONDAY)],
            ENRICHED: [booked("ch_1", "charge", 1000), booked("ch_1", "charge_failure", -1000, "2026-05-09")],
        },
        "matched", 0,
    ),
    "a payment that the balance does not know": ({CHARGES: [charge("ch_1", MONDAY)]}, "missing_transaction", None),
    "a payment of which another amount is booked": (
        {CHARGES: [charge("ch_1", MONDAY)], ENRICHED: [booked("ch_1", "charge", 999)]}, "other_amount", -1,
    ),
    "a payment that is booked too late": (
        {CHARGES: [charge("ch_1", MONDAY)], ENRICHED: [booked("ch_1", "charge", 1000, "2026-06-05")]},
        "other_day", 0,
    ),
    "a movement of a payment that nobody knows": ({ENRICHED: [booked("ch_1", "charge", 1000)]}, "missing_object", None),
    "a movement without a source": ({ENRICHED: [booked("ch_1", "charge", 9, source_id=None)]}, "missing_object", None),
    "a payment from before the ledger begins": ({CHARGES: [charge("ch_1", "2026-03-30")]}, "not_comparable", None),
    "a payment of today": ({CHARGES: [charge("ch_1", JUNE)]}, "open", None),
    "a movement of today": ({ENRICHED: [booked("ch_1", "charge", 1, JUNE)]}, "open", None),
    "a payment that was converted": (converted(1000, 670), "matched", 0),
    "a small one that was converted and rounded": (converted(100, 68), "matched", 1),
    "one of which the decimals were mistaken": (converted(1000, 67_000), "other_amount", 99_000),
    "a payment that was converted at no rate": (
        {
            CHARGES: [charge("ch_1", MONDAY, currency="EUR")],
            ENRICHED: [booked("ch_1", "charge", 1000)],
        },
        "not_comparable", None,
    ),
    "a refund": ({REFUNDS: [refund("re_1", "ch_0", MONDAY)], ENRICHED: [booked("re_1", "refund", -100)]}, "matched", 0),
    "a refund that failed and came back": (
        {
            REFUNDS: [refund("re_1", "ch_0", MONDAY, status="failed")],
            ENRICHED: [booked("re_1", "refund", -100), booked("re_1", "refund_failure", 100, "2026-05-09")],
        },
        "matched", 0,
    ),
    "a refund that failed and did not come back": (
        {
            REFUNDS: [refund("re_1", "ch_0", MONDAY, status="failed")],
            ENRICHED: [booked("re_1", "refund", -100)],
        },
        "other_amount", -100,
    ),
    "a refund that the balance does not know": (
        {REFUNDS: [refund("re_1", "ch_0", MONDAY)]}, "missing_transaction", None,
    ),
    "an authorization that was released": (
        {
            CHARGES: [charge("ch_1", APRIL, is_captured=False)],
            REFUNDS: [refund("re_1", "ch_1", MONDAY, 1000)],
        },
        None, None,
    ),
    "what was let go of a capture in part": (
        {
            CHARGES: [charge("ch_1", APRIL, amount_refunded_minor=400, amount_returned_minor=0)],
            REFUNDS: [refund("re_1", "ch_1", MONDAY, 400)],
        },
        None, None,
    ),
    "a chargeback": (
        {DISPUTES: [dispute("dp_1", "ch_0", MONDAY)], ENRICHED: [booked("dp_1", "dispute", -1000, fee=1500)]},
        "matched", 0,
    ),
    "a chargeback that was won": (
        {
            DISPUTES: [dispute("dp_1", "ch_0", MONDAY, status="won")],
            ENRICHED: [booked("dp_1", "dispute", -1000), booked("dp_1", "dispute_reversal", 1000, "2026-06-20")],
        },
        "matched", 0,
    ),
    "a chargeback that was won and not given back": (
        {DISPUTES: [dispute("dp_1", "ch_0", MONDAY, status="won")], ENRICHED: [booked("dp_1", "dispute", -1000)]},
        "other_amount", -1000,
    ),
    "an inquiry": ({DISPUTES: [inquiry("dp_1", "ch_0", MONDAY)]}, None, None),
    "a payment in a payout that is not what it should be": (
        {
            CHARGES: [charge("ch_1", MONDAY)],
            ENRICHED: [booked("ch_1", "charge", 1000, payout_id="po_1", payout_date=day(TUESDAY))],
            PAYOUTS: [
                {"account": "acct_a", "payout_id": "po_1", "date": day(TUESDAY), "status": "different"},
                {"account": "acct_b", "payout_id": "po_2", "date": day(TUESDAY), "status": "different"},
            ],
        },
        "payout_differs", 0,
    ),
}  # fmt: skip
DAYS = ("2026-03-30", APRIL, MONDAY, TUESDAY, JUNE)


def test_what_moves_money_is_held_against_the_ledger(any_spark: SparkSession) -> None:
    found = built_apart(
        any_spark, GOLD, {case: together(KNOWN, tables) for case, (tables, _, _) in CASES.items()}, *DAYS
    )
    said = {
        case: [(row["status"], row["difference_minor"]) for row in rows if row["date"] != day(APRIL)]
        for case, rows in found.items()
    }
    assert said == {
        case: [(status, difference)] if status else [] for case, (_, status, difference) in CASES.items()
    }


def test_several_disputes_of_one_payment_and_several_accounts_are_apart(any_spark: SparkSession) -> None:
    other = {"account": "acct_b"}
    tables = {
        DISPUTES: [dispute("dp_1", "ch_1", MONDAY, 300), dispute("dp_2", "ch_1", MONDAY, 700)],
        CHARGES: [charge("ch_1", MONDAY), charge("ch_1", MONDAY, 5, **other)],
        ENRICHED: [
            booked("ch_1", "charge", 1000),
            booked("dp_1", "dispute", -300),
            booked("dp_2", "dispute", -700),
            booked("ch_1", "charge", 5, **other),
        ],
    }
    rows = built(any_spark, GOLD, together(KNOWN, tables), MONDAY)
    assert [(row["account"], row["object_id"], row["booked_minor"], row["status"]) for row in rows] == [
        ("acct_a", "ch_1", 1000, "matched"),
        ("acct_a", "dp_1", -300, "matched"),
        ("acct_a", "dp_2", -700, "matched"),
        ("acct_b", "ch_1", 5, "matched"),
    ]


def test_a_late_movement_rewrites_the_day_of_its_object(any_spark: SparkSession) -> None:
    before = together(KNOWN, {CHARGES: [charge("ch_1", MONDAY)], ENRICHED: [booked("ch_1", "charge", 1000)]})
    late = {ENRICHED: [booked("ch_1", "charge_failure", -1000, "2026-05-20")]}
    assert affected(any_spark, GOLD, late, before) == [MONDAY, "2026-05-20"]


def test_an_object_that_becomes_known_rewrites_the_days_of_its_movements(any_spark: SparkSession) -> None:
    before = together(KNOWN, {ENRICHED: [booked("re_1", "refund", -100, "2026-05-20")]})
    late = {REFUNDS: [refund("re_1", "ch_0", MONDAY)]}
    assert affected(any_spark, GOLD, late, before) == [MONDAY, "2026-05-20"]


def test_what_grows_old_rewrites_its_day(any_spark: SparkSession) -> None:
    def told(when: str, known: str) -> Row:
        return charge(f"ch_{when}", when, known_at=at(known), ingest_id=int(known[-2:]))

    before = {
        CHARGES: [told("2026-05-01", "2026-05-08"), told("2026-05-06", "2026-05-08")],
        ENRICHED: [moved("txn_0", APRIL, "charge", 1)],
    }
    late = {CHARGES: [told("2026-05-09", "2026-05-10")]}
    assert affected(any_spark, GOLD, late, before) == ["2026-05-06", "2026-05-09"]


def test_a_ledger_without_payments_says_nothing_of_them(any_spark: SparkSession) -> None:
    other = {"account": "adyen"}
    tables = {
        CHARGES: [charge("ch_1", MONDAY, **other)],
        DISPUTES: [dispute("dp_1", "ch_1", MONDAY, **other)],
        ENRICHED: [
            booked("dp_1", "dispute_reversal", 1000, **other),
            moved("txn_1", MONDAY, "fee", -1, **other),
        ],
    }
    rows = built(any_spark, GOLD, together(KNOWN, tables), MONDAY)
    assert [(row["object_id"], row["status"]) for row in rows] == [
        ("ch_1", "not_comparable"),
        ("dp_1", "not_comparable"),
    ]


def test_a_ledger_alone_says_nothing_of_payments_that_are_not_known(any_spark: SparkSession) -> None:
    reports = {"account": "stripe_reports"}
    tables = {
        ENRICHED: [
            booked("ch_1", "charge", 1000, **reports),
            booked("ch_2", "charge", 1000, "2026-02-01"),
            booked("ch_3", "charge", 1000),
        ]
    }
    rows = built(any_spark, GOLD, together(KNOWN, tables), MONDAY, "2026-02-01")
    assert [(row["object_id"], row["status"]) for row in rows] == [
        ("ch_2", "not_comparable"),
        ("ch_3", "missing_object"),
        ("ch_1", "not_comparable"),
    ]


def test_an_older_movement_lets_older_objects_be_compared(any_spark: SparkSession) -> None:
    before = together(KNOWN, {CHARGES: [charge("ch_1", "2026-03-30"), charge("ch_2", MONDAY)]})
    for when, days in {"2026-03-01": ["2026-03-30", MONDAY], "2026-05-06": []}.items():
        found = affected(any_spark, GOLD, {ENRICHED: [moved("txn_1", when, "charge", 1)]}, before)
        assert [date for date in found if date in ("2026-03-30", MONDAY)] == days
    older = {CHARGES: [declined("ch_older", "2026-02-01")]}
    assert affected(any_spark, GOLD, older, before) == [
        "2026-02-01",
        "2026-03-01",
        "2026-03-30",
        APRIL,
        MONDAY,
        JUNE,
    ]


def test_the_unmatched_share_of_a_batch_is_held_against_that_of_the_table(lake: Lakehouse) -> None:
    def rows(**counts: int) -> DataFrame:
        listed = [status for status, number in counts.items() for _ in range(number)]
        kept = {
            "account": "a",
            "object_type": "charge",
            "date": day(MONDAY),
            "currency": "USD",
            "is_object_known": True,
        }
        return frame(
            lake.spark,
            GOLD,
            [
                kept | {"object_id": str(n), "status": s, "transactions_count": 1}
                for n, s in enumerate(listed)
            ],
        )

    assert figures_of(lake, rows(matched=9, open=5)).values == {JUDGED: 9, GROWTH: None}
    lake.create(GOLD)
    lake.publish(
        GOLD, lake.staging.write(GOLD, "1", rows(matched=8, other_amount=2, not_comparable=5)), Replace(), {}
    )
    found = figures_of(lake, rows(matched=6, missing_object=2, missing_transaction=2, open=9)).values
    assert found == {JUDGED: 10, GROWTH: pytest.approx(0.2)}
    assert figures_of(lake, rows(open=3)).values == {JUDGED: 0, GROWTH: None}
