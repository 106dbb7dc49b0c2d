from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import at, built, day, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.merchants_overview"
DAILY = "gold.payments_daily"


def sold(when: str, minor: int = 100, **facts: Any) -> Row:
    """A row of a day on which one payment was captured."""
    return {
        "account": "acct_a", "currency": "USD", "date": day(when), "attempts_count": 2, "payments_count": 1,
        "failed_count": 1, "captured_count": 1, "captured_minor": minor, "refunded_count": 0, "refunded_minor": 0,
        "disputed_count": 0, "disputed_minor": 0,
    } | facts  # fmt: skip


def customer(who: str, times: int, **facts: Any) -> Row:
    return {"account": "acct_a", "currency": "USD", "customer_id": who, "captured_count": times} | facts


def business(account_id: str, version: str, **facts: Any) -> Row:
    return {
        "account": "platform",
        "account_id": account_id,
        "version": version,
        "known_at": at("2026-05-01"),
    } | facts


def test_days_are_added_up_and_the_newest_is_that_of_the_data(any_spark: SparkSession) -> None:
    days = [
        sold("2026-03-02", 1),
        sold("2026-03-03", 10),
        sold("2026-04-01", 100),
        sold("2026-04-02", 1000, refunded_count=1, refunded_minor=400),
        sold("2026-05-01", 10_000, disputed_count=1, disputed_minor=10_000),
    ]
    [row] = built(any_spark, GOLD, {DAILY: days})
    expected = {
        "first_date": date(2026, 3, 2), "last_date": date(2026, 5, 1), "as_of_date": date(2026, 5, 1), "days_count": 5,
        "attempts_count": 10, "payments_count": 5, "failed_count": 5, "captured_count": 5, "captured_minor": 11_111,
        "refunded_count": 1, "refunded_minor": 400, "disputed_count": 1, "disputed_minor": 10_000, "kept_minor": 711,
        # 2 April to 1 May are the last thirty days, 3 March to 1 April the thirty before.
        "recent_captured_minor": 11_000, "previous_captured_minor": 110, "customers_count": 0, "country": None,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_accounts_and_currencies_are_never_mixed_or_multiplied(any_spark: SparkSession) -> None:
    tables = {
        DAILY: [
            sold("2026-05-01", 1),
            sold("2026-05-01", 20, currency="JPY"),
            sold("2026-04-01", 300, account="acct_b"),
        ],
        "gold.customers_overview": [
            customer("cus_1", 2),
            customer("cus_2", 1),
            customer("cus_3", 0),
            customer("unknown", 5),
            customer("cus_1", 1, account="acct_b"),
        ],
        "silver.accounts": [
            business("acct_a", "1", country="DE", business_name="Old"),
            business("acct_a", "2", country="DE", business_name="New", account="acct_a"),
            business("acct_c", "1", country="FR"),
        ],
    }
    rows = built(any_spark, GOLD, tables)
    names = (
        "account",
        "currency",
        "captured_minor",
        "customers_count",
        "repeat_customers_count",
        "business_name",
    )
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "JPY", 20, 0, 0, "New"),
        ("acct_a", "USD", 1, 2, 1, "New"),
        ("acct_b", "USD", 300, 1, 0, None),
    ]
