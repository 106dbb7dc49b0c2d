"""gold.settlement_reconciliation, worked out by hand: lines of files on one side, the ledger on the other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipelines.gold.finance.settlement_reconciliation import figures as figures_of
from pipelines.gold.shared.reconciled import GROWTH, JUDGED
from tests.pipelines.gold.silver_rows import (
    affected,
    built,
    built_apart,
    created,
    day,
    figures,
    frame,
    moved,
    together,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

    from pipelines.lakehouse import Lakehouse

GOLD, LINES, ENRICHED = (
    "gold.settlement_reconciliation",
    "silver.settlement_lines",
    "gold.balance_transactions_enriched",
)
MONDAY, TUESDAY = "2026-05-04", "2026-05-05"


def line(transaction_id: str, when: str, amount: int, fee: int = 0, **facts: Any) -> Row:
    """A line of a file about one movement."""
    return created(when) | {
        "settlement_line_id": transaction_id, "balance_transaction_id": transaction_id,
        "record_id": f"rec_{transaction_id}",
        "amount_minor": amount, "fee_minor": fee, "net_minor": amount - fee, "reporting_category": "charge",
    } | facts  # fmt: skip


def told(when: str, **facts: Any) -> Row:
    return line(f"txn_{when}", when, 1, **facts)


def booked(when: str, **facts: Any) -> Row:
    return moved(f"txn_{when}", when, "charge", 1, **facts)


AROUND = ("2026-05-01", "2026-05-09")
BOTH: Tables = {LINES: [told(when) for when in AROUND], ENRICHED: [booked(when) for when in AROUND]}
"""Both sides have something before and after Monday."""


def rows_of(spark: SparkSession, *tables: Tables, days: tuple[str, ...] = (MONDAY, TUESDAY)) -> list[Row]:
    return built(spark, GOLD, together(*tables), *days)


CHARGE = moved("txn_1", MONDAY, "charge", 1000, 59)
CASES: dict[str, tuple[Tables, str | None, int | None]] = {
    "a movement that both tell alike": ({LINES: [line("txn_1", MONDAY, 1000, 59)], ENRICHED: [CHARGE]}, "matched", 0),
    "a line that the ledger lacks": ({LINES: [line("txn_1", MONDAY, 1000, 59)]}, "missing_transaction", None),
    "a movement that the files lack": ({ENRICHED: [CHARGE]}, "missing_line", None),
    "a payout, which some reports leave out": ({ENRICHED: [moved("txn_1", MONDAY, "payout", -1000)]}, None, None),
    "a payout that one tells": (
        {LINES: [line("txn_1", MONDAY, -1000)], ENRICHED: [moved("txn_1", MONDAY, "payout", -1000)]}, "matched", 0,
    ),
    "another net amount": ({LINES: [line("txn_1", MONDAY, 1000, 60)], ENRICHED: [CHARGE]}, "other_amount", 1),
    "another gross amount with the same net": (
        {LINES: [line("txn_1", MONDAY, 1001, 60)], ENRICHED: [CHARGE]}, "other_amount", 0,
    ),
    "a line that is told twice": (
        {
            LINES: [line("txn_1", MONDAY, 1000, 59), line("txn_1", MONDAY, 1000, 59, settlement_line_id="copy")],
            ENRICHED: [CHARGE],
        },
        "other_amount", -941,
    ),
    "a movement told in parts": (
        {
            LINES: [line("txn_1", MONDAY, 1000), line("txn_1", MONDAY, 0, 59, settlement_line_id="fee")],
            ENRICHED: [CHARGE],
        },
        "matched", 0,
    ),
    "the next day, as in another time zone": (
        {LINES: [line("txn_1", TUESDAY, 1000, 59)], ENRICHED: [CHARGE]}, "matched", 0,
    ),
    "two days later": ({LINES: [line("txn_1", "2026-05-06", 1000, 59)], ENRICHED: [CHARGE]}, "other_day", 0),
    "another payout": (
        {
            LINES: [line("txn_1", MONDAY, 1000, 59, payout_id="po_1")],
            ENRICHED: [CHARGE | {"payout_id": "po_2", "payout_date": day(TUESDAY)}],
        },
        "other_payout", 0,
    ),
    "a payout that only the file knows": (
        {LINES: [line("txn_1", MONDAY, 1000, 59, payout_id="po_1")], ENRICHED: [CHARGE]}, "matched", 0,
    ),
    "yen that the file calls dollars": (
        {LINES: [line("txn_1", MONDAY, 1000, 59)], ENRICHED: [CHARGE | {"currency": "JPY"}]}, "other_currency", None,
    ),
    "parts in two currencies": (
        {
            LINES: [
                line("txn_1", MONDAY, 1000, 59),
                line("txn_1", MONDAY, 5, settlement_line_id="yen", currency="JPY"),
            ],
            ENRICHED: [CHARGE],
        },
        "other_currency", None,
    ),
    "the same id in another account": (
        {LINES: [line("txn_1", MONDAY, 1000, 59, account="acct_b")], ENRICHED: [CHARGE]}, "missing_line", None,
    ),
}  # fmt: skip


def test_each_line_is_held_against_its_movement(any_spark: SparkSession) -> None:
    cases = {case: together(BOTH, tables) for case, (tables, _, _) in CASES.items()}
    said = {
        case: [(row["status"], row["difference_minor"]) for row in rows if row["account"] == "acct_a"]
        for case, rows in built_apart(any_spark, GOLD, cases, MONDAY, TUESDAY).items()
    }
    assert said == {
        case: [(status, difference)] if status else [] for case, (_, status, difference) in CASES.items()
    }


def test_an_unmatched_row_leads_to_its_records(any_spark: SparkSession) -> None:
    [row] = rows_of(any_spark, BOTH, {LINES: [line("txn_1", MONDAY, 1000, 59)]})
    assert figures(row, "record_id", "settlement_line_id", "lines_count", "line_date", "told_net_minor") == {
        "record_id": "rec_txn_1", "settlement_line_id": "txn_1", "lines_count": 1, "line_date": day(MONDAY),
        "told_net_minor": 941,
    }  # fmt: skip


def test_without_files_nothing_is_missing(any_spark: SparkSession) -> None:
    assert rows_of(any_spark, {ENRICHED: [*BOTH[ENRICHED], CHARGE]}, days=(MONDAY, *AROUND)) == []


COVERAGE: dict[str, tuple[Tables, list[str]]] = {
    "files of March and May say nothing of April": (
        {LINES: [told("2026-03-31"), told("2026-05-01")], ENRICHED: [booked("2026-04-15")]}, [],
    ),
    "nor do files of another currency": (
        {
            LINES: [told(when, currency="JPY") for when in ("2026-04-14", "2026-04-18")],
            ENRICHED: [booked("2026-04-15")],
        },
        [],
    ),
    "the first day of a file may be half of it": (
        {
            LINES: [told("2026-04-15"), told("2026-04-18")],
            ENRICHED: [booked("2026-04-15"), booked("2026-04-15", balance_transaction_id="txn_1")],
        },
        ["matched"],
    ),
    "between two lines of a week it counts": (
        {LINES: [told("2026-04-14"), told("2026-04-18")], ENRICHED: [booked("2026-04-15")]}, ["missing_line"],
    ),
    "a line of before the ledger begins": (
        {LINES: [told("2026-04-15")], ENRICHED: [booked("2026-04-16"), booked("2026-04-18")]}, ["not_comparable"],
    ),
    "a line of an account without a ledger": ({LINES: [told("2026-04-15")]}, ["not_comparable"]),
    "a line that is younger than the ledger's end by too little": (
        {LINES: [told("2026-04-15")], ENRICHED: [booked("2026-04-14"), booked("2026-04-17")]}, ["open"],
    ),
    "a line that is old enough": (
        {LINES: [told("2026-04-15")], ENRICHED: [booked("2026-04-14"), booked("2026-04-18")]}, ["missing_transaction"],
    ),
}  # fmt: skip


def test_only_what_both_sides_cover_is_missing(any_spark: SparkSession) -> None:
    cases = {case: tables for case, (tables, _) in COVERAGE.items()}
    found = built_apart(any_spark, GOLD, cases, "2026-04-15")
    said = {case: [row["status"] for row in rows] for case, rows in found.items()}
    assert said == {case: expected for case, (_, expected) in COVERAGE.items()}


def test_sides_that_are_months_apart_are_missing_from_each_other(any_spark: SparkSession) -> None:
    far = "2026-07-15"
    there: Tables = {
        LINES: [told("2026-07-13"), told("2026-07-19"), line("txn_1", far, 1000)],
        ENRICHED: [booked("2026-07-13"), booked("2026-07-19"), moved("txn_1", MONDAY, "charge", 1000)],
    }
    found = rows_of(any_spark, BOTH, there, days=(MONDAY, far))
    assert [(row["date"], row["status"]) for row in found] == [
        (day(MONDAY), "missing_line"),
        (day(far), "missing_transaction"),
    ]


def test_a_line_rewrites_its_day_its_movements_and_those_that_it_covers(any_spark: SparkSession) -> None:
    before: Tables = {ENRICHED: [moved("txn_1", "2026-04-10", "charge", 1000)]}
    found = affected(any_spark, GOLD, {LINES: [line("txn_1", MONDAY, 1000)]}, before)
    covered = [str(day(MONDAY) + timedelta(n)) for n in range(-10, 8)]
    assert found == ["2026-04-10", *covered]


def test_a_movement_rewrites_the_days_of_its_lines(any_spark: SparkSession) -> None:
    before: Tables = {LINES: [line("txn_1", "2026-04-10", 1000)]}
    found = affected(any_spark, GOLD, {ENRICHED: [moved("txn_1", MONDAY, "charge", 1000)]}, before)
    assert {"2026-04-10", MONDAY} <= set(found)


def test_a_movement_that_did_not_change_rewrites_nothing(any_spark: SparkSession) -> None:
    same = moved("txn_1", MONDAY, "charge", 1000)
    assert affected(any_spark, GOLD, {ENRICHED: [same, same | {"customer_id": "cus_1"}]}) == []


def test_a_batch_is_judged_by_its_share_of_unmatched_rows(lake: Lakehouse) -> None:
    kept = {"account": "a", "date": day(MONDAY), "currency": "USD", "lines_count": 0}
    statuses = ["matched", "missing_line", "other_payout", "open", "not_comparable"]
    rows = [kept | {"balance_transaction_id": status, "status": status} for status in statuses]
    assert figures_of(lake, frame(lake.spark, GOLD, rows)).values == {JUDGED: 3, GROWTH: None}
