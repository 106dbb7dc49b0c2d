"""Plans as an engine tells them, whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

WHOLE = {"spark.sql.maxPlanStringLength": "10000000", "spark.sql.debug.maxToStringFields": "100000"}
"""Sessions tell plans in short, and where such a plan ends depends on how long the paths and the ids in it are."""


def told(frame: DataFrame, *, logical: bool = False) -> str:
    """The plan by which the engine would run it; with the logical plans that lead there."""
    said = StringIO()
    with _whole(frame.sparkSession), redirect_stdout(said):
        frame.explain(logical)
    return said.getvalue()


@contextmanager
def _whole(spark: SparkSession) -> Iterator[None]:
    before = {key: spark.conf.get(key, None) for key in WHOLE}
    for key, value in WHOLE.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, value)
