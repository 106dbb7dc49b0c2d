"""Gold in a file of DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

from pipelines.errors import ExportError, SettingsError
from pipelines.export.database import Database, named, quoted
from pipelines.table import Table

RESERVED = ("gold", "vermeil")
"""Schemas of the file."""


class DuckDB(Database):
    """A file, which one process at a time may write.

    Moments are there without a zone, and are UTC: those with one need an extension that DuckDB fetches when first used.
    """

    types: ClassVar[Mapping[str, str]] = {
        "string": "varchar",
        "bigint": "bigint",
        "double": "double",
        "boolean": "boolean",
        "timestamp": "timestamp",
        "date": "date",
        "binary": "blob",
    }

    def __init__(self, file: Path) -> None:
        self.name = str(file)
        if file.stem in RESERVED:
            raise SettingsError(
                f"{file}: DuckDB calls a database like its file, and could not tell {file.stem!r} from the schema of "
                "that name; call the file otherwise, such as payments.duckdb"
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = duckdb.connect(str(file))
        except duckdb.Error as error:
            raise ExportError(
                f"{file} cannot be written: {_first(error)} Close what has it open, or name another file"
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As :class:`Database` says; the file lets nobody else in anyway."""
        try:
            self._connection.begin()
            yield
            self._connection.commit()
        except duckdb.Error as error:
            raise ExportError(f"{self.name}: {_first(error)} Nothing of this export was kept") from error

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """As :class:`Database` says."""
        return self._connection.execute(statement, [_without_zone(value) for value in values]).fetchall()

    def insert(self, table: Table, rows: pa.RecordBatchReader) -> int:
        """As :class:`Database` says."""
        schema = pa.schema([(field.name, _zoneless(field.type)) for field in rows.schema])
        batches = (batch.cast(schema) for batch in rows)
        self._connection.register("rows_to_insert", pa.RecordBatchReader.from_batches(schema, batches))
        columns = ", ".join(quoted(name) for name in table.column_names)
        try:
            inserted = self.execute(
                f"insert into {named(table)} ({columns}) select {columns} from rows_to_insert"
            )
        finally:
            self._connection.unregister("rows_to_insert")
        return int(inserted[0][0])

    def close(self) -> None:
        """What was not committed is undone."""
        self._connection.close()


def _zoneless(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp(kind.unit) if pa.types.is_timestamp(kind) else kind


def _without_zone(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def _first(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."
