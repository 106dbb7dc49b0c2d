from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import built, day, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.customers_overview"
DAILY = "gold.customers_daily"


def bought(who: str, when: str, times: int = 1, minor: int = 100, **facts: Any) -> Row:
    """A row of a day on which a customer paid."""
    return {
        "account": "acct_a", "currency": "USD", "date": day(when), "customer_id": who, "attempts_count": times,
        "payments_count": times, "failed_count": 0, "captured_count": times, "captured_minor": minor,
        "refunded_count": 0, "refunded_minor": 0, "disputed_count": 0, "disputed_minor": 0,
    } | facts  # fmt: skip


def failed(who: str, when: str, times: int = 1, **facts: Any) -> Row:
    nothing = {"payments_count": 0, "failed_count": times, "captured_count": 0}
    return bought(who, when, times, 0, **(nothing | facts))


def overview(spark: SparkSession, *days: Row) -> list[Row]:
    return built(spark, GOLD, {DAILY: days})


def test_a_customer_s_days_are_added_up_and_recency_ends_with_the_data(any_spark: SparkSession) -> None:
    rows = overview(
        any_spark,
        failed("cus_1", "2026-01-01"),
        bought("cus_1", "2026-01-03", 2, 1000, refunded_count=1, refunded_minor=300),
        bought("cus_1", "2026-02-01", 1, 500, disputed_count=1, disputed_minor=500),
        failed("cus_1", "2026-02-10", 3),
        failed("cus_2", "2026-03-01"),
    )
    expected = {
        "first_date": date(2026, 1, 1), "last_date": date(2026, 2, 10), "first_captured_date": date(2026, 1, 3),
        "last_captured_date": date(2026, 2, 1), "as_of_date": date(2026, 3, 1), "days_count": 4, "attempts_count": 7,
        "payments_count": 3, "failed_count": 4, "captured_count": 3, "captured_minor": 1500, "refunded_count": 1,
        "refunded_minor": 300, "disputed_count": 1, "disputed_minor": 500, "lifetime_value_minor": 700,
        "recency_days": 28,
    }  # fmt: skip
    assert figures(rows[0], *expected) == expected
    never = {"captured_count": 0, "recency_days": None, "recency_score": None, "segment": "never_paid"}
    assert figures(rows[1], *never) == never


def test_failed_charges_of_nobody_have_a_row_and_no_score(any_spark: SparkSession) -> None:
    rows = overview(any_spark, failed("unknown", "2026-01-01", 9), bought("unknown", "2026-01-02", 1, 100))
    expected = {"attempts_count": 10, "failed_count": 9, "captured_minor": 100, "segment": "unknown"}
    assert [figures(row, *expected, "money_score") for row in rows] == [expected | {"money_score": None}]


def test_yen_and_other_accounts_are_ranked_by_themselves(any_spark: SparkSession) -> None:
    rows = overview(
        any_spark,
        bought("cus_1", "2026-01-01", minor=1),
        bought("cus_2", "2026-01-01", minor=2),
        bought("cus_1", "2026-01-01", minor=9_000_000, currency="JPY"),
        bought("cus_1", "2026-01-01", minor=9_000_000, account="acct_b"),
    )
    scores = [(row["account"], row["currency"], row["customer_id"], row["money_score"]) for row in rows]
    assert scores == [
        ("acct_a", "JPY", "cus_1", 1),
        ("acct_a", "USD", "cus_1", 1),
        ("acct_a", "USD", "cus_2", 3),
        ("acct_b", "USD", "cus_1", 1),
    ]


def test_segments_follow_from_fifths_of_the_customers(any_spark: SparkSession) -> None:
    """Ten customers: two are a fifth. Who is as often there as others is in the fifth of the lowest of them."""
    times = {1: 9, 2: 8, 3: 1, 4: 4, 5: 1, 6: 1, 7: 5, 8: 6, 9: 1, 10: 1}
    days = [bought(f"cus_{n:02}", f"2026-01-{21 - n:02}", often) for n, often in times.items()]
    found = {
        row["customer_id"]: (row["recency_score"], row["frequency_score"], row["segment"])
        for row in overview(any_spark, *days)
    }
    # By frequency: five paid once (fifth 1), then cus_04 (fifth 3), 07, 08 (fifths 4), 02, 01 (5).
    assert found == {
        "cus_01": (5, 5, "champion"),
        "cus_02": (5, 5, "champion"),
        "cus_03": (4, 1, "new"),
        "cus_04": (4, 3, "loyal"),
        "cus_05": (3, 1, "occasional"),
        "cus_06": (3, 1, "occasional"),
        "cus_07": (2, 4, "at_risk"),
        "cus_08": (2, 4, "at_risk"),
        "cus_09": (1, 1, "lost"),
        "cus_10": (1, 1, "lost"),
    }


def test_who_brought_much_and_stays_away_is_told_apart(any_spark: SparkSession) -> None:
    days = [bought(f"cus_{n}", f"2026-01-{n:02}", 6 - n, (6 - n) * 100) for n in range(1, 6)]
    assert [row["segment"] for row in overview(any_spark, *days)] == [
        "valuable_at_risk",
        "valuable_at_risk",
        "loyal",
        "new",
        "new",
    ]


def test_nothing_is_made_of_nothing(any_spark: SparkSession) -> None:
    assert overview(any_spark) == []
