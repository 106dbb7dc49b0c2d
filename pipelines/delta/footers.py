"""What staged Parquet files hold, by what their footers say: no engine needs to be asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipelines.delta import storage

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

SPARK_SCHEMA = b"org.apache.spark.sql.parquet.row.metadata"
"""Under this Spark notes in each file what its columns are."""

UNCOMMITTED = "_temporary"
"""Folder in which Spark's tasks write until their job is committed."""


def committed_files(uri: str) -> list[str]:
    """Paths or URLs of the Parquet files below a folder that an engine reads, in order.

    An executor that was given up may wake up and write half of another one.
    """
    return [path for path in storage.parquet_files(uri) if f"/{UNCOMMITTED}/" not in path]


def spark_schema(path: str) -> StructType | None:
    """The schema that Apache Spark notes in a Parquet file that it writes; None where another engine wrote it."""
    from pyspark.sql.types import StructType

    with storage.opened(path) as stream:
        noted = (pq.read_metadata(stream).metadata or {}).get(SPARK_SCHEMA)
    return StructType.fromJson(json.loads(noted)) if noted else None


def row_counts(paths: Iterable[str], accept: str | None) -> tuple[int, int]:
    """Rows in some Parquet files: those to be published, and those that are refused.

    Args:
        paths: of the files.
        accept: name of the column that is null in the rows to publish; None where all are.
    """
    total = published = 0
    for file in _opened(paths):
        total += file.metadata.num_rows
        published += _null_count(file, accept) if accept else file.metadata.num_rows
    return published, total - published


def bounds(uri: str, columns: Collection[str]) -> Mapping[str, tuple[Any, Any]]:
    """The least and the greatest value of columns in the Parquet files of a folder, where the footers say them.

    Of a column without a value both are None; one of which a file does not say it is left out.
    """
    found: dict[str, list[Any]] = {name: [] for name in columns}
    for file in _opened(committed_files(uri)):
        for name in list(found):
            values = ends(file, name)
            if values is None:
                del found[name]
            else:
                found[name] += values
    return {name: (min(values, default=None), max(values, default=None)) for name, values in found.items()}


def _opened(paths: Iterable[str]) -> Iterator[pq.ParquetFile]:
    """Some Parquet files, each open until the next."""
    for path in paths:
        with storage.opened(path) as stream, pq.ParquetFile(stream) as file:
            yield file


def _groups(file: pq.ParquetFile, column: str) -> list[pq.ColumnChunkMetaData]:
    """What the footer says of a column, by group of rows."""
    index = file.schema_arrow.get_field_index(column)
    return [file.metadata.row_group(n).column(index) for n in range(file.num_row_groups)]


def ends(file: pq.ParquetFile, column: str) -> list[Any] | None:
    """The least and the greatest value of each group of rows that has any; None where the file does not say."""
    values: list[Any] = []
    for group in _groups(file, column):
        found = group.statistics
        if found is not None and found.has_min_max:
            values += [found.min, found.max]
        elif found is None or found.null_count != group.num_values:
            return None
    return values


def _null_count(file: pq.ParquetFile, column: str) -> int:
    groups = [group.statistics for group in _groups(file, column)]
    if all(found is not None and found.has_null_count for found in groups):
        return sum(found.null_count for found in groups)
    return int(file.read(columns=[column]).column(0).null_count)
