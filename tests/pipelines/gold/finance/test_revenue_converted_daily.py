"""gold.exchange_rates_daily and gold.revenue_converted_daily, worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.gold.finance import exchange_rates_daily, revenue_converted_daily
from pipelines.gold.shared.rates import Rates
from tests.pipelines.gold.silver_rows import affected, built, day, figures, frames

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

RATES, GOLD = exchange_rates_daily.TABLE.name, revenue_converted_daily.TABLE.name
REVENUE, BALANCES = "gold.revenue_daily", "gold.balance_change_daily"
FRIDAY, SUNDAY, LATER = "2026-05-01", "2026-05-03", "2026-05-20"
EUROS = Rates(
    "EUR", "file mine.csv", b"date,currency,to,rate\n2026-05-01,USD,EUR,0.85\n2026-05-01,JPY,EUR,0.0061\n"
)


def booked(when: str, currency: str = "USD", **facts: Any) -> Row:
    return {"account": "acct_a", "currency": currency, "date": day(when), "payouts_net_minor": 0} | facts


def earned(when: str, gross: int, fees: int = 0, currency: str = "USD", **facts: Any) -> Row:
    nothing = dict.fromkeys(
        ("refunds_minor", "disputes_minor", "platform_earnings_minor", "transferred_minor"), 0
    )
    return booked(
        when, currency, revenue_type="one_time", charges_count=1, gross_minor=gross, fees_minor=fees
    ) | (nothing | facts)


def rate_of(currency: str, minor_rate: str | None, when: str = FRIDAY, to: str = "EUR", **facts: Any) -> Row:
    told = {"rate": None if minor_rate is None else 0.5, "minor_rate": minor_rate}
    return {"currency": currency, "date": day(when), "reporting_currency": to} | told | facts


def rates_of(spark: SparkSession, given: Rates, *rows: Row) -> list[Row]:
    now = frames(spark, RATES, {BALANCES: rows})
    found = exchange_rates_daily.RECIPE.days(now, [FRIDAY, SUNDAY, LATER], given).collect()
    return sorted((row.asDict() for row in found), key=lambda row: (row["currency"], row["date"]))


def test_each_currency_and_day_has_its_rate_and_where_that_is_from(any_spark: SparkSession) -> None:
    rows = [
        booked(FRIDAY),
        booked(FRIDAY, account="acct_b"),
        booked(SUNDAY, "JPY"),
        booked(LATER),
        booked(SUNDAY, "EUR"),
    ]
    found = rates_of(any_spark, EUROS, *rows)
    names = ("currency", "date", "rate", "minor_rate", "rate_date", "rate_source")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("EUR", day(SUNDAY), 1.0, "1.000000000000", day(SUNDAY), "same"),
        ("JPY", day(SUNDAY), 0.0061, "0.610000000000", day(FRIDAY), "file mine.csv"),
        ("USD", day(FRIDAY), 0.85, "0.850000000000", day(FRIDAY), "file mine.csv"),
        ("USD", day(LATER), None, None, None, None),
    ]  # fmt: skip


def test_without_a_reporting_currency_there_is_nothing(any_spark: SparkSession) -> None:
    assert rates_of(any_spark, Rates(), booked(FRIDAY)) == []
    assert built(any_spark, GOLD, {REVENUE: [earned(FRIDAY, 100)], BALANCES: [booked(FRIDAY)]}, FRIDAY) == []


CASES: dict[str, tuple[int, str, int]] = {
    "dollars to euros": (1001, "0.850000000000", 851),
    "a half goes up": (10, "0.850000000000", 9),
    "and down below zero": (-10, "0.850000000000", -9),
    "yen, which have no minor unit, to cents": (1000, "0.610000000000", 610),
    "cents to yen": (1999, "1.639344262295", 3277),
    "fils, of which a dinar has 1000, to cents": (12345, "0.291000000000", 3592),
    "a year's sum of a bank": (123_456_789_012_345, "0.850000000001", 104_938_270_660_617),
}


@pytest.mark.parametrize("case", CASES)
def test_amounts_are_converted_to_the_last_minor_unit(any_spark: SparkSession, case: str) -> None:
    amount, minor_rate, expected = CASES[case]
    tables: Tables = {
        REVENUE: [earned(FRIDAY, amount)], BALANCES: [booked(FRIDAY)], RATES: [rate_of("USD", minor_rate)],
    }  # fmt: skip
    [row] = built(any_spark, GOLD, tables, FRIDAY)
    assert figures(row, "gross_minor", "booked_gross_minor") == {
        "gross_minor": expected,
        "booked_gross_minor": amount,
    }


def test_the_sum_of_a_day_is_converted_and_totals_are_sums_of_parts(any_spark: SparkSession) -> None:
    tables: Tables = {
        REVENUE: [
            earned(FRIDAY, 1, refunds_minor=-1),
            earned(FRIDAY, 2, 1, revenue_type="subscription", disputes_minor=-1),
            earned(FRIDAY, 100, account="acct_b"),
            earned(FRIDAY, 100, currency="JPY"),
        ],
        BALANCES: [booked(FRIDAY, payouts_net_minor=-3), booked(SUNDAY, payouts_net_minor=-8)],
        RATES: [rate_of("USD", "0.500000000000"), rate_of("USD", "0.250000000000", SUNDAY), rate_of("JPY", None)],
    }  # fmt: skip
    names = (
        "account", "currency", "booked_currency", "charges_count", "gross_minor", "refunds_minor", "disputes_minor",
        "fees_minor", "net_revenue_minor", "booked_net_revenue_minor", "payouts_net_minor", "booked_payouts_net_minor",
    )  # fmt: skip
    assert [tuple(row[name] for name in names) for row in built(any_spark, GOLD, tables, FRIDAY, SUNDAY)] == [
        ("acct_a", "EUR", "JPY", 1, None, None, None, None, None, 100, None, 0),
        ("acct_a", "EUR", "USD", 2, 2, -1, -1, 1, -1, 0, -2, -3),
        ("acct_a", "EUR", "USD", 0, 0, 0, 0, 0, 0, 0, -2, -8),
        ("acct_b", "EUR", "USD", 1, 50, 0, 0, 0, 50, 100, 0, 0),
    ]  # fmt: skip


def test_days_of_other_amounts_and_of_other_rates_are_made_anew(any_spark: SparkSession) -> None:
    changed: Tables = {
        REVENUE: [earned(FRIDAY, 1)],
        BALANCES: [booked(SUNDAY, payouts_net_minor=-1), booked(LATER), booked(LATER, opening_minor=1)],
        RATES: [rate_of("USD", "0.5", "2026-05-04"), rate_of("JPY", "0.5", LATER), rate_of("JPY", "0.5", LATER)],
    }  # fmt: skip
    assert affected(any_spark, GOLD, changed) == [FRIDAY, SUNDAY, "2026-05-04"]
    assert affected(any_spark, RATES, {BALANCES: [booked(FRIDAY), booked(LATER), booked(LATER)]}) == [FRIDAY]
