"""How fast payments are scored: a model, made-up rows of features, and one process that scores them through Spark.

``python -m benchmarks.scoring model rows.parquet folder`` writes the scores to a folder of Parquet files.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FEATURES = tuple(f"feature_{number:02d}" for number in range(50))
TELLING = 5
"""So many of the features tell fraud; the others are chance."""

FRAUD_RATE = 0.01
GROUP = 200_000
"""Rows that are made, and written, at a time."""

LEARNT_FROM = 40_000


@dataclass(frozen=True)
class ScoringModel:
    """A model whose speed is measured.

    Attributes:
        name: short, for figures.
        title: what it is, for people.
        family: its family.
        params: its hyper-parameters.
    """

    name: str
    title: str
    family: str
    params: Mapping[str, Any]


MODELS = (
    ScoringModel("logistic", "logistic regression", "logistic", {"C": 1.0}),
    ScoringModel("forest", "random forest, 100 trees of depth 8", "forest",
                 {"trees": 100, "max_depth": 8, "min_samples_leaf": 5, "max_features": "sqrt"}),
    ScoringModel("boosting_3", "XGBoost, 100 trees of depth 3", "boosting",
                 {"trees": 100, "max_depth": 3, "eta": 0.1}),
    ScoringModel("boosting_5", "XGBoost, 200 trees of depth 5", "boosting",
                 {"trees": 200, "max_depth": 5, "eta": 0.1}),
)  # fmt: skip


def make(file: Path, payments: int, seed: int = 7) -> None:
    """Write payments with their features; a twentieth of the values is not known."""
    draw = np.random.default_rng(seed)
    names = ("payment", *FEATURES)
    with pq.ParquetWriter(file, _table(draw, 0, 1).schema) as writer:
        for first in range(0, payments, GROUP):
            writer.write_table(_table(draw, first, min(GROUP, payments - first)).select(names))


def _table(draw: np.random.Generator, first: int, size: int) -> pa.Table:
    rows, _ = rows_of(draw, size)
    columns = {name: pa.array(rows[:, place], from_pandas=True) for place, name in enumerate(FEATURES)}
    return pa.table({"payment": pa.array(np.arange(first, first + size)), **columns})


def rows_of(draw: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Features, NaN where not known, and whether it is fraud."""
    is_fraud = draw.random(size) < FRAUD_RATE
    rows = draw.normal(size=(size, len(FEATURES)))
    rows[:, :TELLING] += 1.5 * is_fraud[:, None]
    rows[draw.random(rows.shape) < 0.05] = np.nan
    return rows, is_fraud


def train(model: ScoringModel, folder: Path, seed: int = 8) -> None:
    """Fit a model on other payments, calibrate it, and keep it in a folder."""
    from pipelines.models.families import calibrated, families
    from pipelines.models.families.calibrated import CalibratedModel
    from pipelines.models.families.calibration import calibrate

    rows, is_fraud = rows_of(np.random.default_rng(seed), 2 * LEARNT_FROM)
    fitted = families.fit(
        model.family, rows[:LEARNT_FROM], is_fraud[:LEARNT_FROM], FEATURES, dict(model.params)
    )
    found = fitted.predict(rows[LEARNT_FROM:])
    calibrated.save(CalibratedModel(fitted, calibrate(is_fraud[LEARNT_FROM:], found, "platt")), folder)


def explained_share(folder: Path) -> float:
    """Of the scores in a folder, those that have reasons."""
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    from pipelines.models.scoring import EXPLAINED_FROM

    found = ds.dataset(folder, exclude_invalid_files=True).to_table(columns=["score"])["score"]
    return float(pc.mean(pc.greater_equal(found, EXPLAINED_FROM)).as_py() or 0.0)


def main(model: str, file: str, folder: str) -> None:
    """Score all rows with the model that is kept in a folder, reasons and feature rows included."""
    from pipelines.delta.engine import open_spark
    from pipelines.models.scoring import pack, scored
    from pipelines.settings import load_settings

    with open_spark(load_settings()) as spark:
        packed = pack("benchmark-1", FEATURES, Path(model))
        rows = spark.read.parquet(file)
        scored(rows, packed, ["payment"], "rows").write.parquet(folder, mode="overwrite")


if __name__ == "__main__":
    main(*sys.argv[1:])
