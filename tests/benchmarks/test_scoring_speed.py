"""The benchmark of scoring: its models tell fraud, and every payment gets a score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.dataset as ds
import pytest

from benchmarks import scoring
from pipelines.models.families import calibrated
from pipelines.models.judging.metrics import roc_auc

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", [one for one in scoring.MODELS if one.name in ("logistic", "boosting_3")])
def test_the_models_that_are_measured_are_real_ones(model: scoring.ScoringModel, tmp_path: Path) -> None:
    scoring.train(model, tmp_path / "model")
    rows, is_fraud = scoring.rows_of(np.random.default_rng(1), 4_000)
    found = calibrated.load(tmp_path / "model").predict(rows)
    area = roc_auc(is_fraud, found)
    assert area is not None
    assert area > 0.9


def test_every_payment_is_scored_and_some_are_explained(tmp_path: Path) -> None:
    scoring.make(tmp_path / "rows.parquet", 3_000)
    scoring.train(scoring.MODELS[0], tmp_path / "model")
    scoring.main(str(tmp_path / "model"), str(tmp_path / "rows.parquet"), str(tmp_path / "scores"))
    found = ds.dataset(tmp_path / "scores", exclude_invalid_files=True).to_table(columns=["payment"])
    assert sorted(found["payment"].to_pylist()) == list(range(3_000))
    assert 0 < scoring.explained_share(tmp_path / "scores") < 0.2
