"""A table as it is declared: created where it is not there, given the columns that it lacks.

Its log alone is written to, by delta-rs, whichever engine commits the rows: Spark takes a third of a second for each.
"""

from __future__ import annotations

from deltalake import DeltaTable, Field, Schema
from deltalake.schema import PrimitiveType

from pipelines.delta.commits import FILE_BYTES, properties
from pipelines.delta.log import DeltaLog
from pipelines.errors import LakehouseError
from pipelines.table import Table

DELTA_TYPES = {"bigint": "long"}

FILE_SIZE = "delta.targetFileSize"


def declare(log: DeltaLog, uri: str, table: Table) -> None:
    """Create an empty table with the declared schema, or add declared columns that it lacks.

    Raises:
        LakehouseError: it has columns that the declaration lacks.
    """
    if log.exists(uri):
        _add_missing_columns(log, uri, table)
        return
    created = DeltaTable.create(
        uri,
        schema=delta_schema(table),
        name=table.name,
        description=table.doc,
        configuration=configuration(table),
        storage_options=log.storage_options,
    )
    log.committed(uri, created)


def is_declared(log: DeltaLog, uri: str, table: Table) -> bool:
    """Whether a table is there with the columns that are declared."""
    return log.exists(uri) and set(log.columns(uri)) == set(table.column_names)


def delta_schema(table: Table) -> Schema:
    """The declared schema, as Delta stores it: the columns' meanings are its comments."""
    return Schema(
        [
            Field(c.name, PrimitiveType(DELTA_TYPES.get(c.type, c.type)), metadata={"comment": c.doc})
            for c in table.columns
        ]
    )


def configuration(table: Table) -> dict[str, str | None]:
    """The table's properties. A merge of delta-rs asks them how large files are to be; delta-spark does not."""
    size = {FILE_SIZE: str(FILE_BYTES)} if table.cluster_by else {}
    return {**properties(table), **size}


def _add_missing_columns(log: DeltaLog, uri: str, table: Table) -> None:
    present = set(log.columns(uri))
    if undeclared := present - set(table.column_names):
        raise LakehouseError(
            f"{table.name} at {uri} has columns that its declaration lacks: {', '.join(sorted(undeclared))}. "
            f"Rebuild it with: vermeil run --full-refresh {table.name}"
        )
    missing = [field for field in delta_schema(table).fields if field.name not in present]
    if missing:
        DeltaTable(uri, storage_options=log.storage_options).alter.add_columns(missing)
