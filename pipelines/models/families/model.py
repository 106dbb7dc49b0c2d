"""What every model can do, whatever its family, and what a family's module has to offer.

A model is a value: it is fitted once and never changed. It takes a matrix of which each column is a feature, in the
order of its ``feature_names``, NaN where a value is not known, and gives a probability that is not calibrated yet.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Flags, Floats

Params = Mapping[str, float | int | str | None]
"""Hyper-parameters of a family by name. ``positive_weight``, which all know, is how many good payments a fraud counts
as; ``balanced`` makes both classes weigh the same."""

Unit = Literal["log_odds", "probability"]

SHOWN = 5
"""Missing features that an error names."""


@dataclass(frozen=True)
class Contributions:
    """How much each feature moved each score: ``base + values.sum(axis=1)`` is the model's own output.

    Attributes:
        values: one row a payment, one column a feature.
        base: what the output would be without any of them, one a payment.
        unit: log odds of the probability, or the probability itself.
    """

    values: Floats
    base: Floats
    unit: Unit

    @property
    def probabilities(self) -> Floats:
        """The probabilities that they add up to."""
        total = self.base + self.values.sum(axis=1)
        return sigmoid(total) if self.unit == "log_odds" else total


class Model(Protocol):
    """A fitted model."""

    @property
    def family(self) -> str:
        """Name of its family."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns that it takes, in order."""

    def predict(self, x: Floats) -> Floats:
        """Probability of each row, 0 to 1, not calibrated.

        Raises:
            ModelError: the matrix has another number of columns.
        """

    def contributions(self, x: Floats) -> Contributions:
        """How much each feature moved each row's score. What a family's sums mean is said in its module.

        Raises:
            ModelError: the matrix has another number of columns.
        """

    def write(self, folder: Path) -> None:
        """Write what :meth:`Family.read` needs into a folder, in a format that cannot carry code."""


@dataclass(frozen=True)
class Fitting:
    """What a model is fitted on, and how.

    Attributes:
        x: one row a payment, one column a feature; NaN where not known.
        y: whether it is fraud.
        weights: what each row counts as.
        feature_names: of the columns.
        params: the family's hyper-parameters.
        seed: of all chance.
        threads: how many cores to use.
    """

    x: Floats
    y: Flags
    weights: Floats
    feature_names: tuple[str, ...]
    params: Params
    seed: int
    threads: int


class Family(Protocol):
    """What the module of a family has."""

    GRID: tuple[Params, ...]
    """Hyper-parameters that are tried, the plainest first."""

    def fit(self, given: Fitting) -> Model:
        """A model of these rows, each counting as its weight. The same fitting gives the same model."""

    def read(self, folder: Path, feature_names: tuple[str, ...], threads: int) -> Model:
        """The model that was written into a folder."""


def class_weights(y: Flags, positive_weight: float | str | None = 1) -> Floats:
    """A weight a row: 1 for good payments, and for fraud the given one, or as much as makes both classes equal.

    Raises:
        ModelError: it is neither a positive number nor ``balanced``.
    """
    if positive_weight == "balanced":
        positive_weight = float((~y).sum() / max(y.sum(), 1)) or 1.0
    if not isinstance(positive_weight, int | float) or positive_weight <= 0:
        raise ModelError(f"positive_weight: {positive_weight!r}; a positive number or 'balanced' is expected")
    return np.where(y, float(positive_weight), 1.0)


def matrix(x: Floats, feature_names: Sequence[str]) -> Floats:
    """The matrix, if it has as many columns as there are features.

    Raises:
        ModelError: it has not.
    """
    if x.ndim != 2 or x.shape[1] != len(feature_names):
        raise ModelError(
            f"a matrix of shape {x.shape} for a model of {len(feature_names)} features: one column a feature is "
            f"expected, in the order {_listed(feature_names)}"
        )
    return x


def check_features(needed: Sequence[str], available: Sequence[str], model: str, table: str) -> None:
    """Refuse a model that needs features which a table does not have.

    Raises:
        ModelError: it names those that are missing, what they might be called, and what there is.
    """
    missing = [name for name in needed if name not in set(available)]
    if missing:
        raise ModelError(
            f"{model}: {table} has no {_guesses(missing, available)}. Add them to the feature set, or train a model "
            f"anew. There are: {', '.join(sorted(available))}"
        )


def _guesses(missing: Sequence[str], available: Sequence[str]) -> str:
    said = []
    for name in missing[:SHOWN]:
        near = difflib.get_close_matches(name, available, 1)
        said.append(f"{name} (did you mean {near[0]}?)" if near else name)
    more = len(missing) - SHOWN
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def sigmoid(z: Floats) -> Floats:
    """Probability of log odds, without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def log_odds(p: Floats) -> Floats:
    """Log odds of a probability; 0 and 1 are taken as very near to them."""
    near = np.clip(p, 1e-9, 1 - 1e-9)
    return np.log(near / (1 - near))
