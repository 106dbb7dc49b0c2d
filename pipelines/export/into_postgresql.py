"""Gold in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar, LiteralString, cast

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from psycopg.conninfo import conninfo_to_dict

from pipelines.errors import ExportError, SettingsError
from pipelines.export.database import Database, named, quoted

if TYPE_CHECKING:
    from pipelines.table import Table

LOCK = 0x7665726D65696C
"""Number of the lock that one export at a time holds: "vermeil" in ASCII."""

_CSV = csv.WriteOptions(include_header=False, quoting_style="all_valid")
"""Every value in quotes: what is not is null, to PostgreSQL as well."""


class PostgreSQL(Database):
    """A database on a server, of version 12 or later.

    Args:
        url: ``postgresql://…`` as libpq reads it; what it lacks comes from ``PGPASSWORD`` and its kin, ``~/.pgpass``.
    """

    types: ClassVar[Mapping[str, str]] = {
        "string": "text",
        "bigint": "bigint",
        "double": "double precision",
        "boolean": "boolean",
        "timestamp": "timestamptz",
        "date": "date",
        "binary": "bytea",
    }

    def __init__(self, url: str) -> None:
        self.name = _without_secrets(url)
        try:
            self._connection = psycopg.connect(url, autocommit=True, options="-c timezone=UTC")
        except psycopg.Error as error:
            raise ExportError(
                f"no connection to {self.name}: {_first(error)} Look at host, port, user and password"
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As :class:`Database` says: another export waits for this one."""
        try:
            with self._connection.transaction():
                self.execute("select pg_advisory_xact_lock(?)", (LOCK,))
                yield
        except psycopg.Error as error:
            raise ExportError(f"{self.name}: {_first(error)} Nothing of this export was kept") from error

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """As :class:`Database` says."""
        # Text without values is handed on as it is: what a column means may hold a question mark, or a percent sign.
        asked = statement.replace("?", "%s") if values else statement
        found = self._connection.execute(_trusted(asked), values or None)
        return found.fetchall() if found.description else []

    def insert(self, table: Table, rows: pa.RecordBatchReader) -> int:
        """As :class:`Database` says."""
        columns = ", ".join(quoted(name) for name in table.column_names)
        count = 0
        with self._connection.cursor() as cursor:
            statement = f"copy {named(table)} ({columns}) from stdin (format csv)"
            with cursor.copy(_trusted(statement)) as copy:
                for batch in rows:
                    copy.write(_as_csv(batch))
                    count += batch.num_rows
        return count

    def constraints(self, table: Table) -> Iterable[str]:
        """The key, whose columns always have a value."""
        yield f"primary key ({', '.join(quoted(name) for name in table.key)})"

    def indexes(self, table: Table) -> Iterable[str]:
        """The day, by which people ask and by which rows are replaced."""
        return [name for name in ("date",) if name in table.column_names]

    def close(self) -> None:
        """What was not committed is undone."""
        self._connection.close()


def _as_csv(batch: pa.RecordBatch) -> bytes:
    written = BytesIO()
    told = {name: _told(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    csv.write_csv(pa.table(told), written, _CSV)
    return written.getvalue()


def _told(column: pa.Array) -> pa.Array:
    """A column as text of CSV can have it, and PostgreSQL read it."""
    if pa.types.is_string(column.type):
        # The one character that PostgreSQL's text cannot hold.
        return pc.replace_substring(column, pattern="\x00", replacement="\ufffd")
    if pa.types.is_binary(column.type):
        return pa.array(
            [None if one is None else "\\x" + one.hex() for one in column.to_pylist()], pa.string()
        )
    return column


def _without_secrets(url: str) -> str:
    try:
        told = conninfo_to_dict(url)
    except psycopg.Error:
        raise SettingsError(
            "the database is named like postgresql://user@host:5432/database; what was given cannot be read"
        ) from None
    return f"{told.get('dbname') or 'the database'} on {told.get('host') or 'this machine'}"


def _first(error: psycopg.Error) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].rstrip(".") + "."


def _trusted(statement: str) -> LiteralString:
    """A statement that is made of declarations: psycopg takes only literals, to keep out what people enter."""
    return cast("LiteralString", statement)  # type: ignore[redundant-cast]
