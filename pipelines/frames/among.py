"""Rows with one of many values: the values travel as rows, because a plan that lists them grows with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_VALUE = "one_of_values"


def among(
    rows: DataFrame, column: str, values: Collection[Any], kind: pa.DataType | None = None
) -> DataFrame:
    """The rows whose column holds one of some values.

    Args:
        rows: any frame.
        column: one of its columns.
        values: what it may hold; each at most once, where that matters to nobody but the engine.
        kind: their Arrow type; texts by default.
    """
    if not values:
        return rows.filter("false")
    listed = pa.table({_VALUE: pa.array(list(values), kind or pa.string())})
    of = rows.sparkSession.createDataFrame(listed)
    return rows.join(of, rows[column] == of[_VALUE], "left_semi")
