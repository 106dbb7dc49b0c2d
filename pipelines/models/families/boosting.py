"""Gradient boosted trees: XGBoost.

Contributions are exact Shapley values of the trees (TreeSHAP), in log odds, from XGBoost itself. Missing values are its
own affair: each split says which way they go. The model is XGBoost's JSON.

``tree_method`` is a hyper-parameter: ``exact`` with ``base_score`` 0.5 is what XGBoost did before its third version,
and restores published figures on small training sets with few frauds; ``hist`` is faster on large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.models.families.arrays import Floats
from pipelines.models.families.model import Contributions, Fitting, Params, matrix

if TYPE_CHECKING:
    from xgboost import Booster

FILE = "boosting.json"

GRID: tuple[Params, ...] = tuple(
    {"trees": trees, "max_depth": depth, "eta": eta, "tree_method": "hist", "positive_weight": 1}
    for depth, trees, eta in ((3, 100, 0.1), (3, 200, 0.1), (5, 100, 0.1), (5, 200, 0.05))
)

FIXED: Params = {"objective": "binary:logistic", "base_score": 0.5, "subsample": 0.9, "colsample_bytree": 0.8}
"""What the grid does not name. A trial's own parameters, of any name that XGBoost knows, count first."""

OURS = ("trees", "positive_weight")
"""Parameters that XGBoost's booster is not told."""


@dataclass(frozen=True)
class Boosting:
    """A fitted booster."""

    feature_names: tuple[str, ...]
    booster: Booster = field(repr=False)
    family: str = "boosting"

    def predict(self, x: Floats) -> Floats:
        """Probability of each row."""
        found = self.booster.inplace_predict(matrix(x, self.feature_names))
        return np.asarray(found, np.float64)

    def contributions(self, x: Floats) -> Contributions:
        """Shapley values of the trees."""
        from xgboost import DMatrix

        found = self.booster.predict(DMatrix(matrix(x, self.feature_names)), pred_contribs=True)
        both = np.asarray(found, np.float64).reshape(len(x), len(self.feature_names) + 1)
        return Contributions(both[:, :-1], both[:, -1], "log_odds")

    def write(self, folder: Path) -> None:
        """Write XGBoost's JSON."""
        self.booster.save_model(folder / FILE)


def fit(given: Fitting) -> Boosting:
    """Boost ``trees`` trees."""
    import xgboost

    own = {name: value for name, value in given.params.items() if name not in OURS}
    params = {**FIXED, **own, "seed": given.seed, "nthread": given.threads, "verbosity": 0}
    rows = xgboost.DMatrix(given.x, label=given.y, weight=given.weights)
    trees = int(given.params["trees"] or 100)
    return Boosting(given.feature_names, xgboost.train(params, rows, num_boost_round=trees))


def read(folder: Path, feature_names: tuple[str, ...], threads: int) -> Boosting:
    """The model that was written into a folder."""
    from xgboost import Booster

    booster = Booster({"nthread": threads})
    booster.load_model(folder / FILE)
    return Boosting(feature_names, booster)
