"""gold.model_performance_daily: windows of scored payments by segment and maturity, each counted from payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipelines.gold.silver_rows import Row, affected, built, figures
from tests.pipelines.tasks.score_rows import label, score

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.model_performance_daily"
MAY = "2026-05-04"
NEXT = "2026-05-05"
WEEK_LATER = "2026-05-11"
LATER = "2026-05-20"

SCORES = [
    score("ch_1", MAY, 0.95, 1000),
    score("ch_2", MAY, 0.60, 200),
    score("ch_3", MAY, 0.02, 300, account="acct_b"),
    score("ch_4", NEXT, 0.55, 50, currency="JPY", card_fingerprint=None),
    score("ch_5", NEXT, 0.05, 400),
    score("ch_6", NEXT, 0.90, 800),
]
LABELS = [
    label("ch_1", MAY, "fraud"), label("ch_2", MAY), label("ch_3", MAY, account="acct_b"), label("ch_4", NEXT, "fraud"),
    label("ch_5", NEXT), label("ch_7", NEXT, "fraud"),
]  # fmt: skip


def rows(
    spark: SparkSession, scores: list[Row], labels: list[Row], *days: str
) -> dict[tuple[object, ...], Row]:
    found = built(spark, GOLD, {"gold.payment_scores": scores, "gold.fraud_labels": labels}, *days)
    names = ("segment", "account", "currency", "date", "window_days", "label_maturity", "model_version")
    return {tuple(str(row[name]) for name in names): row for row in found}


def test_a_day_of_all_merchants_and_of_one(any_spark: SparkSession) -> None:
    found = rows(any_spark, SCORES, LABELS, MAY, NEXT)
    day = found["all", "all", "all", MAY, "1", "matured", "fraud-1"]
    expected = {
        "task": "fraud", "payments_count": 3, "fraud_count": 1, "expected_fraud_count": pytest.approx(1.57),
        "payments_minor": None, "cost_at_50_minor": None, "roc_auc": 1.0, "average_precision": 1.0,
        "flagged_at_50_count": 2, "caught_at_50_count": 1, "precision_at_50_rate": 0.5, "recall_at_50_rate": 1.0,
        "flagged_at_90_count": 1, "card_precision_100_rate": 0.01, "recall_at_1_percent_rate": 1.0,
    }  # fmt: skip
    assert figures(day, *expected) == expected
    own = found["account", "acct_a", "USD", NEXT, "28", "matured", "fraud-1"]
    money = {
        "payments_count": 3, "payments_minor": 1600, "fraud_minor": 1000, "caught_at_90_minor": 1000,
        "cost_at_50_minor": 20, "cost_at_90_minor": 0, "value_detected_rate": 1.0,
    }  # fmt: skip
    assert figures(own, *money) == money
    both = found["all", "all", "all", NEXT, "7", "matured", "fraud-1"]
    assert figures(both, "payments_count", "fraud_count") == {"payments_count": 5, "fraud_count": 2}
    assert ("account", "acct_a", "USD", NEXT, "1", "matured", "fraud-1") not in found
    assert ("currency", "all", "JPY", MAY, "7", "matured", "fraud-1") not in found


def test_payments_without_a_label_do_not_count_and_young_ones_only_where_it_is_said(
    spark: SparkSession,
) -> None:
    scores = [
        score("ch_1", MAY, 0.9),
        score("ch_2", LATER, 0.8),
        score("ch_3", LATER, 0.1),
        score("ch_4", MAY, 0.9),
    ]
    labels = [label("ch_1", MAY), label("ch_2", LATER, "fraud"), label("ch_3", LATER, "unknown")]
    found = rows(spark, scores, labels, MAY, LATER)
    counts = {
        (key[3], key[5]): (row["payments_count"], row["fraud_count"])
        for key, row in found.items()
        if key[0] == "all" and key[4] == "28"
    }
    assert counts == {
        (MAY, "matured"): (1, 0), (MAY, "known"): (1, 0), (LATER, "matured"): (1, 0), (LATER, "known"): (3, 1),
    }  # fmt: skip


def test_a_window_is_counted_from_payments_in_whatever_order_they_come(spark: SparkSession) -> None:
    assert rows(spark, SCORES, LABELS, NEXT) == rows(spark, SCORES[::-1], LABELS[::-1], NEXT)


def test_a_score_or_a_label_touches_the_windows_that_it_is_in(spark: SparkSession) -> None:
    others = {
        "gold.payment_scores": [score("ch_0", "2026-05-01", 0.1), score("ch_9", WEEK_LATER, 0.1)],
        "gold.fraud_labels": [label("ch_0", "2026-05-01")],
    }
    week = [f"2026-05-{day:02}" for day in range(4, 12)]
    assert affected(spark, GOLD, {"gold.payment_scores": [score("ch_1", MAY, 0.5)]}, others) == week
    assert affected(spark, GOLD, {"gold.fraud_labels": [label("ch_1", MAY)]}, others) == week
    assert affected(spark, GOLD, {"gold.fraud_labels": [label("ch_1", "2026-01-01")]}, others) == []
    far = {"gold.payment_scores": [score("ch_9", "2026-08-01", 0.1)]}
    assert len(affected(spark, GOLD, {"gold.payment_scores": [score("ch_1", MAY, 0.5)]}, far)) == 28


def test_versions_are_apart(spark: SparkSession) -> None:
    scores = [score("ch_1", MAY, 0.9), score("ch_1", MAY, 0.2, version="fraud-2", role="shadow")]
    found = rows(spark, scores, [label("ch_1", MAY, "fraud"), label("ch_2", LATER)], MAY)
    caught = {key[6]: row["caught_at_50_count"] for key, row in found.items() if key[:1] == ("all",)}
    assert caught == {"fraud-1": 1, "fraud-2": 0}


def test_without_scores_there_is_nothing(spark: SparkSession) -> None:
    assert affected(spark, GOLD, {"gold.fraud_labels": [label("ch_1", MAY)]}) == []
    assert rows(spark, [], [label("ch_1", MAY)], MAY) == {}
