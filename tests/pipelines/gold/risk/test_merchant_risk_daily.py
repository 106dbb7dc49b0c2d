# ruff: noqa: E501 - one case a line
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.gold.risk.merchant_risk_daily import PARTS
from tests.pipelines.gold.silver_rows import affected, at, built, charge, day, figures, refund

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

GOLD = "gold.merchant_risk_daily"
PAYMENTS, DISPUTES, BALANCES = "gold.payments_daily", "gold.disputes_daily", "gold.balance_change_daily"
# 28 days end on 31 May, 28 more before them on 3 May.
LAST = "2026-05-31"


def row(name: str, date: str, **facts: Any) -> Row:
    counts = {column.name: 0 for column in all_tables()[name].columns if column.type == "bigint"}
    return counts | {"account": "acct_a", "currency": "USD", "date": day(date)} | facts


def sold(date: str, number: int, minor: int, **facts: Any) -> Row:
    return row(PAYMENTS, date, captured_count=number, captured_minor=minor, **facts)


def disputed(date: str, number: int, network: str = "visa", **facts: Any) -> Row:
    return row(
        DISPUTES, date, network=network, chargebacks_count=number, chargebacks_minor=number * 10, **facts
    )


def on(spark: SparkSession, tables: Tables, *days: str) -> list[Row]:
    return built(spark, GOLD, tables, *(days or (LAST,)))


def points(found: Row) -> dict[str, int]:
    return {name: found[f"{name}_points"] for name in PARTS if found[f"{name}_points"]}


def test_four_weeks_and_those_before_are_added_up(any_spark: SparkSession) -> None:
    tables = {
        PAYMENTS: [
            sold("2026-04-05", 9, 900), sold("2026-04-06", 10, 1000), sold("2026-05-03", 20, 2000),
            sold("2026-05-04", 30, 3000), sold("2026-05-24", 1, 100, refunded_minor=9), sold("2026-05-25", 7, 4000), sold(LAST, 2, 200),
            sold("2026-06-01", 9, 900),
        ],
        DISPUTES: [disputed("2026-05-03", 1), disputed("2026-05-04", 2), disputed(LAST, 3, "amex", early_fraud_warnings_count=4)],
        BALANCES: [row(BALANCES, "2026-05-20", closing_minor=-50), row(BALANCES, "2026-05-30", closing_minor=-70), row(BALANCES, "2026-06-02", closing_minor=1)],
        "silver.charges": [charge("ch_1", "2026-04-01"), charge("ch_2", "2026-04-01", is_captured=False)],
        "silver.refunds": [
            refund("re_1", "ch_1", "2026-05-03", 11), refund("re_2", "ch_1", "2026-05-04", 22), refund("re_3", "ch_1", LAST, 33),
            refund("re_4", "ch_1", LAST, 500, status="failed"), refund("re_5", "ch_2", LAST, 500),
        ],
        "silver.accounts": [{"account": "p", "account_id": "acct_a", "created_date": day("2026-04-01"), "created_at": at("2026-04-01")}],
    }  # fmt: skip
    [found] = on(any_spark, tables)
    expected = {
        "account": "acct_a", "currency": "USD", "date": day(LAST), "captured_count": 40, "captured_minor": 7300,
        "captured_before_count": 30, "captured_before_minor": 3000, "week_captured_minor": 4200, "largest_day_minor": 4000,
        "refunded_minor": 55, "refunded_before_minor": 11, "chargebacks_count": 5, "chargebacks_before_count": 1,
        "chargebacks_minor": 50, "early_fraud_warnings_count": 4, "closing_minor": -70, "negative_minor": 70, "age_days": 60,
        # 12.5 % of payments disputed; 3.75 times as often as before; the last week 4.06 of a mean one of before;
        # 0.96 % owed of what is captured: 1.9 of 20; 120 of 150 days young: 4 of 5; 54.8 % on one day: 2.98 of 5;
        # 0.75 % refunded, 2.05 times as much as before: 2.6 of 5.
        "dispute_points": 25, "dispute_trend_points": 10, "refund_points": 0, "refund_trend_points": 2, "volume_points": 15,
        "negative_balance_points": 1, "age_points": 4, "concentration_points": 2, "risk_score": 59,
    }  # fmt: skip
    assert figures(found, *expected) == expected


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param({PAYMENTS: [sold(f"2026-05-{n:02}", 100, 1000) for n in range(4, 32)]}, {}, id="steady"),
        pytest.param({PAYMENTS: [sold("2026-05-04", 1000, 1000)], DISPUTES: [disputed(LAST, 3)]}, {"dispute_trend": 0, "concentration": 5}, id="three of a thousand, nothing before"),
        pytest.param({DISPUTES: [disputed(LAST, 3)], BALANCES: [row(BALANCES, LAST, closing_minor=-1)]}, {"negative_balance": 20}, id="nothing captured and in debt"),
        pytest.param({DISPUTES: [disputed(LAST, 3)], BALANCES: [row(BALANCES, LAST, closing_minor=5)]}, {}, id="nothing captured"),
    ],
)  # fmt: skip
def test_what_is_not_known_gives_no_points(
    spark: SparkSession, tables: Tables, expected: dict[str, int]
) -> None:
    [found] = on(spark, tables)
    assert points(found) == {name: of for name, of in expected.items() if of}
    assert found["age_days"] is None
    assert found["risk_score"] == sum(points(found).values())


