from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, at, built, created, day, figures, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

GOLD, DAILY, ENRICHED = (
    "gold.balance_change_daily", "gold.balances_daily", "gold.balance_transactions_enriched",
)  # fmt: skip
MONDAY, TUESDAY, THURSDAY = "2026-05-04", "2026-05-05", "2026-05-07"


def daily(when: str, charges: int = 0, fees: int = 0, payouts: int = 0, **facts: Any) -> Row:
    """A row of gold.balances_daily: charges, their fees, and payouts, positive for paid out."""
    parts = dict.fromkeys(
        ("refunds_minor", "disputes_minor", "transfers_minor", "platform_earnings_minor", "billed_fees_minor",
         "adjustments_minor", "other_minor", "payout_reversals_minor"), 0,
    )  # fmt: skip
    return created(when) | parts | {
        "date": day(when), "transactions_count": 1, "charges_minor": charges, "payout_transactions_minor": -payouts,
        "amount_minor": charges - payouts, "fees_minor": fees, "net_minor": charges - fees - payouts,
        "activity_net_minor": charges - fees,
    } | facts  # fmt: skip


def test_a_day_opens_with_what_the_one_before_closed_with(any_spark: SparkSession) -> None:
    tables = {
        DAILY: [
            daily(MONDAY, 1000, fees=30),
            daily(TUESDAY, 500, fees=15, payouts=970),
            daily(THURSDAY, payouts=485),
            daily(TUESDAY, 7, currency="JPY"),
            daily(THURSDAY, 9, account="acct_b"),
        ]
    }
    names = (
        "opening_minor",
        "activity_minor",
        "activity_fees_minor",
        "activity_net_minor",
        "payouts_net_minor",
        "closing_minor",
    )
    rows = built(any_spark, GOLD, tables, MONDAY, TUESDAY, THURSDAY)
    assert [(row["account"], row["currency"], *(row[name] for name in names)) for row in rows] == [
        ("acct_a", "JPY", 0, 7, 0, 7, 0, 7),
        ("acct_a", "USD", 0, 1000, 30, 970, 0, 970),
        ("acct_a", "USD", 970, 500, 15, 485, -970, 485),
        ("acct_a", "USD", 485, 0, 0, 0, -485, 0),
        ("acct_b", "USD", 0, 9, 0, 9, 0, 9),
    ]
    assert built(any_spark, GOLD, tables, THURSDAY) == [rows[3], rows[4]]


def test_a_day_of_payouts_without_a_movement_is_none(any_spark: SparkSession) -> None:
    tables = {DAILY: [daily(MONDAY, transactions_count=0, payouts_count=3)]}
    assert built(any_spark, GOLD, tables, MONDAY) == []


def test_money_is_pending_until_the_day_on_which_it_can_be_paid_out(any_spark: SparkSession) -> None:
    tables = {
        DAILY: [daily(MONDAY, 1110), daily(TUESDAY, 1), daily(THURSDAY, 1, payouts=100)],
        ENRICHED: [
            moved("txn_1", f"{MONDAY}T10:00", "charge", 1000, available_at=at(THURSDAY)),
            moved("txn_2", f"{MONDAY}T10:00", "charge", 100, available_at=at(TUESDAY)),
            moved("txn_3", f"{MONDAY}T10:00", "charge", 10),
            moved("txn_4", f"{THURSDAY}T10:00", "payout", -100, available_at=at("2026-05-09")),
        ],
    }
    names = ("closing_minor", "closing_available_minor", "closing_pending_minor")
    rows = built(any_spark, GOLD, tables, MONDAY, TUESDAY, THURSDAY)
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        (1110, 10, 1100),
        (1111, 111, 1000),
        (1012, 1012, 0),
    ]


def test_a_correction_moves_all_later_balances_and_no_earlier_one(any_spark: SparkSession) -> None:
    before: Tables = {DAILY: [daily(MONDAY, 1), daily(TUESDAY, 1), daily(THURSDAY, 1, account="acct_b")]}
    late = {DAILY: [daily(TUESDAY, 1), daily(TUESDAY, 2)]}
    assert affected(any_spark, GOLD, late, before) == [TUESDAY, THURSDAY]
    same = {DAILY: [daily(MONDAY, 1, payouts_count=1), daily(MONDAY, 1)]}
    assert affected(any_spark, GOLD, same, before) == []
    due = moved("txn_1", TUESDAY, "charge", 1)
    later = {ENRICHED: [due, due | {"available_at": at(THURSDAY)}]}
    assert affected(any_spark, GOLD, later, before) == [TUESDAY, THURSDAY]
