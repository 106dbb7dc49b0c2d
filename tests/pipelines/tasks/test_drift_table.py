"""gold.model_drift_daily: each window's payments against what the version has learnt from, by column."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from pipelines.catalog import declared
from pipelines.models.drift import reference as drift
from pipelines.models.registry import Registry
from pipelines.tasks.shared.drift import Learnt
from tests.pipelines.gold.silver_rows import Row, affected, day, figures, frames
from tests.pipelines.tasks.score_rows import score

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.model_drift_daily"
MAY = "2026-05-04"
WEEK_LATER = "2026-05-11"
REFERENCES = {
    "amount": drift.reference(np.array([1.0, 2.0, 3.0, 4.0, np.nan])),
    drift.PROBABILITY: drift.reference(np.linspace(0, 1, 101)),
}


def learnt(*versions: str) -> Learnt:
    known = [SimpleNamespace(name=name, references=REFERENCES) for name in versions]
    return Learnt("fraud", cast(Registry, SimpleNamespace(versions=lambda task: known)))


def scored(charge_id: str, date: str, amount: float, version: str = "fraud-1") -> Row:
    return score(charge_id, date, 0.5, version=version, feature_row=np.array([amount]).tobytes())


SCORES = [
    scored("ch_1", MAY, 1.0), scored("ch_2", MAY, 4.0), scored("ch_3", MAY, float("nan")),
    scored("ch_4", WEEK_LATER, 9.0), scored("ch_1", MAY, 1.0, version="fraud-2"),
    scored("ch_1", MAY, 1.0, version="forgotten"),
]  # fmt: skip


def rows(spark: SparkSession, *days: str) -> dict[tuple[str, ...], Row]:
    now = frames(spark, GOLD, {"gold.payment_scores": SCORES})
    found = declared()[GOLD].recipe.build(now, days, learnt("fraud-1", "fraud-2")).collect()
    names = ("model_version", "column_name", "date", "window_days")
    return {tuple(str(row[name]) for name in names): row.asDict() for row in found}


def test_a_window_is_held_against_what_was_learnt(any_spark: SparkSession) -> None:
    found = rows(any_spark, MAY, WEEK_LATER)
    amount = found["fraud-1", "amount", MAY, "7"]
    counts = REFERENCES["amount"].count(np.array([1.0, 4.0, np.nan])).tolist()
    assert figures(amount, "payments_count", "null_rate", "learnt_null_rate") == {
        "payments_count": 3, "null_rate": pytest.approx(1 / 3), "learnt_null_rate": 0.2,
    }  # fmt: skip
    assert json.loads(amount["bin_counts"]) == counts
    assert amount["stability_index"] == REFERENCES["amount"].stability_index(counts)
    weeks = {days: found["fraud-1", "amount", WEEK_LATER, days]["payments_count"] for days in ("7", "28")}
    assert weeks == {"7": 1, "28": 4}
    assert found["fraud-1", drift.PROBABILITY, MAY, "28"]["null_rate"] == 0
    assert {key[0] for key in found} == {"fraud-1", "fraud-2"}
    assert ("fraud-2", "amount", WEEK_LATER, "7") not in found


def test_a_day_is_the_same_whichever_days_are_made_with_it(spark: SparkSession) -> None:
    both = rows(spark, MAY, WEEK_LATER)
    assert rows(spark, WEEK_LATER) == {key: row for key, row in both.items() if key[2] == WEEK_LATER}


def test_a_score_touches_the_windows_that_it_is_in(spark: SparkSession) -> None:
    far = {"gold.payment_scores": [scored("ch_9", "2026-08-01", 1.0)]}
    touched = affected(spark, GOLD, {"gold.payment_scores": [scored("ch_1", MAY, 1.0)]}, far)
    assert touched == [str(day(MAY) + timedelta(n)) for n in range(28)]
    assert affected(spark, GOLD, {}) == []


def test_another_version_makes_no_day_anew() -> None:
    assert learnt("fraud-1").digest == learnt("fraud-1", "fraud-2").digest
