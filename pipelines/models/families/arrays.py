"""The arrays that models and their measures take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""Numbers; NaN where a value is not known."""

Flags = npt.NDArray[np.bool_]
"""Statements, one a row: is fraud, is in the fold."""

Codes = npt.NDArray[np.int64]
"""Whole numbers that stand for something else: entities, days."""

Moments = npt.NDArray[np.datetime64]
"""Times of one-second resolution, UTC."""
