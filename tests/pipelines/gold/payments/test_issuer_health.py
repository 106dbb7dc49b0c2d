from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pipelines.gold.payments.issuer_health import DROPS, FALSE_ALARMS, RECIPE
from tests.pipelines.gold.silver_rows import affected, built, figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.issuer_health"
DAILY = "gold.authorizations_daily"
FIRST = date(2026, 3, 1)
TODAY = FIRST + timedelta(days=28)


def attempts(day: date, authorized: int, declined: int, country: str = "DE", **facts: Any) -> Row:
    return {
        "account": "acct_a", "currency": "USD", "date": day, "network": "visa", "card_country": country,
        "attempt_number": 1, "authorized_count": authorized, "issuer_declined_count": declined,
    } | facts  # fmt: skip


def usual(days: int = 28, authorized: int = 36, declined: int = 4, **facts: Any) -> list[Row]:
    """Days of one rate, up to the day before today."""
    return [
        attempts(TODAY - timedelta(days=n + 1), authorized, declined, **facts) for n in reversed(range(days))
    ]


def today(spark: SparkSession, rows: Iterable[Row], segment: str = "card_country") -> Row:
    found = built(spark, GOLD, {DAILY: list(rows)}, TODAY.isoformat())
    [row] = [row for row in found if row["segment"] == segment]
    return row


def test_a_fall_is_told_with_what_it_is_compared_with(any_spark: SparkSession) -> None:
    row = today(any_spark, [*usual(), attempts(TODAY, 20, 20)])
    expected = {
        "issuers": "DE", "decided_count": 40, "authorized_count": 20, "past_days_count": 28,
        "past_decided_count": 1120, "past_authorized_count": 1008, "spread": 1.0, "is_compared": True,
        "is_sudden_drop": True,
    }  # fmt: skip
    assert figures(row, *expected) == expected
    # Of one rate, 1028 / 1160, as against 20 / 40 and 1008 / 1120.
    assert row["deviation"] == pytest.approx(6.2055, abs=0.0001)


def test_what_is_as_usual_or_better_is_no_fall(any_spark: SparkSession) -> None:
    same = today(any_spark, [*usual(), attempts(TODAY, 36, 4)])
    assert (same["deviation"], same["is_sudden_drop"]) == (0.0, False)
    better = today(any_spark, [*usual(authorized=20, declined=20), attempts(TODAY, 40, 0)])
    assert better["deviation"] < -6
    assert not better["is_sudden_drop"]


def test_a_small_fall_is_none_however_sure(any_spark: SparkSession) -> None:
    row = today(any_spark, [*usual(authorized=90_000, declined=10_000), attempts(TODAY, 88_000, 12_000)])
    assert row["deviation"] > 10
    assert not row["is_sudden_drop"]


def test_days_that_differ_anyway_ask_for_a_larger_fall(any_spark: SparkSession) -> None:
    uneven = [row | {"authorized_count": 40 if n % 2 else 28, "issuer_declined_count": 0 if n % 2 else 12}
              for n, row in enumerate(usual())]  # fmt: skip
    row = today(any_spark, [*uneven, attempts(TODAY, 24, 16)])
    even = today(any_spark, [*usual(authorized=34, declined=6), attempts(TODAY, 24, 16)])
    assert row["past_authorized_count"] == even["past_authorized_count"]
    assert row["spread"] > 5
    assert (row["is_sudden_drop"], even["is_sudden_drop"]) == (False, True)


@pytest.mark.parametrize(
    "rows",
    [
        [*usual(), attempts(TODAY, 0, 29)],
        [*usual(13, 360, 40), attempts(TODAY, 0, 40)],
        [*usual(28, 9, 1), attempts(TODAY, 0, 40)],
        [attempts(TODAY, 0, 40)],
    ],
)
def test_what_is_too_little_is_not_compared(any_spark: SparkSession, rows: list[Row]) -> None:
    row = today(any_spark, rows)
    assert (row["is_compared"], row["deviation"], row["is_sudden_drop"]) == (False, None, False)


