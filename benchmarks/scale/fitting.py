"""What figures grow with: exponents without a fixed part, and a sum of parts with its error on points left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

import numpy as np
from scipy.optimize import nnls

LEAST = 0.05
"""A smaller figure (seconds) is weighed as if it were this: the system counts processor time in hundredths."""

Row = Mapping[str, float]
"""What a figure may depend on, by name, such as payments and days."""


@dataclass(frozen=True)
class Model:
    """A figure as a sum: a fixed part, and so much for each of what it depends on. No part is negative.

    Attributes:
        fixed: what is there in any case.
        slopes: by name, what each unit adds.
    """

    fixed: float
    slopes: Mapping[str, float]

    def at(self, row: Row) -> float:
        """The figure for some values."""
        return self.fixed + sum(slope * row[name] for name, slope in self.slopes.items())


def fitted(rows: Sequence[Row], figures: Sequence[float], names: Sequence[str]) -> Model:
    """The sum whose errors are least, each in terms of its figure, so that small points count as much as large ones.

    Args:
        rows: the points; at least one.
        figures: of each of them.
        names: what the figure may depend on.
    """
    weights = np.array([1 / max(figure, LEAST) for figure in figures])
    parts = np.array([[1.0, *(row[name] for name in names)] for row in rows])
    scale = parts.max(axis=0)
    scale[scale == 0] = 1.0
    found, _ = nnls(parts / scale * weights[:, None], np.array(figures) * weights)
    fixed, *slopes = found / scale
    return Model(float(fixed), dict(zip(names, map(float, slopes), strict=True)))


def errors(rows: Sequence[Row], figures: Sequence[float], names: Sequence[str]) -> list[float]:
    """How far off each point is, as a share of its figure, by the model that is fitted to all others.

    The outermost points tell how good a model is beyond all of them: they are guessed from smaller ones alone.
    """
    found = []
    for place, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        others = [other for other in range(len(rows)) if other != place]
        model = fitted([rows[n] for n in others], [figures[n] for n in others], names)
        found.append(model.at(row) / max(figure, LEAST) - 1)
    return found


def typical(shares: Sequence[float]) -> float:
    """The median of errors, whichever their sign."""
    return median(abs(share) for share in shares)


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float | None:
    """How a figure grows with a size, as a power of it, whatever its fixed part: 1 as much, 2 four times for twice.

    It compares what the last step adds with what the step before did, so it needs three points whose sizes grow by
    one factor; None where there are fewer, or where a step adds nothing.

    Raises:
        ValueError: the factors differ by more than a tenth.
    """
    if len(sizes) < 3:
        return None
    (a, b, c), (x, y, z) = sizes[-3:], figures[-3:]
    if abs((c / b) / (b / a) - 1) > 0.1:
        raise ValueError(f"sizes {a:g}, {b:g}, {c:g} do not grow by the same factor")
    if y - x <= LEAST or z - y <= LEAST:
        return None
    return log((z - y) / (y - x)) / log(c / b)
