"""A batch of scores is compared with what its models have learnt from; what moved is named, with the way out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from expectations import suite
from expectations.check import Suite
from expectations.run import audit
from pipelines.base.figure import Figures
from pipelines.flow.verdict import Batch, CheckResult
from pipelines.models.drift import reference as drift
from pipelines.models.drift.counts import References, counted
from pipelines.models.drift.figures import LEAST, LEAST_JUDGED, of_batch
from pipelines.models.families.arrays import Floats
from pipelines.tasks.fraud import TASK
from tests.expectations.good_rows import frame, good_row

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAMES = ("amount", "age")
SUITE = suite("gold.payment_scores")
JUDGED = Suite(SUITE.table, SUITE.on("facts"))
MARCH = datetime(2026, 3, 2, tzinfo=UTC)


def features(rows: int, seed: int) -> Floats:
    """Two features, of which the second is unknown for a tenth."""
    chance = np.random.default_rng(seed)
    x = np.column_stack([chance.lognormal(8, 1, rows), chance.exponential(100, rows)])
    x[chance.random(rows) < 0.1, 1] = np.nan
    return x


def probabilities(rows: int, seed: int) -> Floats:
    return np.random.default_rng(seed).beta(1, 40, rows)


@pytest.fixture(scope="module")
def references() -> References:
    spread = drift.references(features(4000, 1), NAMES)
    return {"fraud-1": {**spread, drift.PROBABILITY: drift.reference(probabilities(4000, 1))}}


def scores(
    spark: SparkSession,
    x: Floats,
    p: Floats | None = None,
    version: str = "fraud-1",
    span: timedelta = timedelta(1),
) -> DataFrame:
    """Scores of payments whose moments spread evenly."""
    chances = probabilities(len(x), 3) if p is None else p
    moments = [MARCH + span * number / len(x) for number in range(len(x))]
    columns: dict[str, Any] = {
        "model_version": [version] * len(x),
        "date": pa.array([moment.date() for moment in moments]),
        "created_at": pa.array(moments, pa.timestamp("us", "UTC")),
        "probability": pa.array(chances),
        "score": pa.array(np.floor(chances * 100).astype(np.int64)),
        "feature_row": pa.array([row.tobytes() for row in np.ascontiguousarray(x)], pa.binary()),
    }
    return spark.createDataFrame(pa.table(columns))


def judged(spark: SparkSession, found: Figures) -> dict[str, CheckResult]:
    """What the suite says of the figures, by the check's name."""
    rows = frame(spark, SUITE.table, [good_row(SUITE.table)])
    return {
        one.name: one for one in audit(JUDGED, Batch(SUITE.table, rows, found.values, found.told)).results
    }


def failed(spark: SparkSession, found: Figures) -> dict[str, str]:
    return {name: one.observed for name, one in judged(spark, found).items() if not one.success}


def test_payments_are_counted_by_day_column_and_bin_as_in_memory(
    spark: SparkSession, references: References
) -> None:
    x, p = features(60, 5), probabilities(60, 5)
    rows = scores(spark, x, p, span=timedelta(2)).unionByName(
        scores(spark, x[:9], p[:9], version="without a reference")
    )
    found = {tuple(row)[:4]: row["payments_count"] for row in counted(rows, references).collect()}
    for place, name in enumerate((*NAMES, drift.PROBABILITY)):
        values = x[:, place] if name in NAMES else p
        for day, part in ((date(2026, 3, 2), values[:30]), (date(2026, 3, 3), values[30:])):
            expected = references["fraud-1"][name].count(part)
            assert [
                found.get(("fraud-1", day, name, b), 0) for b in range(len(expected))
            ] == expected.tolist()
    assert {key[0] for key in found} == {"fraud-1"}
    assert counted(rows, {}).count() == 0


def test_a_batch_like_what_was_learnt_from_passes(spark: SparkSession, references: References) -> None:
    found = judged(spark, of_batch(TASK, scores(spark, features(800, 2)), references))
    assert [one.observed for one in found.values() if not one.success] == []
    assert float(found["features_as_learnt"].observed) < drift.NOTEWORTHY
    assert float(found["mean_probability_as_tested"].observed) == pytest.approx(1, abs=0.2)


