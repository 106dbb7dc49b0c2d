"""Plans as an engine tells them, whole."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING

from tests.session_settings import with_settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WHOLE = {"spark.sql.maxPlanStringLength": "10000000", "spark.sql.debug.maxToStringFields": "100000"}
"""Sessions tell plans in short, and where such a plan ends depends on how long the paths and the ids in it are."""


def told(frame: DataFrame, *, logical: bool = False) -> str:
    """The plan by which the engine would run it; with the logical plans that lead there."""
    said = StringIO()
    with with_settings(frame.sparkSession, WHOLE), redirect_stdout(said):
        frame.explain(logical)
    return said.getvalue()
