"""Examples from a training table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.errors import ModelError
from pipelines.models.training.examples import comparable, examples
from pipelines.tasks import task
from pipelines.tasks.fraud import TASK as FRAUD
from tests.pipelines.models.history import RULE

UNIT = FRAUD.unit


def table(**columns: list[Any]) -> pa.Table:
    """Three payments, the newest first, with some columns replaced."""
    given: dict[str, Any] = {
        "account": ["a"] * 3,
        "charge_id": ["ch_3", "ch_2", "ch_1"],
        "created_at": [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (3, 2, 1)],
        "currency": ["EUR", "JPY", "EUR"],
        "amount_minor": [300, 5_000, 100],
        "label": ["unknown", "legitimate", "fraud"],
        "label_known_at": [None, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 1, 9, 8, tzinfo=UTC)],
        UNIT: ["card", None, "card"],
        "declines_1h": [3.0, None, 1.0],
        "hour": [12.0, 13.0, 14.0],
    }
    types = {"label_known_at": pa.timestamp("us", "UTC"), "created_at": pa.timestamp("us", "UTC")}
    return pa.table(
        {name: pa.array(values, types.get(name)) for name, values in {**given, **columns}.items()}
    )


def test_rows_come_in_the_order_of_time_with_what_is_known_of_them() -> None:
    found = examples(table(), FRAUD)
    assert found.feature_names == ("declines_1h", "hour")
    assert np.array_equal(found.x, [[1, 14], [np.nan, 13], [3, 12]], equal_nan=True)
    assert found.y.tolist() == [True, False, False]
    assert found.is_settled.tolist() == [True, True, False]
    assert found.at[0] == np.datetime64("2026-01-01T12:00:00")
    assert found.known_at[0] == np.datetime64("2026-01-09T08:00:00")
    assert np.isnat(found.known_at[1:]).all()
    assert found.settled_until == np.datetime64("2026-01-03T12:00:00")


def test_payments_without_a_card_are_on_no_card() -> None:
    assert examples(table(), FRAUD).cards.tolist() == [0, -1, 0]


def test_amounts_are_compared_within_their_currency() -> None:
    assert examples(table(), FRAUD).worth.tolist() == [0.5, 1, 1.5]
    assert comparable(np.array([0.0, 0.0]), ["EUR", "EUR"]).tolist() == [0, 0]


def test_a_task_may_name_its_features() -> None:
    assert examples(table(), replace(FRAUD, features=("hour",))).feature_names == ("hour",)
    said = r"training table of the task 'fraud' has no hours \(did you mean hour\?\).*There are: declines_1h, hour"
    with pytest.raises(ModelError, match=said):
        examples(table(), replace(FRAUD, features=("hours",)))


def test_a_column_that_the_task_needs_and_the_table_lacks_is_named() -> None:
    with pytest.raises(ModelError, match=r"task fraud: the training table .* has no label_known_at"):
        examples(table().drop_columns(["label_known_at"]), FRAUD)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (table(label=["legitimate", "unknown", "legitimate"]), r"2 legitimate, 1 unknown"),
        (table()[:0], "no row at all"),
    ],
    ids=["no fraud", "no rows"],
)
def test_labels_without_fraud_are_refused(rows: pa.Table, said: str) -> None:
    with pytest.raises(ModelError, match=rf"no row of gold.training_fraud is 'fraud' by label \(.*{said}"):
        examples(rows, FRAUD)


def test_features_are_taken_by_name_in_the_order_that_is_asked_for() -> None:
    found = examples(table(), FRAUD)
    assert found.features(("hour", "declines_1h"))[0].tolist() == [14, 1]
    with pytest.raises(ModelError, match="has no day"):
        found.features(("day",))


def test_a_task_is_found_by_its_name() -> None:
    assert task("fraud") is FRAUD
    with pytest.raises(ModelError, match="'frod' is no task; there are: fraud"):
        task("frod")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"families": ("logistic", "svm")},
            "families: 'svm'; there are: logistic, forest, boosting, network",
        ),
        ({"chosen_by": "auc"}, "chosen_by: 'auc'; there are: roc_auc, average_precision"),
        ({"calibration": "beta"}, "calibration: 'beta'; there are: none, platt, isotonic"),
    ],
)
def test_a_task_that_names_what_there_is_not_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=f"task fraud: {said}"):
        replace(FRAUD, folds=RULE, **change)
