"""Which databases gold can be written to, by how they are named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import ExportError, SettingsError
from pipelines.export.database import Database

SCHEMES = ("postgresql://", "postgres://")


@contextmanager
def connected(to: str, file: Path | None = None) -> Iterator[Database]:
    """A database: ``duckdb`` with its file, or the URL of one of PostgreSQL.

    Raises:
        SettingsError: there is no such kind of database, or its file is not named.
        ExportError: it cannot be reached, or its library is not installed.
    """
    database = _database(to, file)
    try:
        yield database
    finally:
        database.close()


def _database(to: str, file: Path | None) -> Database:
    try:
        if to.startswith(SCHEMES) and file is None:
            from pipelines.export.into_postgresql import PostgreSQL

            return PostgreSQL(to)
        if to == "duckdb" and file is not None:
            from pipelines.export.into_duckdb import DuckDB

            return DuckDB(file)
    except ImportError as error:
        raise ExportError(
            f"an export needs {error.name}, which is not installed: pip install 'vermeil[export]'"
        ) from None
    raise SettingsError(
        "gold is exported with --to duckdb FILE, or with --to postgresql://user@host:5432/database and no file"
    )
