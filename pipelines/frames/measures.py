"""Counts, amounts and rates as expressions. Money stays in whole minor units; only a rate is a fraction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def live(rows: DataFrame) -> DataFrame:
    """Rows without those of test mode. Records that do not say are live."""
    return rows.filter("coalesce(livemode, true)")


def text(column: str, name: str = "") -> Column:
    """A text without its column's comment: Sail (0.7.2) cannot unite tables of unlike comments if one is empty."""
    return F.concat(column, F.lit("")).alias(name or column)


def altered(rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Of rows as they are and as they were, those that differ in some columns: what is the same is there twice."""
    return rows.groupBy(*columns).agg(F.count(F.lit(1)).alias("times")).filter("times % 2 = 1").drop("times")


def count_if(condition: Column) -> Column:
    """How many rows satisfy a condition."""
    return F.count(F.when(condition, F.lit(1)))


def sum_if(condition: Column, amount: str) -> Column:
    """Sum of a whole number over the rows that satisfy a condition; 0 where there is none."""
    return F.coalesce(F.sum(F.when(condition, F.col(amount))), F.lit(0)).cast("bigint")


def total(amount: str) -> Column:
    """Sum of a whole number; 0 where there is none."""
    return sum_if(F.lit(True), amount)


def ratio(part: str | Column, whole: str | Column) -> Column:
    """A part of a whole as a double; null where the whole is 0."""
    numerator = F.col(part) if isinstance(part, str) else part
    denominator = F.col(whole) if isinstance(whole, str) else whole
    return F.when(denominator > 0, numerator.cast("double") / denominator.cast("double"))


def combined(frames: Sequence[DataFrame], keys: Sequence[str], measures: Sequence[str]) -> DataFrame:
    """Frames that each have some of the measures, as one row per key with 0 for what is missing."""
    aligned = [_aligned(frame, keys, measures) for frame in frames]
    rows = aligned[0]
    for frame in aligned[1:]:
        rows = rows.unionByName(frame)
    return rows.groupBy(*keys).agg(*(total(name).alias(name) for name in measures))


def _aligned(frame: DataFrame, keys: Sequence[str], measures: Sequence[str]) -> DataFrame:
    present = set(frame.columns)
    figures = (
        F.col(name).cast("bigint").alias(name) if name in present else F.lit(0).cast("bigint").alias(name)
        for name in measures
    )
    return frame.select(*keys, *figures)
