"""Whether what is scored still looks like what was learned from: how each feature and the scores were spread.

A reference says how a column was spread when a model was made. It is kept with the model, as JSON, so that a batch can
be compared with it without the training data, which may be gone by then. The measure is the population stability index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.models.families.arrays import Codes, Floats

BINS = 10
"""How many bins hold the known values, where these do not repeat."""

LEAST_SHARE = 1e-4
"""Share that an empty bin counts as in the stability index, whose logarithm an empty one has not."""

NOTEWORTHY, SERIOUS = 0.1, 0.25
"""The usual reading of the index: below the first nothing has happened, from the second on the model is in doubt."""

PROBABILITY = "probability"
"""Name of the reference of a model's own probabilities, on payments that it has not learnt from."""


@dataclass(frozen=True)
class Reference:
    """How a column was spread.

    Attributes:
        edges: inner edges of bins that held about equal numbers of the known values, ascending.
        counts: values by bin, an edge in the bin below it; the last number is that of unknown ones.
        mean: of the known values; None where there is none, or where an older version did not keep it.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mean: float | None = None

    @property
    def null_share(self) -> float:
        """Share of values that were not known; 0 where there was no value."""
        return null_share(self.counts)

    def bins(self, values: Floats) -> Codes:
        """The bin of each value, a place in :attr:`counts`."""
        found = np.searchsorted(np.asarray(self.edges), values, side="left")
        return np.where(np.isnan(values), len(self.edges) + 1, found)

    def count(self, values: Floats) -> Codes:
        """Values by bin, NaN being unknown. Counts of parts add up to those of the whole."""
        return np.bincount(self.bins(values), minlength=len(self.edges) + 2)

    def stability_index(self, counted: Sequence[int]) -> float | None:
        """How far some counts are from those of the reference; None where nothing was counted."""
        before, now = np.asarray(self.counts, float), np.asarray(counted, float)
        if not before.sum() or not now.sum():
            return None
        before, now = (np.maximum(counts / counts.sum(), LEAST_SHARE) for counts in (before, now))
        return float(np.sum((now - before) * np.log(now / before)))


def reference(values: Floats) -> Reference:
    """How some values are spread, NaN being unknown, in bins of about equal numbers; fewer where values repeat."""
    known = values[~np.isnan(values)]
    quantiles = np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]) if len(known) else known
    spread = Reference(tuple(np.unique(quantiles).tolist()), ())
    return replace(
        spread, counts=tuple(spread.count(values).tolist()), mean=float(known.mean()) if len(known) else None
    )


def references(rows: Floats, names: Sequence[str]) -> dict[str, Reference]:
    """How each column of a matrix is spread, by the columns' names."""
    return {name: reference(rows[:, place]) for place, name in enumerate(names)}


def null_share(counts: Sequence[int]) -> float:
    """Share of unknown values in counts by bin; 0 where there is none."""
    return float(counts[-1] / sum(counts)) if sum(counts) else 0.0


def as_json(found: Mapping[str, Reference]) -> dict[str, Any]:
    """References as a JSON object, to be kept with a model."""
    return {name: {"edges": one.edges, "counts": one.counts, "mean": one.mean} for name, one in found.items()}


def from_json(kept: Mapping[str, Any]) -> dict[str, Reference]:
    """What :func:`as_json` gave."""
    return {
        name: Reference(tuple(one["edges"]), tuple(one["counts"]), one.get("mean"))
        for name, one in kept.items()
    }
