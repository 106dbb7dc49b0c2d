# ruff: noqa: E501 - one case a line

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.gold.risk.network_monitoring_monthly import Place, build
from pipelines.gold.shared.programmes import card_networks
from tests.pipelines.gold.silver_rows import affected, day, figures, frames

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row, Tables

GOLD = "gold.network_monitoring_monthly"
DAILY, DISPUTES, ATTEMPTS = "gold.disputes_daily", "gold.disputes_enriched", "gold.authorizations_daily"
ALERTS = "gold.card_testing_alerts"
APRIL, MAY = "2026-04-01", "2026-05-01"


def zeros(name: str, date: str, facts: dict[str, Any]) -> Row:
    counts = {column.name: 0 for column in all_tables()[name].columns if column.type == "bigint"}
    return counts | {"account": "shop", "currency": "USD", "date": day(date)} | facts


def daily(date: str, network: str = "visa", **facts: Any) -> Row:
    return zeros(DAILY, date, {"network": network} | facts)


def sold(date: str, number: int, network: str = "visa", **facts: Any) -> Row:
    """Payments of a day, all without the card at hand."""
    counted = {"cohort_captured_count": number, "cohort_card_not_present_count": number}
    return daily(date, network, **counted, **facts)


def warned(date: str, number: int, minor: int = 0, **facts: Any) -> Row:
    counted = {"card_not_present_early_fraud_warnings_count": number}
    return daily(date, **counted, card_not_present_early_fraud_warnings_minor=minor, **facts)


def chargebacks(
    date: str, number: int, network: str = "mastercard", minor: int = 100, **facts: Any
) -> list[Row]:
    made = {
        "kind": "chargeback", "network": network, "is_card_not_present": True, "network_reason_code": "none",
        "reason": "fraudulent", "amount_minor": minor,
    }  # fmt: skip
    return [zeros(DISPUTES, date, made | {"dispute_id": f"dp_{date}_{n}"} | facts) for n in range(number)]


def lines(spark: SparkSession, tables: Tables, *months: str, at: Place | None = None, **of: str) -> list[Row]:
    """The rows of some months, of a programme and level; of a shop in the United States, unless told otherwise."""
    home = at or Place(card_networks(), "US")
    rows = [row.asDict() for row in build(frames(spark, GOLD, tables), months or (APRIL,), home).collect()]
    found = [row for row in rows if all(row[name] == value for name, value in of.items())]
    return sorted(
        found, key=lambda row: (row["account"], row["date"], row["programme"], row["limit_rate"] or 0)
    )


def line(
    spark: SparkSession, daily: Sequence[Row], programme: str = "VAMP", level: str = "excessive", **more: Any
) -> Row:
    tables = {DAILY: daily, **more}
    [row] = lines(spark, tables, programme=programme, level=level, applies_to="merchant")
    return row


END = daily("2026-04-30", "amex")
"""A day with nothing to count makes the month complete."""


def test_the_month_of_a_merchant_with_every_line_of_visa(any_spark: SparkSession) -> None:
    tables = {
        DAILY: [sold(APRIL, 60_000), sold("2026-04-02", 40_000, currency="JPY"), warned("2026-04-20", 1450, 9_000_000), END],
        DISPUTES: [
            *chargebacks("2026-04-10", 30, "visa"),
            *chargebacks("2026-04-21", 20, "visa", currency="JPY", account="shop"),
            *chargebacks("2026-04-09", 7, "visa", is_card_not_present=False),
            *chargebacks("2026-04-08", 7, "visa", kind="inquiry"),
        ],
        ATTEMPTS: [zeros(ATTEMPTS, APRIL, {"network": "visa", "attempts_count": 200_000})],
    }  # fmt: skip
    rows = lines(any_spark, tables)
    assert [(row["programme"], row["level"], row["applies_to"], row["status"]) for row in rows] == [
        ("VAMP", "above_standard", "acquirer", "reached"),
        ("VAMP", "excessive", "acquirer", "reached"),
        ("VAMP", "excessive", "merchant", "reached"),
        ("VAMP_ENUMERATION", "excessive", "merchant", "below"),
    ]
    expected = {
        "account": "shop", "date": day(APRIL), "network": "visa", "basis": "vamp", "region": "US", "limit_rate": 0.015,
        "limit_count": 1500, "limit_usd_minor": None, "known_until": day("2026-04-30"), "is_complete": True,
        "cases_count": 1500, "cases_usd_minor": 9_003_000, "other_currency_cases_count": 20, "payments_count": 100_000,
        "unit": "count", "numerator": 1500, "denominator": 100_000, "case_rate": 0.015, "projected_numerator": 1500,
        "projected_low": 1500, "projected_high": 1500, "projected_denominator": 100_000, "projected_rate": 0.015,
        "line": 1500, "headroom": 0, "crossed_on": day("2026-04-21"),
    }  # fmt: skip
    assert figures(rows[2], *expected) == expected


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        # Ten of 30 days are known: 40,000 payments become 120,000, of which 1.5 % are 1,800.
        (500, {"status": "below", "projected_numerator": 1500, "projected_low": 1410, "projected_high": 1592, "headroom": 1300, "crossed_on": None}),
        (590, {"status": "possible", "projected_numerator": 1770, "projected_low": 1673, "projected_high": 1869, "headroom": 1210, "crossed_on": None}),
        (600, {"status": "expected", "projected_numerator": 1800, "projected_low": 1702, "projected_high": 1900, "headroom": 1200, "crossed_on": day("2026-04-30")}),
        (900, {"status": "expected", "projected_numerator": 2700, "projected_low": 2580, "projected_high": 2822, "headroom": 900, "crossed_on": day("2026-04-20")}),
        (1800, {"status": "reached", "projected_numerator": 5400, "projected_low": 5230, "projected_high": 5572, "headroom": 0, "crossed_on": day("2026-04-05")}),
        (0, {"status": "below", "projected_numerator": 0, "projected_low": 0, "projected_high": 4, "headroom": 1800, "crossed_on": None}),
    ],
)  # fmt: skip
def test_a_month_that_is_not_over_is_projected(spark: SparkSession, cases: int, expected: Row) -> None:
    row = line(spark, [sold("2026-04-10", 40_000), warned("2026-04-05", cases)])
    assert figures(row, "known_until", "is_complete", "projected_denominator", "line") == {
        "known_until": day("2026-04-10"),
        "is_complete": False,
        "projected_denominator": 120_000,
        "line": 1800,
    }
    assert figures(row, *expected) == expected


