from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, at, built, day, figures, payout, transaction

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

GOLD = "gold.balances_daily"
MONDAY, TUESDAY, WEDNESDAY = "2026-05-04", "2026-05-05", "2026-05-06"


def tables(transactions: list[Row], *payouts: list[Row]) -> Tables:
    return {
        "silver.balance_transactions": [*transactions, *(made[1] for made in payouts)],
        "silver.payouts": [made[0] for made in payouts],
    }


def test_categories_add_up_to_the_net(any_spark: SparkSession) -> None:
    amounts = {
        "charge": 10_000, "refund": -1000, "refund_failure": 100, "dispute": -500, "dispute_reversal": 50,
        "transfer": -300, "platform_earning": 70, "fee": -20, "network_cost": -3, "other_adjustment": 7,
        "payout": -2000, "payout_reversal": 400, "climate_order_purchase": -9,
    }  # fmt: skip
    moved = [transaction(f"txn_{name}", MONDAY, name, amount, fee=1) for name, amount in amounts.items()]
    [row] = built(any_spark, GOLD, tables(moved), MONDAY)
    expected = {
        "transactions_count": 13, "charges_minor": 10_000, "refunds_minor": -900, "disputes_minor": -450,
        "transfers_minor": -300, "platform_earnings_minor": 70, "billed_fees_minor": -23, "adjustments_minor": 7,
        "payout_transactions_minor": -2000, "payout_reversals_minor": 400, "other_minor": -9,
        "amount_minor": 6795, "fees_minor": 13, "net_minor": 6782, "activity_net_minor": 8384,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_an_automatic_payout_pays_what_became_available_since_the_last(any_spark: SparkSession) -> None:
    moved = [
        transaction("txn_0", MONDAY, "charge", 5000),
        transaction("txn_1", f"{MONDAY}T12:00", "charge", 1030, fee=30),
        transaction("txn_2", f"{MONDAY}T12:00", "charge", 700, available_at=at(f"{TUESDAY}T09:00")),
        transaction("txn_3", f"{MONDAY}T12:00", "charge", 900, available_at=at(f"{TUESDAY}T09:01")),
        transaction("txn_4", f"{TUESDAY}T08:00", "refund", -200),
    ]
    rows = built(
        any_spark,
        GOLD,
        tables(moved, payout("po_1", f"{MONDAY}T09:00", 5000), payout("po_2", f"{TUESDAY}T09:00", 1500)),
        MONDAY,
        TUESDAY,
    )
    names = (
        "automatic_payouts_minor",
        "payout_difference_minor",
        "payable_minor",
        "payable_difference_minor",
    )
    assert [tuple(row[name] for name in names) for row in rows] == [(5000, 0, None, None), (1500, 0, 1500, 0)]


def test_money_that_was_not_paid_out_shows(any_spark: SparkSession) -> None:
    moved = [transaction("txn_1", f"{MONDAY}T12:00", "charge", 1000)]
    payouts = (payout("po_1", f"{MONDAY}T09:00", 1), payout("po_2", f"{TUESDAY}T09:00", 800))
    [row] = built(any_spark, GOLD, tables(moved, *payouts), TUESDAY)
    assert figures(row, "payable_minor", "payable_difference_minor") == {
        "payable_minor": 1000,
        "payable_difference_minor": -200,
    }


def test_a_payout_by_hand_leaves_less_for_the_next_automatic_one(any_spark: SparkSession) -> None:
    moved = [transaction("txn_1", f"{MONDAY}T12:00", "charge", 1000)]
    payouts = (
        payout("po_1", f"{MONDAY}T09:00", 1),
        payout("po_2", f"{MONDAY}T15:00", 300, is_automatic=False),
        payout("po_3", f"{TUESDAY}T09:00", 700),
    )
    monday, tuesday = built(any_spark, GOLD, tables(moved, *payouts), MONDAY, TUESDAY)
    assert figures(monday, "payouts_count", "automatic_payouts_count", "payouts_minor") == {
        "payouts_count": 2,
        "automatic_payouts_count": 1,
        "payouts_minor": 301,
    }
    assert figures(tuesday, "payable_minor", "payable_difference_minor") == {
        "payable_minor": 700,
        "payable_difference_minor": 0,
    }


def test_a_payout_without_its_transaction_shows(any_spark: SparkSession) -> None:
    made, _ = payout("po_1", MONDAY, 800, status="failed")
    found = {
        "silver.payouts": [made],
        "silver.balance_transactions": [transaction("txn_1", MONDAY, "charge", 5)],
    }
    [row] = built(any_spark, GOLD, found, MONDAY)
    expected = {"payout_difference_minor": 800, "failed_payouts_count": 1, "failed_payouts_minor": 800}
    assert figures(row, *expected) == expected


def test_payouts_alone_cannot_be_compared(any_spark: SparkSession) -> None:
    made, _ = payout("po_1", MONDAY, 800)
    [row] = built(any_spark, GOLD, {"silver.payouts": [made]}, MONDAY)
    expected = {"payouts_minor": 800, "payout_difference_minor": None, "payable_minor": None}
    assert figures(row, *expected) == expected


def test_two_currencies_of_an_account_are_two_balances(any_spark: SparkSession) -> None:
    def both(currency: str, amount: int) -> tuple[list[Row], list[list[Row]]]:
        moved = [transaction(f"txn_{currency}", f"{MONDAY}T12:00", "charge", amount, currency=currency)]
        paid = [
            payout(f"po_1{currency}", f"{MONDAY}T09:00", 1, currency=currency),
            payout(f"po_2{currency}", f"{TUESDAY}T09:00", amount, currency=currency),
        ]
        return moved, paid

    (yen, yen_paid), (dinar, dinar_paid) = both("JPY", 1500), both("KWD", 12_340)
    rows = built(any_spark, GOLD, tables([*yen, *dinar], *yen_paid, *dinar_paid), TUESDAY)
    assert [(row["currency"], row["payable_minor"], row["payable_difference_minor"]) for row in rows] == [
        ("JPY", 1500, 0),
        ("KWD", 12_340, 0),
    ]


def test_a_late_transaction_rewrites_its_day_and_that_of_the_payout_it_feeds(any_spark: SparkSession) -> None:
    before = tables(
        [], *(payout(f"po_{date}", f"{date}T09:00", 10) for date in (MONDAY, WEDNESDAY, "2026-05-08"))
    )
    late = {
        "silver.balance_transactions": [
            transaction("txn_1", f"{MONDAY}T12:00", "charge", 5, available_at=at(TUESDAY))
        ]
    }
    assert affected(any_spark, GOLD, late, before) == [MONDAY, WEDNESDAY]


def test_a_late_payout_rewrites_its_day_and_the_next_payouts(any_spark: SparkSession) -> None:
    before = tables([], payout("po_1", f"{MONDAY}T09:00", 10), payout("po_3", f"{WEDNESDAY}T09:00", 10))
    late = tables([], payout("po_2", f"{TUESDAY}T09:00", 10))
    assert affected(any_spark, GOLD, late, before) == [TUESDAY, WEDNESDAY]


def test_days_built_apart_are_the_same_as_built_together(any_spark: SparkSession) -> None:
    days = [f"2026-0{month}-{date:02}" for month in (1, 3) for date in (5, 6, 7)]
    moved = [transaction(f"txn_{date}", f"{date}T10:00", "charge", 100) for date in days]
    found = tables(moved, *(payout(f"po_{date}", f"{date}T12:00", 100) for date in days))
    together = built(any_spark, GOLD, found, *days)
    assert [row["payable_minor"] for row in together] == [None, 100, 100, None, 100, 100]
    assert built(any_spark, GOLD, found, days[1], days[4]) == [
        row for row in together if row["date"] in (day(days[1]), day(days[4]))
    ]
