"""Logistic regression: one weight a feature.

Contributions are exact: coefficient times standardised value, in log odds. The base is a payment that is average in
all.
The model is a JSON file of its coefficients, which a person can read and nothing can run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.models.families.arrays import Floats
from pipelines.models.families.model import Contributions, Fitting, Params, matrix, sigmoid
from pipelines.models.families.preparation import FARTHEST, Preparation, prepare

FILE = "logistic.json"

GRID: tuple[Params, ...] = tuple(
    {"C": c, "is_log": is_log, "positive_weight": 1}
    for is_log, c in ((1, 0.001), (1, 0.01), (1, 0.1), (1, 1.0), (0, 0.1))
)
"""C is the inverse of the penalty on the squared coefficients; ``is_log`` takes the logarithm of features first;
``farthest`` is how many standard deviations a value may lie off, 0 for any."""

SOLVER = "newton-cholesky"
"""A few exact steps: the fastest for many more rows than features, and the same on every machine."""


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression. ``coefficients`` has one a prepared column."""

    feature_names: tuple[str, ...]
    preparation: Preparation
    coefficients: Floats
    intercept: float
    family: str = "logistic"

    def predict(self, x: Floats) -> Floats:
        """Probability of each row."""
        columns = self.preparation(matrix(x, self.feature_names))
        return sigmoid(columns @ self.coefficients + self.intercept)

    def contributions(self, x: Floats) -> Contributions:
        """Coefficient times standardised value."""
        columns = self.preparation(matrix(x, self.feature_names)) * self.coefficients
        base = np.full(len(x), self.intercept)
        return Contributions(self.preparation.by_feature(columns), base, "log_odds")

    def write(self, folder: Path) -> None:
        """Write coefficients and preparation."""
        content = {
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
            "preparation": self.preparation.to_json(),
        }
        (folder / FILE).write_text(json.dumps(content), encoding="utf-8")


def fit(given: Fitting) -> Logistic:
    """Fit by maximum likelihood with a penalty. Needs no chance and no threads."""
    from sklearn.linear_model import LogisticRegression

    farthest = float(given.params.get("farthest", FARTHEST) or 0)
    preparation = prepare(given.x, is_log=bool(given.params.get("is_log")), farthest=farthest)
    fitted = LogisticRegression(C=float(given.params["C"] or 1), solver=SOLVER)
    fitted.fit(preparation(given.x), given.y, sample_weight=given.weights / given.weights.mean())
    return Logistic(
        given.feature_names, preparation, fitted.coef_[0].astype(float), float(fitted.intercept_[0])
    )


def read(folder: Path, feature_names: tuple[str, ...], threads: int) -> Logistic:
    """The model that was written into a folder."""
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Logistic(
        feature_names,
        Preparation.from_json(content["preparation"]),
        np.asarray(content["coefficients"], float),
        float(content["intercept"]),
    )
