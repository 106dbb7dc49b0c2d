"""Declared tables as Arrow has them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipelines.table import Table

ARROW_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "binary": pa.binary(),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The declared schema, as Arrow has it."""
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in table.columns])
