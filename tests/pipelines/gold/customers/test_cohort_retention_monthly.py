from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import built, day

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.cohort_retention_monthly"
DAILY = "gold.customers_daily"


def bought(who: str, when: str, minor: int = 100, **facts: Any) -> Row:
    return {
        "account": "acct_a", "currency": "USD", "date": day(when), "customer_id": who, "attempts_count": 1,
        "captured_count": 1, "captured_minor": minor, "refunded_minor": 0, "disputed_minor": 0,
    } | facts  # fmt: skip


def cohorts(spark: SparkSession, *days: Row) -> list[tuple[Any, ...]]:
    names = ("date", "months_since", "is_over", "customers_count", "active_count", "captured_count")
    rows = built(spark, GOLD, {DAILY: days})
    return [(str(row["date"])[:7], *(row[name] for name in names[1:]), row["kept_minor"]) for row in rows]


def test_who_first_paid_in_a_month_is_looked_for_in_each_month_since(any_spark: SparkSession) -> None:
    found = cohorts(
        any_spark,
        bought("cus_1", "2025-11-30"),
        bought("cus_1", "2026-02-01", 500, refunded_minor=200, disputed_minor=50),
        bought("cus_1", "2026-02-28", 500),
        bought("cus_2", "2025-11-01"),
        bought("cus_3", "2026-01-15", 300),
    )
    assert found == [
        ("2025-11", 0, True, 2, 2, 2, 200),
        ("2025-11", 1, True, 2, 0, 0, 0),
        ("2025-11", 2, True, 2, 0, 0, 0),
        ("2025-11", 3, False, 2, 1, 2, 750),
        ("2026-01", 0, True, 1, 1, 1, 300),
        ("2026-01", 1, False, 1, 0, 0, 0),
    ]


def test_only_what_was_captured_begins_a_cohort_and_nobody_is_in_none(any_spark: SparkSession) -> None:
    found = cohorts(
        any_spark,
        bought("cus_1", "2026-01-01", 0, captured_count=0),
        bought("unknown", "2026-01-01"),
        bought("cus_1", "2026-02-01"),
    )
    assert found == [("2026-02", 0, False, 1, 1, 1, 100)]


def test_months_last_until_the_newest_charge_of_all(any_spark: SparkSession) -> None:
    found = cohorts(
        any_spark, bought("cus_1", "2026-01-01"), bought("cus_9", "2026-02-01", 0, captured_count=0)
    )
    assert [row[:3] for row in found] == [("2026-01", 0, True), ("2026-01", 1, False)]


def test_currencies_and_accounts_have_cohorts_of_their_own(any_spark: SparkSession) -> None:
    found = built(
        any_spark,
        GOLD,
        {
            DAILY: [
                bought("cus_1", "2026-01-01"),
                bought("cus_1", "2026-02-01", 7, currency="JPY"),
                bought("cus_1", "2026-02-01", 9, account="acct_b"),
            ]
        },
    )
    assert [
        (row["account"], row["currency"], row["months_since"], row["captured_minor"]) for row in found
    ] == [
        ("acct_a", "JPY", 0, 7),
        ("acct_a", "USD", 0, 100),
        ("acct_a", "USD", 1, 0),
        ("acct_b", "USD", 0, 9),
    ]
