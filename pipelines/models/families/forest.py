"""A random forest: scikit-learn's.

Contributions are in probability and add up exactly: along a row's path through a tree, each split moves the share of
fraud from that of the parent to that of the child, and the move is its feature's; the mean over the trees is taken.
That costs one walk a tree, where Shapley values of deep trees cost thousands; for trees of one split both are the same.
The model is a skops file, of which nothing is built unless all its types are trusted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Floats
from pipelines.models.families.model import Contributions, Fitting, Params, matrix
from pipelines.models.families.preparation import Preparation, prepare

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

FILE = "forest.skops"
PREPARATION = "preparation.json"

TRUSTED = ("sklearn.tree._tree.Tree",)
"""What a file may hold besides the types that skops trusts by itself: the arrays of a tree."""

GRID: tuple[Params, ...] = tuple(
    {"trees": 100, "max_depth": depth, "min_samples_leaf": leaf, "max_features": "sqrt", "positive_weight": 1}
    for depth, leaf in ((8, 5), (12, 2))
)


@dataclass(frozen=True)
class Forest:
    """A fitted forest."""

    feature_names: tuple[str, ...]
    preparation: Preparation = field(repr=False)
    forest: RandomForestClassifier = field(repr=False)
    family: str = "forest"

    def predict(self, x: Floats) -> Floats:
        """Probability of each row: the mean share of fraud in the leaves that it falls into."""
        columns = self.preparation(matrix(x, self.feature_names)).astype(np.float32)
        if not len(columns):
            return np.empty(0)
        return np.asarray(self.forest.predict_proba(columns)[:, 1], np.float64)

    def contributions(self, x: Floats) -> Contributions:
        """Moves of the share of fraud along the paths."""
        columns = self.preparation(matrix(x, self.feature_names)).astype(np.float32)
        moves, base = np.zeros(columns.shape), 0.0
        for tree in self.forest.estimators_:
            base += _walk(tree.tree_, columns, moves)
        count = len(self.forest.estimators_)
        values = self.preparation.by_feature(moves / count)
        return Contributions(values, np.full(len(x), base / count), "probability")

    def write(self, folder: Path) -> None:
        """Write the skops file and the preparation."""
        from skops.io import dump

        dump(self.forest, folder / FILE)
        (folder / PREPARATION).write_text(json.dumps(self.preparation.to_json()), encoding="utf-8")


def _walk(tree: Any, columns: np.ndarray[Any, Any], moves: Floats) -> float:
    """Add a tree's moves to those of each row and column; gives the share of fraud at its root."""
    share = tree.value[:, 0, 1] / tree.value[:, 0, :].sum(axis=1)
    rows, nodes = np.arange(len(columns)), np.zeros(len(columns), np.int64)
    while len(rows):
        inner = tree.children_left[nodes] >= 0
        rows, nodes = rows[inner], nodes[inner]
        features = tree.feature[nodes]
        left = columns[rows, features] <= tree.threshold[nodes]
        below = np.where(left, tree.children_left[nodes], tree.children_right[nodes])
        moves[rows, features] += share[below] - share[nodes]
        nodes = below
    return float(share[0])


def fit(given: Fitting) -> Forest:
    """Grow ``trees`` trees, each on a sample of the rows."""
    from sklearn.ensemble import RandomForestClassifier

    preparation = prepare(given.x, is_log=False)
    own = {name: value for name, value in given.params.items() if name not in ("trees", "positive_weight")}
    forest = RandomForestClassifier(
        n_estimators=int(given.params["trees"] or 100), random_state=given.seed, n_jobs=given.threads, **own
    )
    forest.fit(preparation(given.x).astype(np.float32), given.y, sample_weight=given.weights)
    return Forest(given.feature_names, preparation, forest)


def read(folder: Path, feature_names: tuple[str, ...], threads: int) -> Forest:
    """The model that was written into a folder.

    Raises:
        ModelError: the file holds types that are not trusted.
    """
    from skops.io import get_untrusted_types, load

    if strange := sorted(set(get_untrusted_types(file=folder / FILE)) - set(TRUSTED)):
        raise ModelError(f"{folder / FILE}: holds types that a forest has not: {', '.join(strange)}")
    forest = load(folder / FILE, trusted=list(TRUSTED))
    forest.set_params(n_jobs=threads)
    content = json.loads((folder / PREPARATION).read_text(encoding="utf-8"))
    return Forest(feature_names, Preparation.from_json(content), forest)
