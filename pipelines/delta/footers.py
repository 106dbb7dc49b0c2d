"""How many rows staged Parquet files hold, by what their footers say: no engine needs to be asked."""

from __future__ import annotations

import pyarrow.parquet as pq

from pipelines.delta import storage


def row_counts(uri: str, accept: str | None) -> tuple[int, int]:
    """Rows in the Parquet files of a folder: those to be published, and those that are refused.

    Args:
        uri: the folder.
        accept: name of the column that is null in the rows to publish; None where all are.
    """
    total = published = 0
    system, _ = storage.locate(uri)
    for path in storage.parquet_files(uri):
        with system.open_input_file(path) as stream, pq.ParquetFile(stream) as file:
            total += file.metadata.num_rows
            published += _null_count(file, accept) if accept else file.metadata.num_rows
    return published, total - published


def _null_count(file: pq.ParquetFile, column: str) -> int:
    index = file.schema_arrow.get_field_index(column)
    groups = [file.metadata.row_group(n).column(index).statistics for n in range(file.num_row_groups)]
    if all(found is not None and found.has_null_count for found in groups):
        return sum(found.null_count for found in groups)
    return int(file.read(columns=[column]).column(0).null_count)