def test_retries_do_not_count_and_accounts_are_apart(any_spark: SparkSession) -> None:
    rows = [
        *usual(),
        attempts(TODAY, 36, 4),
        attempts(TODAY, 0, 400, attempt_number=2),
        attempts(TODAY, 0, 400, attempt_number=0),
        attempts(TODAY, 0, 40, account="acct_b"),
        attempts(TODAY, 10, 5, network="mastercard", currency="JPY"),
    ]
    found = built(any_spark, GOLD, {DAILY: rows}, TODAY.isoformat())
    names = ("account", "segment", "issuers", "decided_count", "is_sudden_drop")
    assert [tuple(figures(row, *names).values()) for row in found] == [
        ("acct_a", "card_country", "DE", 55, False),
        ("acct_a", "network", "mastercard", 15, False),
        ("acct_a", "network", "visa", 40, False),
        ("acct_a", "network_and_country", "mastercard DE", 15, False),
        ("acct_a", "network_and_country", "visa DE", 40, False),
        ("acct_b", "card_country", "DE", 40, False),
        ("acct_b", "network", "visa", 40, False),
        ("acct_b", "network_and_country", "visa DE", 40, False),
    ]


def test_a_changed_day_rewrites_the_28_after_it_as_far_as_there_are_attempts(any_spark: SparkSession) -> None:
    before = {
        DAILY: [attempts(FIRST, 1, 1), attempts(TODAY, 1, 1), attempts(TODAY + timedelta(days=40), 1, 1)]
    }
    found = affected(any_spark, GOLD, {DAILY: [attempts(FIRST + timedelta(days=3), 1, 1)]}, before)
    assert (found[0], found[-1], len(found)) == ("2026-03-04", "2026-04-01", 29)


@pytest.mark.parametrize("swings", [0.0, 0.04])
def test_false_alarms_are_as_rare_as_is_said(spark: SparkSession, swings: float) -> None:
    """Issuers whose rate stays the same, or goes up and down by chance around one that does, and never fell."""
    chance = np.random.default_rng(20260301)
    rows = []
    for n in range(120):
        rate, size = 0.55 + 0.43 * (n % 12) / 11, int(chance.integers(30, 400))
        for day in range(150):
            decided = int(chance.poisson(size))
            of_day = float(np.clip(rate + swings * chance.standard_normal(), 0.01, 0.99))
            authorized = int(chance.binomial(decided, of_day))
            rows.append(attempts(FIRST + timedelta(days=day), authorized, decided - authorized, f"C{n}"))
    days = sorted({row["date"].isoformat() for row in rows})
    found = built(spark, GOLD, {DAILY: rows}, *days)
    compared = [row for row in found if row["segment"] == "card_country" and row["is_compared"]]
    assert len(compared) > 14_000
    assert sum(row["is_sudden_drop"] for row in compared) <= FALSE_ALARMS * len(compared)


def test_falls_that_matter_are_found(spark: SparkSession) -> None:
    """Of a hundred issuers that fall from 9 in 10 to 7 in 10, with a hundred attempts a day, nearly all are found."""
    chance = np.random.default_rng(5)
    rows = []
    for n in range(100):
        for day in range(29):
            authorized = int(chance.binomial(100, 0.7 if day == 28 else 0.9))
            rows.append(attempts(FIRST + timedelta(days=day), authorized, 100 - authorized, f"C{n}"))
    found = built(spark, GOLD, {DAILY: rows}, TODAY.isoformat())
    assert sum(row["is_sudden_drop"] for row in found if row["segment"] == "card_country") >= 90


def test_only_falls_of_the_newest_days_are_news(spark: SparkSession) -> None:
    def batch(*falls: int) -> float | None:
        rows = [(TODAY - timedelta(days=n), n in falls) for n in range(10)]
        frame = spark.createDataFrame(rows, "date date, is_sudden_drop boolean")
        return RECIPE.figures(None, frame).values[DROPS]  # type: ignore[arg-type]

    assert batch(5, 9) == 0
    assert batch(0, 2, 3) == 2
