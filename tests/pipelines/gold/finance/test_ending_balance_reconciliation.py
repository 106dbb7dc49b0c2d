from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, created, day, figures, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD, CHANGES, ENRICHED = (
    "gold.ending_balance_reconciliation", "gold.balance_change_daily", "gold.balance_transactions_enriched",
)  # fmt: skip
MONDAY, TUESDAY, WEDNESDAY = "2026-05-04", "2026-05-05", "2026-05-06"


def closing(when: str, amount: int, **facts: Any) -> Row:
    return created(when) | {"date": day(when), "closing_minor": amount} | facts


def scheduled(payout_id: str, when: str, amount: int) -> Row:
    return moved(
        f"txn_{payout_id}",
        when,
        "payout",
        -amount,
        source_id=payout_id,
        payout_id=payout_id,
        payout_date=day(when),
    )


MOVEMENTS = [
    scheduled("po_1", MONDAY, 7),
    moved("txn_1", MONDAY, "charge", 1000, fee=30, payout_id="po_2", payout_date=day(WEDNESDAY)),
    moved("txn_2", TUESDAY, "refund", -100, payout_id="po_2", payout_date=day(WEDNESDAY)),
    moved("txn_3", TUESDAY, "dispute", -50),
    moved("txn_4", TUESDAY, "payout", -20, source_id="po_by_hand"),
    scheduled("po_2", WEDNESDAY, 870),
]


def test_a_balance_is_the_net_of_what_is_not_paid_out(any_spark: SparkSession) -> None:
    balances = [closing(MONDAY, 970), closing(TUESDAY, 800), closing(WEDNESDAY, -70)]
    rows = built(any_spark, GOLD, {CHANGES: balances, ENRICHED: MOVEMENTS}, MONDAY, TUESDAY, WEDNESDAY)
    names = (
        "unpaid_count",
        "unpaid_charges_minor",
        "unpaid_refunds_minor",
        "unpaid_disputes_minor",
        "unpaid_other_minor",
        "unpaid_minor",
        "difference_minor",
        "status",
    )
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        (1, 970, 0, 0, 0, 970, 0, "matched"),
        (4, 970, -100, -50, -20, 800, 0, "matched"),
        (2, 0, 0, -50, -20, -70, 0, "matched"),
    ]
    assert [row["last_payout_date"] for row in rows] == [day(MONDAY), day(MONDAY), day(WEDNESDAY)]


def test_what_was_there_before_the_archive_differs(any_spark: SparkSession) -> None:
    [row] = built(any_spark, GOLD, {CHANGES: [closing(TUESDAY, 793)], ENRICHED: MOVEMENTS}, TUESDAY)
    assert figures(row, "difference_minor", "status") == {"difference_minor": -7, "status": "different"}


def test_without_automatic_payouts_nothing_can_be_compared(any_spark: SparkSession) -> None:
    other = {"account": "acct_b"}
    tables = {
        CHANGES: [closing(TUESDAY, 5, **other)],
        ENRICHED: [*MOVEMENTS, moved("txn_1", MONDAY, "charge", 9, **other)],
    }
    [row] = built(any_spark, GOLD, tables, TUESDAY)
    expected = {"unpaid_minor": 9, "last_payout_date": None, "status": "not_comparable"}
    assert figures(row, *expected) == expected


def test_what_is_paid_otherwise_rewrites_the_days_on_which_it_waits(any_spark: SparkSession) -> None:
    before = {
        CHANGES: [closing(date, 1) for date in (MONDAY, TUESDAY, WEDNESDAY, "2026-05-08", "2026-06-30")]
    }
    was, now = MOVEMENTS[1], MOVEMENTS[1] | {"payout_date": day("2026-05-08")}
    assert affected(any_spark, GOLD, {ENRICHED: [was, now]}, before) == [MONDAY, TUESDAY, WEDNESDAY]
    assert affected(any_spark, GOLD, {ENRICHED: [scheduled("po_9", TUESDAY, 1)]}, before) == [
        TUESDAY,
        WEDNESDAY,
        "2026-05-08",
    ]
    assert affected(any_spark, GOLD, {CHANGES: [closing(MONDAY, 1), closing(MONDAY, 2)]}, before) == [MONDAY]
