"""Calibrated probabilities keep their order and mean what they say."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ModelError
from pipelines.models.families import calibration
from pipelines.models.families.calibration import Calibration, Method, calibrate
from pipelines.models.families.model import sigmoid
from pipelines.models.judging.metrics import calibration_error

BOTH = pytest.mark.parametrize("method", ["platt", "isotonic"])


def overstated(rows: int, seed: int) -> tuple[calibration.Flags, calibration.Floats]:
    """Outcomes, and what a model says that takes fraud for far more frequent than it is."""
    chance = np.random.default_rng(seed)
    z = chance.normal(-3, 1.5, rows)
    return chance.random(rows) < sigmoid(z), sigmoid(0.5 * z + 1.5)


@BOTH
def test_the_level_is_mended_on_payments_that_were_not_used(method: Method) -> None:
    curve = calibrate(*overstated(20_000, seed=1), method)
    y, p = overstated(20_000, seed=2)
    assert (calibration_error(y, p) or 0) > 0.3
    assert (calibration_error(y, curve(p)) or 0) < 0.01


@BOTH
@settings(deadline=None, max_examples=40)  # the first call imports scikit-learn
@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=30), st.lists(st.floats(0, 1))
)
def test_the_order_is_kept_whatever_it_was_fitted_on(
    method: Method, rows: list[tuple[bool, float]], asked: list[float]
) -> None:
    y, p = (np.array(values) for values in zip(*rows, strict=True))
    if y.all() or not y.any():
        with pytest.raises(ModelError, match="needs fraud and good"):
            calibrate(y, p, method)
        return
    found = calibrate(y, p, method)(np.sort(np.array(asked, float)))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= -1e-12).all()


def test_platt_keeps_every_difference_of_rank() -> None:
    curve = calibrate(*overstated(2_000, seed=1), "platt")
    assert (np.diff(curve(np.linspace(0.001, 0.999, 500))) > 0).all()


def test_a_model_that_ranks_the_wrong_way_is_told_to_know_nothing() -> None:
    y, p = overstated(5_000, seed=1)
    found = calibrate(y, 1 - p, "platt")(np.array([0.1, 0.5, 0.9]))
    assert np.allclose(found, y.mean(), atol=0.02)


@pytest.mark.parametrize("method", get_args(Method))
def test_it_is_the_same_after_it_was_saved(method: Method, tmp_path: Path) -> None:
    y, p = overstated(500, seed=1)
    found = calibrate(y, p, method)
    calibration.save(found, tmp_path)
    assert calibration.load(tmp_path) == found
    assert np.array_equal(calibration.load(tmp_path)(p), found(p))


def test_without_a_method_probabilities_stay_as_they_are() -> None:
    y, p = overstated(50, seed=1)
    assert calibrate(y, p, "none") == Calibration("none")
    assert np.array_equal(Calibration("none")(p), p)


def test_an_unknown_method_is_named_with_those_there_are() -> None:
    with pytest.raises(ModelError, match="'beta'; one of none, platt, isotonic"):
        calibrate(*overstated(50, seed=1), "beta")  # type: ignore[arg-type]
