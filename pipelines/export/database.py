"""A database that gold is written to: its tables, and the marks of what they hold, in the SQL that all speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.errors import ExportError
from pipelines.frames.spans import ordinals, stretches
from pipelines.table import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

MARKS = '"vermeil"."exports"'
"""Table of what was exported: a row for each of gold's."""

_TABLES = "select table_schema, table_name from information_schema.tables"


@dataclass(frozen=True)
class Mark:
    """What a table of the database holds.

    Attributes:
        table_name: such as ``gold.payments_daily``.
        table_id: id of the Delta table whose rows these are.
        version: its version.
        columns: names and types of the columns as they were declared.
        release: number of the release; None where none had been made.
        exported_at: when, UTC.
    """

    table_name: str
    table_id: str | None
    version: int | None
    columns: str
    release: int | None
    exported_at: datetime

    @property
    def rows(self) -> tuple[str | None, int | None, str]:
        """What says which rows these are."""
        return self.table_id, self.version, self.columns


class Database(ABC):
    """A connection to a database; everything within :meth:`transaction` is there as a whole or not at all.

    Attributes:
        name: what it is called in messages, without secrets.
    """

    types: ClassVar[Mapping[str, str]]
    """What the types of declared columns are called here."""

    name: str
    _marks: Mapping[str, Mark] = MappingProxyType({})

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """A transaction that is the only export to the database; it is undone by an error."""

    @abstractmethod
    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement, with values in place of its question marks."""

    @abstractmethod
    def insert(self, table: Table, rows: pa.RecordBatchReader) -> int:
        """Add rows; how many there were."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""

    def constraints(self, table: Table) -> Iterable[str]:
        """What a new table promises of its rows, besides columns that always have a value."""
        del table
        return ()

    def indexes(self, table: Table) -> Iterable[str]:
        """Columns by which a new table is looked up, besides its key."""
        del table
        return ()

    def marks(self) -> dict[str, Mark]:
        """What the tables that are there hold, by name."""
        self.execute('create schema if not exists "vermeil"')
        self.execute(
            f"create table if not exists {MARKS} (table_name {self.types['string']} primary key, "
            f"table_id {self.types['string']}, version bigint, columns {self.types['string']} not null, "
            f"release bigint, exported_at {self.types['timestamp']} not null)"
        )
        columns = ", ".join(field.name for field in fields(Mark))
        found = (Mark(*row) for row in self.execute(f"select {columns} from {MARKS}"))
        there = {f"{schema}.{name}" for schema, name in self.execute(_TABLES)}
        self._marks = {mark.table_name: mark for mark in found if mark.table_name in there}
        return self._marks

    def mark(self, mark: Mark) -> None:
        """Note what a table holds."""
        # Not by deleting first: in DuckDB a key that a transaction has deleted cannot be entered again in it.
        sets = ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(Mark)[1:])
        marks = ", ".join("?" for _ in fields(Mark))
        self.execute(
            f"insert into {MARKS} values ({marks}) on conflict (table_name) do update set {sets}",
            astuple(mark),
        )

    def prepare(self, table: Table) -> None:
        """Have the table with its declared columns and what they mean.

        Columns that were added since are added to it, so that views on it stay; for any other change it is made anew.

        Raises:
            ExportError: a table is there that no export made.
        """
        self.execute(f"create schema if not exists {quoted(table.layer)}")
        before = self._marks.get(table.name)
        if before is None and (table.layer, table.short_name) in self.execute(_TABLES):
            raise ExportError(
                f"{table.name} in {self.name} is not from an export, and is left as it is. Drop it, or export to "
                "another database"
            )
        held, wanted = _declared(before.columns if before else ""), _declared(table.spark_schema())
        if held == wanted:
            return
        if held and held.items() <= wanted.items():
            for name in wanted.keys() - held.keys():
                # Without "not null": rows that are there have no value until they are replaced.
                column = table.column(name)
                self.execute(
                    f"alter table {named(table)} add column {quoted(name)} {self.types[column.type]}"
                )
        else:
            self._create(table, anew=before is not None)
        self._describe(table)

    def replace(self, table: Table, rows: pa.RecordBatchReader, days: Sequence[date] | None) -> int:
        """Put rows in the place of those of some days (``date``), or of all."""
        if days is None:
            self.execute(f"delete from {named(table)}")
        for span in stretches(ordinals(days or ())):
            bounds = (date.fromordinal(span.start), date.fromordinal(span.stop - 1))
            self.execute(f'delete from {named(table)} where "date" between ? and ?', bounds)
        return self.insert(table, rows)

    def _create(self, table: Table, *, anew: bool) -> None:
        if anew:
            self.execute(f"drop table {named(table)}")
        columns = (self._column(column) for column in table.columns)
        self.execute(f"create table {named(table)} ({', '.join([*columns, *self.constraints(table)])})")
        for name in self.indexes(table):
            self.execute(f"create index on {named(table)} ({quoted(name)})")

    def _column(self, column: Column) -> str:
        return f"{quoted(column.name)} {self.types[column.type]}{' not null' if column.required else ''}"

    def _describe(self, table: Table) -> None:
        self.execute(f"comment on table {named(table)} is {_literal(table.doc)}")
        for column in table.columns:
            self.execute(f"comment on column {named(table)}.{quoted(column.name)} is {_literal(column.doc)}")


def quoted(name: str) -> str:
    """A name as SQL has it where it might be a word of the language."""
    return f'"{name}"'


def named(table: Table) -> str:
    """A table with its schema, which is called like the layer."""
    return f"{quoted(table.layer)}.{quoted(table.short_name)}"


def _declared(columns: str) -> dict[str, str]:
    """Types of columns by name, of what :meth:`Table.spark_schema` says."""
    return {name: kind for name, _, kind in (one.partition(" ") for one in columns.split(", ")) if name}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