def test_a_feature_that_shifted_is_named_with_its_figure_the_limit_and_what_to_do(
    spark: SparkSession, references: References
) -> None:
    x = features(800, 2)
    x[:, 0] *= 4
    said = failed(spark, of_batch(TASK, scores(spark, x), references))
    assert set(said) == {"features_as_learnt"}
    text = said["features_as_learnt"]
    assert text.startswith("population stability index above 0.25: amount 1.")
    assert "(800 payments, fraud-1)" in text
    assert "'vermeil train'" in text
    assert "age" not in text
    assert failed(spark, of_batch(TASK, scores(spark, x), references, left_out=("amount",))) == {}


def test_a_feature_that_moved_a_little_is_told_and_no_warning(
    spark: SparkSession, references: References
) -> None:
    x = features(2000, 2)
    x[:, 0] *= 1.5
    found = judged(spark, of_batch(TASK, scores(spark, x), references))["features_as_learnt"]
    assert found.success
    assert found.observed.startswith("notable, above 0.1: amount 0.1")


def test_values_that_went_missing_are_told_with_their_feature(
    spark: SparkSession, references: References
) -> None:
    x = features(800, 2)
    x[::4, 1] = np.nan
    said = failed(spark, of_batch(TASK, scores(spark, x), references))
    assert said["features_known_as_learnt"].startswith("not known for more payments than learnt: age +2")
    assert "amount" not in said["features_known_as_learnt"]


@pytest.mark.parametrize(("times", "is_usual"), [(2.0, True), (4.0, False), (0.2, False)])
def test_a_mean_probability_far_from_that_of_the_test_days_is_told(
    spark: SparkSession, references: References, times: float, is_usual: bool
) -> None:
    rows = scores(spark, features(800, 2), np.minimum(probabilities(800, 3) * times, 1))
    said = failed(spark, of_batch(TASK, rows, references))
    assert ("mean_probability_as_tested" not in said) == is_usual
    assert ("times that of its test days" in said.get("mean_probability_as_tested", "")) != is_usual


def test_too_few_payments_or_too_few_hours_say_nothing(spark: SparkSession, references: References) -> None:
    x = features(800, 2) * 9
    few = of_batch(TASK, scores(spark, x[: LEAST - 1]), references)
    hour = of_batch(TASK, scores(spark, x, span=timedelta(hours=1)), references)
    for found in (few, hour):
        results = judged(spark, found)
        assert all(one.success for one in results.values())
        assert results["features_as_learnt"].observed == "not known yet"


def test_a_batch_of_high_scores_is_refused_unless_it_is_small_or_of_an_hour(
    spark: SparkSession, references: References
) -> None:
    high = np.full(LEAST_JUDGED, 0.7)
    high[: LEAST_JUDGED // 2 - 1] = 0.01
    x = features(LEAST_JUDGED, 2)
    found = judged(spark, of_batch(TASK, scores(spark, x, high), references))["high_scores_few"]
    assert (found.success, found.severity) == (False, "critical")
    assert found.observed.startswith(
        "fraud-1 gives 51% of 100 payments a score of at least 50; look for a feature"
    )
    assert failed(spark, of_batch(TASK, scores(spark, x[:-1], high[:-1]), references)) == {}
    attack = scores(spark, x, high, span=timedelta(hours=1))
    assert failed(spark, of_batch(TASK, attack, references)) == {}


def test_the_version_that_looks_worst_counts_and_is_named(
    spark: SparkSession, references: References
) -> None:
    two = {**references, "fraud-2": references["fraud-1"]}
    moved = features(800, 2) * 4
    rows = scores(spark, features(800, 2)).unionByName(scores(spark, moved, version="fraud-2"))
    text = failed(spark, of_batch(TASK, rows, two))["features_as_learnt"]
    assert "fraud-2" in text
    assert "fraud-1" not in text
    unknown = of_batch(TASK, scores(spark, moved, version="fraud-9"), references)
    assert failed(spark, unknown) == {}
