"""A model with the curve that makes its probabilities true: what scores are made with, and what is kept in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.models.families import calibration, families
from pipelines.models.families.arrays import Floats
from pipelines.models.families.calibration import Calibration
from pipelines.models.families.model import Contributions, Model


@dataclass(frozen=True)
class CalibratedModel:
    """A model and its calibration."""

    model: Model
    calibration: Calibration

    @property
    def family(self) -> str:
        """Name of its family."""
        return self.model.family

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns that it takes, in order."""
        return self.model.feature_names

    def predict(self, x: Floats) -> Floats:
        """Probability of each row, calibrated."""
        return self.calibration(self.model.predict(x))

    def contributions(self, x: Floats) -> Contributions:
        """How much each feature moved each row's score, before calibration, which keeps their order."""
        return self.model.contributions(x)


def save(model: CalibratedModel, folder: Path) -> None:
    """Write a model into a folder, which is made. No file in it can carry code."""
    families.save(model.model, folder)
    calibration.save(model.calibration, folder)


def load(folder: Path, threads: int = 1) -> CalibratedModel:
    """The model that was saved in a folder.

    Raises:
        ModelError: there is none, or it was written by a newer Vermeil.
    """
    return CalibratedModel(families.load(folder, threads), calibration.load(folder))
