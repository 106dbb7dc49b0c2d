"""Made-up payments for tests of models: fraud is dear, at night, from elsewhere, and hard to see."""

from __future__ import annotations

import numpy as np

from pipelines.models.families.arrays import Flags, Floats

NAMES = ("amount", "hour", "declines_1h", "days_since_first", "noise")


def payments(rows: int = 1500, seed: int = 7, *, fraud_rate: float = 0.08) -> tuple[Floats, Flags]:
    """Features, of which some are unknown, and whether it is fraud."""
    chance = np.random.default_rng(seed)
    y = chance.random(rows) < fraud_rate
    x = np.column_stack(
        [
            chance.lognormal(8 + 1.2 * y, 1),
            chance.integers(0, 24, rows) * np.where(y, 0.6, 1),
            chance.poisson(0.2 + 1.5 * y),
            chance.exponential(np.where(y, 20, 200)),
            chance.normal(size=rows),
        ]
    )
    x[chance.random(rows) < 0.15, 3] = np.nan
    return x, y
