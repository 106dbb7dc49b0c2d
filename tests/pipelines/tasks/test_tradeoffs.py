"""gold.threshold_tradeoffs: each cut holds what has at least that score, in one currency, of matured weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import declared
from pipelines.tasks.shared.tradeoffs import TRAILING_DAYS
from tests.pipelines.gold.silver_rows import Row, at, day, figures, frames
from tests.pipelines.tasks.score_rows import label, score

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.threshold_tradeoffs"
MAY = "2026-05-04"
LATER = "2026-05-20"


def cuts(spark: SparkSession, scores: list[Row], labels: list[Row]) -> dict[tuple[str, str, int], Row]:
    tables = {"gold.payment_scores": scores, "gold.fraud_labels": labels}
    found = declared()[GOLD].recipe.build(frames(spark, GOLD, tables)).collect()
    return {(row["model_version"], row["currency"], row["cut_score"]): row.asDict() for row in found}


def test_each_cut_says_what_it_would_have_caught_and_hurt(any_spark: SparkSession) -> None:
    scores = [
        score("ch_1", MAY, 0.90, 1000), score("ch_2", MAY, 0.90, 295), score("ch_3", MAY, 0.40, 500),
        score("ch_4", MAY, 0.005, 700),
    ]  # fmt: skip
    labels = [
        label("ch_1", MAY, "fraud"), label("ch_2", MAY), label("ch_3", MAY, "fraud"), label("ch_4", MAY),
    ]  # fmt: skip
    found = cuts(any_spark, scores, labels)
    assert sorted(found) == [("fraud-1", "USD", cut) for cut in range(101)]
    whole = {"payments_count": 4, "payments_minor": 2495, "fraud_count": 2, "fraud_minor": 1500}
    expected: dict[int, Row] = {
        0: {"blocked_good_count": 2, "caught_fraud_count": 2, "cost_minor": 99, "precision_rate": 0.5},
        1: {"blocked_good_count": 1, "blocked_good_minor": 295, "caught_fraud_count": 2, "caught_fraud_minor": 1500,
            "missed_fraud_minor": 0, "cost_minor": 29, "blocked_rate": 0.75, "precision_rate": 2 / 3,
            "recall_rate": 1.0, "value_recall_rate": 1.0, "false_positive_rate": 0.5},
        40: {"blocked_good_count": 1, "caught_fraud_count": 2},
        41: {"blocked_good_count": 1, "blocked_good_minor": 295, "caught_fraud_count": 1, "caught_fraud_minor": 1000,
             "missed_fraud_minor": 500, "cost_minor": 529, "recall_rate": 0.5, "value_recall_rate": 2 / 3},
        90: {"caught_fraud_count": 1, "blocked_good_count": 1},
        91: {"caught_fraud_count": 0, "blocked_good_count": 0, "cost_minor": 1500, "blocked_rate": 0.0,
             "precision_rate": None, "recall_rate": 0.0},
    }  # fmt: skip
    for cut, row in expected.items():
        assert figures(found["fraud-1", "USD", cut], *whole, *row) == pytest.approx(whole | row)


def test_currencies_and_versions_are_apart(spark: SparkSession) -> None:
    scores = [
        score("ch_1", MAY, 0.9, 1000),
        score("ch_2", MAY, 0.9, 10, currency="JPY"),
        score("ch_1", MAY, 0.1, 1000, version="fraud-2"),
    ]
    labels = [label("ch_1", MAY, "fraud"), label("ch_2", MAY, "fraud", currency="JPY"), label("ch_3", LATER)]
    found = cuts(spark, scores, labels)
    assert {key[:2] for key in found} == {("fraud-1", "USD"), ("fraud-1", "JPY"), ("fraud-2", "USD")}
    assert found["fraud-1", "USD", 50]["caught_fraud_minor"] == 1000
    assert found["fraud-1", "JPY", 50]["caught_fraud_minor"] == 10
    assert found["fraud-2", "USD", 50]["caught_fraud_minor"] == 0


def test_only_matured_payments_of_the_last_weeks_count(spark: SparkSession) -> None:
    old = str(day(LATER) - timedelta(TRAILING_DAYS))
    first = str(day(old) + timedelta(1))
    dated = {"ch_old": old, "ch_1": first, "ch_2": LATER, "ch_young": "2026-06-10", "ch_fresh": "2026-06-10"}
    scores = [score(name, when, 0.9) for name, when in dated.items()]
    labels = [
        label("ch_old", old), label("ch_1", first), label("ch_2", LATER),
        label("ch_young", "2026-06-10", "fraud"), label("ch_fresh", "2026-06-10", "unknown"),
    ]  # fmt: skip
    row = cuts(spark, scores, labels)["fraud-1", "USD", 0]
    assert figures(row, "payments_count", "fraud_count", "first_date", "last_date") == {
        "payments_count": 2, "fraud_count": 0, "first_date": day(first), "last_date": day(LATER),
    }  # fmt: skip


def test_without_a_score_there_is_no_row(spark: SparkSession) -> None:
    assert cuts(spark, [], [label("ch_1", MAY)]) == {}
    assert cuts(spark, [score("ch_1", MAY, 0.5, created_at=at(MAY))], []) == {}
