from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, built_apart, day, moved, payout

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

GOLD, ENRICHED, PAYOUTS = "gold.payout_reconciliation", "gold.balance_transactions_enriched", "silver.payouts"
MONDAY, TUESDAY, WEDNESDAY = "2026-05-04", "2026-05-05", "2026-05-06"
FIRST = payout("po_0", f"{MONDAY}T09:00", 5)[0]


def made(amount: int = 1000, **facts: Any) -> Row:
    return payout("po_1", f"{TUESDAY}T09:00", amount, **facts)[0]


def booked(amount: int, category: str = "payout", when: str = TUESDAY) -> Row:
    return moved(f"txn_{category}", when, category, amount, source_id="po_1")


def item(amount: int, payout_id: str = "po_1", **facts: Any) -> Row:
    return moved(
        f"txn_{payout_id}_{amount}",
        MONDAY,
        "charge",
        amount,
        payout_id=payout_id,
        payout_date=day(TUESDAY),
        **facts,
    )


def tables(payouts: list[Row], movements: list[Row]) -> Tables:
    return {PAYOUTS: [FIRST, *payouts], ENRICHED: movements}


CASES: dict[str, tuple[list[Row], list[Row], str, str | None, int | None]] = {
    "it pays what was available": ([made()], [booked(-1000), item(1030), item(-30)], "matched", None, 0),
    "money is kept in reserve": ([made(900)], [booked(-900), item(1000)], "different", "other_items", -100),
    "its movement is missing": ([made()], [item(1000)], "different", "not_booked", 0),
    "events alone are known": ([made()], [], "not_comparable", "not_booked", None),
    "another amount left": ([made()], [booked(-999), item(1000)], "different", "booked_otherwise", 0),
    "it failed and came back": (
        [made(status="failed")],
        [booked(-1000), item(1000), booked(1000, "payout_reversal", "2026-06-01")],
        "matched", None, 0,
    ),
    "it failed and did not come back": (
        [made(status="failed")], [booked(-1000), item(1000)], "different", "not_returned", 0,
    ),
    "it came back and did not fail": (
        [made()], [booked(-1000), item(1000), booked(1000, "payout_reversal")], "different", "returned", 0,
    ),
    "it was made by hand": ([made(is_automatic=False)], [booked(-1000)], "not_comparable", "manual", None),
    "an instant one that failed": (
        [made(is_automatic=False, method="instant", status="canceled")], [booked(-1000)], "different", "not_returned",
        None,
    ),
    "it takes from the bank what the balance lacks": ([made(-300)], [booked(300), item(-300)], "matched", None, 0),
    "of another currency, it is the first": (
        [made(currency="JPY")],
        [booked(-1000) | {"currency": "JPY"}, item(999, currency="JPY")],
        "not_comparable", "first", None,
    ),
    "two of one day pay it together": (
        [made(400), payout("po_2", f"{TUESDAY}T09:00", 600)[0]],
        [booked(-400), item(1000)],
        "not_comparable", "several_a_day", -600,
    ),
}  # fmt: skip


def test_a_payout_is_held_against_the_balance(any_spark: SparkSession) -> None:
    cases = {case: tables(payouts, movements) for case, (payouts, movements, *_) in CASES.items()}
    said = {
        case: [
            (row["status"], row["reason"], row["difference_minor"])
            for row in rows
            if row["payout_id"] == "po_1"
        ]
        for case, rows in built_apart(any_spark, GOLD, cases, TUESDAY).items()
    }
    assert said == {case: [tuple(expected)] for case, (_, _, *expected) in CASES.items()}


def test_another_accounts_payouts_and_movements_are_not_mixed_in(any_spark: SparkSession) -> None:
    other = {"account": "acct_b"}
    movements = [booked(-1000), item(1000), booked(-7) | other, item(7) | other]
    rows = built(any_spark, GOLD, tables([made(), made(7) | other], movements), TUESDAY)
    assert [(row["account"], row["items_minor"], row["status"], row["reason"]) for row in rows] == [
        ("acct_a", 1000, "matched", None),
        ("acct_b", 7, "not_comparable", "first"),
    ]


def test_what_changes_rewrites_the_days_of_the_payouts_that_it_is_about(any_spark: SparkSession) -> None:
    before = tables([made(), payout("po_2", f"{WEDNESDAY}T09:00", 9)[0]], [booked(-1000)])
    assert affected(any_spark, GOLD, {PAYOUTS: [made(status="failed")]}, before) == [TUESDAY, WEDNESDAY]
    back = booked(1000, "payout_reversal", "2026-05-20")
    assert affected(any_spark, GOLD, {ENRICHED: [back]}, before) == [TUESDAY]
    assert affected(any_spark, GOLD, {ENRICHED: [item(3)]}, before) == [TUESDAY]
