"""Scores through Spark are those of the model itself, with reasons that come from its exact contributions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ModelError
from pipelines.models import scoring
from pipelines.models.families import calibrated, families
from pipelines.models.families.calibrated import CalibratedModel
from pipelines.models.families.calibration import Calibration
from pipelines.models.families.model import Contributions
from pipelines.models.scoring import Packed, pack, unpacked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FEATURES = ("amount", "card_declines_1h", "card_age_days")
RNG = np.random.default_rng(4)
ROWS = np.column_stack([RNG.lognormal(8, 1, 800), RNG.poisson(1, 800), RNG.exponential(50, 800)]).round(3)
ROWS[::7, 2] = np.nan
FRAUD = ROWS[:, 1] + RNG.normal(size=800) > 2.5
PARAMS: dict[str, Any] = {"logistic": {"C": 1.0}, "boosting": {"trees": 20, "max_depth": 3, "eta": 0.3}}


@pytest.fixture(scope="module", params=PARAMS)
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """A model of each family with its calibration, kept in a folder."""
    folder = tmp_path_factory.mktemp("model")
    fitted = families.fit(request.param, ROWS, FRAUD, FEATURES, PARAMS[request.param])
    calibrated.save(CalibratedModel(fitted, Calibration("platt", 0.8, -0.3)), folder)
    return pack(f"fraud-{request.param}-1", FEATURES, folder)


def frame(spark: SparkSession, rows: np.ndarray = ROWS) -> DataFrame:
    """Rows of features, each with its number as its charge."""
    columns = {name: pa.array(rows[:, place], from_pandas=True) for place, name in enumerate(FEATURES)}
    return spark.createDataFrame(
        pa.table({"charge_id": [str(number) for number in range(len(rows))], **columns})
    )


def scored(spark: SparkSession, packed: Packed) -> list[dict[str, Any]]:
    found = scoring.scored(frame(spark), packed, ["charge_id"], "gold.features_payments").collect()
    return sorted((row.asDict() for row in found), key=lambda row: int(row["charge_id"]))


def test_scores_are_those_of_the_model_itself(any_spark: SparkSession, packed: Packed) -> None:
    found = scored(any_spark, packed)
    expected = unpacked(packed).predict(ROWS)
    assert [row["probability"] for row in found] == expected.tolist()
    assert [row["score"] for row in found] == [int(100 * p) for p in expected]


def test_the_feature_row_is_what_the_model_saw(spark: SparkSession, packed: Packed) -> None:
    found = scored(spark, packed)[7]
    amount, declines, _ = ROWS[7]
    assert scoring.feature_row(bytes(found["feature_row"]), FEATURES) == {
        "amount": amount, "card_declines_1h": declines, "card_age_days": None,
    }  # fmt: skip


def test_reasons_are_the_greatest_contributions_that_speak_for_fraud(
    spark: SparkSession, packed: Packed
) -> None:
    added = unpacked(packed).model.contributions(ROWS)
    found = scored(spark, packed)
    assert np.allclose(added.probabilities, unpacked(packed).model.predict(ROWS), atol=1e-6)
    explained = [number for number, row in enumerate(found) if row["score"] >= scoring.EXPLAINED_FROM]
    assert 0 < len(explained) < len(found)
    for number in explained:
        reasons = json.loads(found[number]["reasons"])
        sums = dict(zip(FEATURES, added.values[number], strict=True))
        speak = sorted((name for name in FEATURES if sums[name] > 0), key=lambda name: -sums[name])
        assert [one["feature"] for one in reasons] == speak[: scoring.REASONS]
        assert [one["contribution"] for one in reasons] == pytest.approx(
            [sums[name] for name in speak], abs=1e-6
        )
        assert found[number]["top_reason"] == (speak[0] if speak else None)
        values = dict(zip(FEATURES, ROWS[number].tolist(), strict=True))
        assert [one["value"] for one in reasons] == [
            None if np.isnan(values[name]) else values[name] for name in speak
        ]


def test_scores_that_nobody_acts_on_have_no_reasons(spark: SparkSession, packed: Packed) -> None:
    low = [row for row in scored(spark, packed) if row["score"] < scoring.EXPLAINED_FROM]
    assert {(row["top_reason"], row["reasons"]) for row in low} == {(None, None)}


def test_a_model_whose_features_are_not_in_the_table_is_refused(spark: SparkSession, packed: Packed) -> None:
    without = frame(spark).drop("card_declines_1h")
    with pytest.raises(ModelError, match=r"gold\.features_payments has no card_declines_1h"):
        scoring.scored(without, packed, ["charge_id"], "gold.features_payments")


@given(st.integers(0, 100))
def test_a_score_is_the_whole_percent(percent: int) -> None:
    p = percent / 100
    assert scoring.scores(np.array([p, np.nextafter(p, 0) - 1e-7])).tolist() == [
        percent,
        max(percent - 1, -1),
    ]


def test_a_reason_is_sound_json_whatever_the_value() -> None:
    rows = np.array([[np.inf, np.nan, -1e300, 1e-9]])
    added = Contributions(np.array([[4.0, 3.0, 2.0, -1.0]]), np.zeros(1), "log_odds")
    first, listed = scoring.reasons(['a"b', "c", "d", "e"], rows, added)
    assert first.to_pylist() == ['a"b']
    assert json.loads(listed[0].as_py()) == [
        {"feature": 'a"b', "value": None, "contribution": 4.0},
        {"feature": "c", "value": None, "contribution": 3.0},
        {"feature": "d", "value": -1e300, "contribution": 2.0},
    ]


def test_where_nothing_speaks_for_fraud_there_is_no_reason() -> None:
    added = Contributions(np.array([[-1.0, 0.0]]), np.zeros(1), "log_odds")
    first, listed = scoring.reasons(["a", "b"], np.ones((1, 2)), added)
    assert (first.to_pylist(), listed.to_pylist()) == ([None], ["[]"])
