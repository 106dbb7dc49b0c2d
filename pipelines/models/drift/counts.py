"""How what was scored is spread, counted in Spark: few numbers come out, however many payments there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F  # noqa: N812

from pipelines.models.drift.reference import PROBABILITY, Reference
from pipelines.models.scoring import feature_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

References = Mapping[str, Mapping[str, Reference]]
"""By version, then by column: the version's features in its order, and its probability."""

KEY = ("model_version", "date", "column_name", "bin")

_SCHEMA = pa.schema(
    {
        "model_version": pa.string(),
        "date": pa.date32(),
        "column_name": pa.string(),
        "bin": pa.int64(),
        "payments_count": pa.int64(),
    }
)
_TYPES = "model_version string, date date, column_name string, bin bigint, payments_count bigint"


def counted(scores: DataFrame, references: References) -> DataFrame:
    """Scored payments by :data:`KEY`: each payment once for every column of its version.

    Args:
        scores: of a task.
        references: whose bins are counted; the scores of other versions are left out.
    """
    own = scores.filter(F.col("model_version").isin(*references)) if references else scores.filter("false")
    rows = own.select("model_version", "date", "probability", "feature_row")
    parts = rows.mapInArrow(partial(_counted, references=references), _TYPES)
    return parts.groupBy(*KEY).agg(F.sum("payments_count").alias("payments_count"))


def _counted(batches: Iterator[pa.RecordBatch], references: References) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for version in pc.unique(batch.column("model_version")).to_pylist():
            rows = batch.filter(pc.equal(batch.column("model_version"), version))
            yield from _of_version(rows, version, references[version])


def _of_version(
    rows: pa.RecordBatch, version: str, spread: Mapping[str, Reference]
) -> Iterator[pa.RecordBatch]:
    """The counts of one version's payments, a batch a column."""
    days, day = np.unique(rows.column("date").cast(pa.int32()).to_numpy(), return_inverse=True)
    features = [name for name in spread if name != PROBABILITY]
    seen = feature_rows(rows.column("feature_row").to_pylist(), len(features))
    columns = {name: seen[:, place] for place, name in enumerate(features)}
    columns[PROBABILITY] = rows.column("probability").to_numpy()
    for name, values in columns.items():
        width = len(spread[name].counts)
        counts = np.bincount(day * width + spread[name].bins(values), minlength=len(days) * width)
        there = np.flatnonzero(counts)
        arrays = [
            pa.array([version] * len(there)),
            pa.array(days[there // width], pa.int32()).cast(pa.date32()),
            pa.array([name] * len(there)),
            pa.array(there % width, pa.int64()),
            pa.array(counts[there], pa.int64()),
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