def test_how_far_a_month_is_known_is_told_by_any_account_and_never_by_the_clock(
    any_spark: SparkSession,
) -> None:
    rows = [sold("2026-04-10", 3000), sold("2026-04-20", 1, "amex", account="other")]
    [quiet] = lines(
        any_spark, {DAILY: rows}, account="shop", level="excessive", applies_to="merchant", programme="VAMP"
    )
    assert figures(quiet, "known_until", "projected_denominator") == {
        "known_until": day("2026-04-20"),
        "projected_denominator": 4500,
    }
    assert lines(any_spark, {DAILY: [sold("2026-04-10", 9, "mastercard")]}, MAY) == []


def test_vamp_tightens_in_april_2026(spark: SparkSession) -> None:
    rows = [
        sold("2026-03-03", 100_000),
        warned("2026-03-04", 1500),
        sold(APRIL, 100_000),
        warned(APRIL, 1500),
        END,
    ]
    found = lines(
        spark, {DAILY: rows}, "2026-03-01", APRIL, programme="VAMP", level="excessive", applies_to="merchant"
    )
    assert [(row["limit_rate"], row["line"], row["status"]) for row in found] == [
        (0.022, 2200, "below"),
        (0.015, 1500, "reached"),
    ]
    assert lines(spark, {DAILY: [sold("2025-03-31", 9)]}, "2025-03-01", programme="VAMP") == []


@pytest.mark.parametrize(
    ("country", "minor", "more", "status"),
    [
        ("AE", 7_500_000, {}, "reached"),
        ("AE", 7_499_999, {}, "below"),
        ("AE", 7_499_999, {"currency": "EUR"}, "check_amount"),
        ("AQ", 0, {}, "unknown_region"),
        (None, 0, {}, "unknown_region"),
        ("BR", 0, {}, "below"),
    ],
)
def test_limits_depend_on_where_the_account_is(
    spark: SparkSession, country: str | None, minor: int, more: Row, status: str
) -> None:
    known = [{"account": "shop", "account_id": "shop", "country": country}] if country else []
    rows = [sold(APRIL, 9000), warned("2026-04-02", 200, minor, **more), END]
    tables = {DAILY: rows, "silver.accounts": known}
    nowhere = Place(card_networks())
    [row] = lines(spark, tables, programme="VAMP", level="excessive", applies_to="merchant", at=nowhere)
    assert row["status"] == status
    assert (row["line"] is None) == (status == "unknown_region")


@pytest.mark.parametrize(
    ("payments", "cases", "level", "status", "limit"),
    [
        (6_666, 100, "ECM", "reached", 100),
        (6_667, 100, "ECM", "below", 101),
        (100, 99, "ECM", "below", 100),
        (10_000, 300, "HECM", "reached", 300),
        (10_001, 300, "HECM", "below", 301),
    ],
)
def test_chargebacks_of_mastercard_are_held_against_the_month_before(
    spark: SparkSession, payments: int, cases: int, level: str, status: str, limit: int
) -> None:
    rows = [sold("2026-03-31", payments, "mastercard"), sold("2026-04-02", 7, "mastercard"), END]
    tables = {DAILY: rows, DISPUTES: chargebacks("2026-04-03", cases, reason="duplicate")}
    [row] = lines(spark, tables, programme="ECM", level=level)
    assert figures(row, "denominator", "line", "status") == {
        "denominator": payments,
        "line": limit,
        "status": status,
    }