def test_the_weights_make_a_hundred() -> None:
    assert sum(part.most for part in PARTS.values()) == 100


def test_accounts_and_currencies_stand_each_for_itself(any_spark: SparkSession) -> None:
    tables = {
        PAYMENTS: [
            sold(LAST, 1, 1000),
            sold(LAST, 2, 5000, currency="JPY"),
            sold("2026-05-01", 3, 7, account="acct_b"),
        ],
        DISPUTES: [disputed(LAST, 1, currency="JPY"), disputed(LAST, 0, "amex", currency="EUR")],
    }
    found = on(any_spark, tables, "2026-05-30", LAST)
    assert [
        (r["account"], r["currency"], str(r["date"]), r["captured_minor"], r["captured_before_minor"])
        for r in found
    ] == [
        ("acct_a", "JPY", LAST, 5000, 0),
        ("acct_a", "USD", LAST, 1000, 0),
        ("acct_b", "USD", "2026-05-30", 0, 7),
        ("acct_b", "USD", LAST, 0, 7),
    ]
    each = [r for date in ("2026-05-30", LAST) for r in on(any_spark, tables, date)]
    assert sorted(map(str, each)) == sorted(map(str, found))


def test_a_changed_day_rewrites_the_eight_weeks_after_it_as_far_as_there_are_days(
    any_spark: SparkSession,
) -> None:
    before = {PAYMENTS: [sold("2026-01-01", 1, 1), sold("2026-03-10", 1, 1)]}
    late = affected(any_spark, GOLD, {DISPUTES: [disputed("2026-02-20", 1)]}, before)
    assert (late[0], late[-1], len(late)) == ("2026-02-20", "2026-03-10", 19)
    new = affected(any_spark, GOLD, {PAYMENTS: [sold("2026-03-13", 1, 1)]}, before)
    assert new == ["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"]
    known = before | {"silver.refunds": [refund("re_1", "ch_1", "2026-03-09")]}
    assert (
        affected(any_spark, GOLD, {"silver.charges": [charge("ch_1", "2026-02-01")]}, known)[0]
        == "2026-03-09"
    )
    moved = {"silver.accounts": [{"account": "p", "account_id": "acct_a", "created_date": day("2025-12-01")}]}
    assert len(affected(any_spark, GOLD, moved, before)) == 57
    same = {PAYMENTS: [sold("2026-01-01", 1, 1, failed_count=n) for n in (0, 1)]}
    assert affected(any_spark, GOLD, same, before) == []
