"""Probabilities that mean what they say: a monotone curve from a model's output to the share of fraud.

It is fitted on payments that the model has not learnt from and that are earlier than those it is judged by. A model
that weighs classes, or was boosted too far, ranks well and is wrong about the level; this mends the level and keeps the
order.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Flags, Floats
from pipelines.models.families.model import log_odds, sigmoid

FILE = "calibration.json"

Method = Literal["none", "platt", "isotonic"]

METHODS: tuple[Method, ...] = ("none", "platt", "isotonic")

FLATTEST = 1e-3
"""The least slope of Platt's line: a model that ranks the wrong way is not turned round, it is told to know nothing."""


@dataclass(frozen=True)
class Calibration:
    """A monotone curve.

    Attributes:
        method: ``platt`` is a straight line in log odds, which keeps every difference of rank and needs few frauds;
            ``isotonic`` is any rising staircase, which fits better and needs about a thousand of them; ``none`` leaves
            the output as it is.
        slope: of Platt's line.
        intercept: of Platt's line.
        inputs: ascending outputs of the model; between them the staircase is a straight line.
        outputs: the share of fraud at each.
    """

    method: Method
    slope: float = 1.0
    intercept: float = 0.0
    inputs: tuple[float, ...] = ()
    outputs: tuple[float, ...] = ()

    def __call__(self, p: Floats) -> Floats:
        """Probabilities of fraud, from a model's outputs."""
        if self.method == "platt":
            return sigmoid(self.slope * log_odds(p) + self.intercept)
        if self.method == "isotonic":
            return np.interp(p, self.inputs, self.outputs)
        return p


def calibrate(y: Flags, p: Floats, method: Method) -> Calibration:
    """Fit a curve.

    Raises:
        ModelError: an unknown method, or rows without fraud or without good payments.
    """
    if method not in METHODS:
        raise ModelError(f"calibration: {method!r}; one of {', '.join(METHODS)} is expected")
    if method == "none":
        return Calibration(method)
    if y.all() or not y.any():
        raise ModelError(
            f"calibration: {len(y):,} rows, {int(y.sum()):,} of them fraud; it needs fraud and good"
        )
    return _platt(y, p) if method == "platt" else _isotonic(y, p)


def save(calibration: Calibration, folder: Path) -> None:
    """Write it beside its model."""
    (folder / FILE).write_text(json.dumps(asdict(calibration)), encoding="utf-8")


def load(folder: Path) -> Calibration:
    """The one that lies beside a model."""
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Calibration(
        content["method"],
        content["slope"],
        content["intercept"],
        tuple(content["inputs"]),
        tuple(content["outputs"]),
    )


def _platt(y: Flags, p: Floats) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(log_odds(p)[:, None], y)
    slope = float(fitted.coef_[0, 0])
    if slope >= FLATTEST:
        return Calibration("platt", slope, float(fitted.intercept_[0]))
    level = float(log_odds(np.array([y.mean()]))[0])
    return Calibration("platt", FLATTEST, level - FLATTEST * float(log_odds(p).mean()))


def _isotonic(y: Flags, p: Floats) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, y)
    return Calibration(
        "isotonic",
        inputs=tuple(map(float, fitted.X_thresholds_)),
        outputs=tuple(map(float, fitted.y_thresholds_)),
    )
