"""Many frames as one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def united(frames: Iterable[DataFrame]) -> DataFrame:
    """The rows of all frames, one at least, whose columns have the same names in whatever order."""
    return reduce(lambda one, other: one.unionByName(other), frames)
