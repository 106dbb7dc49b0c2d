"""A reference, kept with a model, tells a batch like it from one that has drifted or lost values."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.models.drift import reference as drift

NORMAL = np.random.default_rng(1).normal(size=20_000)
VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=60).map(np.array)


def index(before: np.ndarray, after: np.ndarray) -> float:
    expected = drift.reference(before)
    found = expected.stability_index(expected.count(after).tolist())
    assert found is not None
    return found


@given(VALUES, VALUES, VALUES)
def test_counts_of_parts_add_up(before: np.ndarray, one: np.ndarray, other: np.ndarray) -> None:
    expected = drift.reference(before)
    parts = expected.count(one) + expected.count(other)
    assert parts.tolist() == expected.count(np.concatenate([one, other])).tolist()


@given(VALUES)
def test_the_same_values_have_not_drifted(values: np.ndarray) -> None:
    assert index(values, values) == 0


def test_another_sample_is_no_drift_and_a_shifted_one_is() -> None:
    again = np.random.default_rng(2).normal(size=2_000)
    assert index(NORMAL, again) < drift.NOTEWORTHY / 2
    assert drift.NOTEWORTHY < index(NORMAL, again + 0.4) < drift.SERIOUS
    assert index(NORMAL, again + 1) > drift.SERIOUS


def test_a_count_that_is_mostly_0_shows_that_it_rose_and_a_constant_that_it_changed() -> None:
    rare = np.repeat([0.0, 1.0, 5.0], [900, 80, 20])
    assert index(rare, np.repeat([0.0, 1.0, 5.0], [500, 400, 100])) > drift.SERIOUS
    assert index(np.ones(50), np.full(50, 2.0)) > drift.SERIOUS


def test_values_that_went_missing_are_drift() -> None:
    gone = NORMAL.copy()
    gone[: len(gone) // 2] = np.nan
    assert drift.reference(gone).null_share == 0.5
    assert index(NORMAL, gone) > drift.SERIOUS


def test_a_reference_is_kept_as_json() -> None:
    found = drift.references(np.array([[1.0, np.nan], [2.0, 3.0]]), ["amount", "age"])
    assert drift.from_json(json.loads(json.dumps(drift.as_json(found)))) == found


def test_a_reference_of_before_means_were_kept_has_none() -> None:
    assert drift.from_json({"amount": {"edges": [1.0], "counts": [2, 3, 0]}})["amount"].mean is None
    assert drift.reference(np.array([1.0, np.nan, 4.0])).mean == 2.5


def test_the_stability_index_is_that_of_its_definition() -> None:
    expected = (0.5 - 0.8) * math.log(0.5 / 0.8) + (0.5 - 0.2) * math.log(0.5 / 0.2)
    assert drift.Reference((1.0,), (80, 20)).stability_index([50, 50]) == pytest.approx(expected)


def test_nothing_counted_says_nothing() -> None:
    assert drift.reference(NORMAL).stability_index([0] * 11) is None
    assert drift.null_share([0, 0]) == pytest.approx(0)
