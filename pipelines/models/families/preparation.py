"""Features made ready for models that know no missing values and mind scales. Fitted on training rows only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.models.families.arrays import Codes, Floats

FARTHEST = 10.0
"""Standard deviations beyond which a value counts as that far, unless a model says otherwise: one odd amount must not
decide by itself. What is rare and telling, such as the share of fraud at a terminal, can lie much farther."""


@dataclass(frozen=True)
class Preparation:
    """How features become columns: unknown values are replaced by the median, and an indicator column says so.

    Attributes:
        is_log: whether values are first taken to the sign times the logarithm of one plus their size.
        medians: what an unknown value of each feature is replaced by, before anything else.
        means: of the columns, one a feature.
        scales: their standard deviations.
        indicated: numbers of the features that were unknown in some training row; each gets an indicator column,
            1 where unknown, after the others.
        farthest: standard deviations beyond which a value counts as that far; 0 for no limit.
    """

    is_log: bool
    medians: Floats
    means: Floats
    scales: Floats
    indicated: Codes
    farthest: float = FARTHEST

    def __call__(self, x: Floats) -> Floats:
        """The columns: one a feature, standardised, then the indicators."""
        unknown = np.isnan(x)
        filled = np.where(unknown, self.medians, x)
        values = _signed_log(filled) if self.is_log else filled
        standard = (values - self.means) / self.scales
        if self.farthest:
            standard = np.clip(standard, -self.farthest, self.farthest)
        return np.hstack([standard, unknown[:, self.indicated].astype(float)])

    def by_feature(self, columns: Floats) -> Floats:
        """Sums of what belongs to the same feature: its column and its indicator."""
        count = len(self.medians)
        found = columns[:, :count].copy()
        found[:, self.indicated] += columns[:, count:]
        return found

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "is_log": self.is_log,
            "medians": self.medians.tolist(),
            "means": self.means.tolist(),
            "scales": self.scales.tolist(),
            "indicated": self.indicated.tolist(),
            "farthest": self.farthest,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Preparation:
        """From what :meth:`to_json` gave."""
        medians, means, scales = (np.asarray(given[name], float) for name in ("medians", "means", "scales"))
        indicated = np.asarray(given["indicated"], np.int64)
        farthest = float(given.get("farthest", FARTHEST))
        return cls(bool(given["is_log"]), medians, means, scales, indicated, farthest)


def prepare(x: Floats, *, is_log: bool, farthest: float = FARTHEST) -> Preparation:
    """Fit a preparation. A feature that is never known becomes 0; one that never varies keeps its scale."""
    unknown = np.isnan(x)
    known = ~unknown.all(axis=0)
    medians = np.zeros(x.shape[1])
    medians[known] = np.nanmedian(x[:, known], axis=0)
    filled = np.where(unknown, medians, x)
    values = _signed_log(filled) if is_log else filled
    scales = values.std(axis=0)
    return Preparation(
        is_log=is_log,
        medians=medians,
        means=values.mean(axis=0),
        scales=np.where(scales > 1e-12, scales, 1.0),
        indicated=np.flatnonzero(unknown.any(axis=0)),
        farthest=farthest,
    )


def _signed_log(values: Floats) -> Floats:
    return np.sign(values) * np.log1p(np.abs(values))