@pytest.mark.parametrize(
    ("of", "status"),
    [
        ({}, "reached"),
        ({"cases": 10}, "below"),
        ({"minor": 454_545}, "below"),
        ({"code": "4837", "reason": "general"}, "reached"),
        ({"code": "4853"}, "below"),
        ({"present": True}, "below"),
        ({"payments": 999}, "not_applicable"),
        ({"secured": 201}, "not_applicable"),
        ({"secured": 1000, "country": "DE"}, "reached"),
        ({"secured": 1001, "country": "DE"}, "not_applicable"),
        ({"currency": "EUR"}, "check_amount"),
    ],
)
def test_fraud_at_mastercard_has_to_exceed_rate_and_amount(
    spark: SparkSession, of: dict[str, Any], status: str
) -> None:
    """2,000 payments, 11 cases: 0.55 %, of 4,545.46 dollars each: 50,000.06 in all."""
    paid = sold(
        "2026-03-02",
        of.get("payments", 2000),
        "mastercard",
        cohort_three_d_secure_count=of.get("secured", 200),
    )
    made = {
        "network_reason_code": of.get("code", "none"), "reason": of.get("reason", "fraudulent"),
        "is_card_not_present": not of.get("present", False), "currency": of.get("currency", "USD"),
    }  # fmt: skip
    tables = {
        DAILY: [paid, END],
        DISPUTES: chargebacks("2026-04-05", of.get("cases", 11), minor=of.get("minor", 454_546), **made),
    }
    found = lines(spark, tables, programme="EFM", at=Place(card_networks(), of.get("country", "US")))
    assert [row["status"] for row in found] == [status] or (found == [] and status == "below")


def test_fraud_despite_3d_secure_is_compared_in_dollars(any_spark: SparkSession) -> None:
    rows = [
        daily("2026-04-03", cohort_three_d_secure_count=50, cohort_three_d_secure_minor=500_000_000),
        daily("2026-04-04", cohort_three_d_secure_count=1, cohort_three_d_secure_minor=77, currency="JPY"),
        daily("2026-04-06", three_d_secure_early_fraud_warnings_count=2, three_d_secure_early_fraud_warnings_minor=4_000_000),
        daily("2026-04-10", three_d_secure_early_fraud_warnings_count=1, three_d_secure_early_fraud_warnings_minor=500_000),
    ]  # fmt: skip
    row = line(any_spark, rows, "VISA_SECURE")
    expected = {
        "unit": "usd_minor", "cases_count": 3, "payments_count": 51, "numerator": 4_500_000, "denominator": 500_000_000,
        "line": 13_500_000, "projected_numerator": 13_500_000, "projected_denominator": 1_500_000_000,
        "status": "expected", "crossed_on": day("2026-04-30"),
        # Seven more warnings of 15,000 dollars each, give or take 1.645 times the root of 21.
        "projected_low": 4_500_000, "projected_high": 4_500_000 + 15 * 1_500_000,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_cards_that_are_probed_are_held_against_all_attempts(spark: SparkSession) -> None:
    alert = {"hour_of_day": 10, "visa_attempts_count": 300_000, "attempts_count": 400_000}
    more = {
        ALERTS: [zeros(ALERTS, "2026-04-09", alert)],
        ATTEMPTS: [
            zeros(ATTEMPTS, APRIL, {"network": name, "attempts_count": 1_500_000})
            for name in ("visa", "amex")
        ],
    }
    row = line(spark, [END], "VAMP_ENUMERATION", **more)
    expected = {
        "numerator": 300_000,
        "denominator": 1_500_000,
        "status": "reached",
        "crossed_on": day("2026-04-09"),
    }
    assert figures(row, *expected) == expected


def test_accounts_are_measured_each_by_itself(spark: SparkSession) -> None:
    rows = [sold(APRIL, 10, account="a"), sold(APRIL, 20, account="b"), warned(APRIL, 1, account="b"), END]
    found = lines(spark, {DAILY: rows}, programme="VAMP", level="excessive", applies_to="merchant")
    assert [(row["account"], row["numerator"], row["denominator"]) for row in found] == [
        ("a", 0, 10),
        ("b", 1, 20),
    ]


def test_a_new_newest_day_rewrites_the_months_that_were_and_are_the_newest(any_spark: SparkSession) -> None:
    before = {DAILY: [sold("2026-01-05", 1), sold("2026-02-10", 1)]}
    new = {DAILY: [sold("2026-04-02", 1, "amex")]}
    assert affected(any_spark, GOLD, new, before) == ["2026-02-01", "2026-03-01", APRIL, MAY]
    late = {DISPUTES: chargebacks("2026-01-20", 1)}
    assert affected(any_spark, GOLD, late, before) == ["2026-01-01", "2026-02-01"]
    moved = {"silver.accounts": [{"account": "x", "account_id": "shop", "country": "DE"}]}
    assert affected(any_spark, GOLD, moved, before) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    same = {DAILY: [sold("2026-01-05", 1, cohort_disputed_count=n) for n in (0, 1)]}
    assert affected(any_spark, GOLD, same, before) == []
