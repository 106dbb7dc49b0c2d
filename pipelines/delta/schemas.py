"""Declared tables as Arrow has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

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


def frame_schema(frame: DataFrame, added: Mapping[str, str] = MappingProxyType({})) -> str:
    """The schema of a frame as Spark DDL, with further columns (types by name)."""
    fields = {field.name: field.dataType.simpleString() for field in frame.schema.fields} | dict(added)
    return ", ".join(f"{name} {kind}" for name, kind in fields.items())
