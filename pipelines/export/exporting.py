"""Bring a database to the latest release: only tables that moved since, and of these only the days that did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pipelines.delta.contents import Contents, has_changed_rows
from pipelines.delta.schemas import arrow_schema
from pipelines.export.database import Database, Mark
from pipelines.flow.changes import replaced_in

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


@dataclass(frozen=True)
class Exported:
    """What came of a table.

    Attributes:
        table: its name.
        rows: how many were written.
        days: how many days they are of; None where the table was written whole.
        is_current: it was as the release has it already.
    """

    table: str
    rows: int = 0
    days: int | None = None
    is_current: bool = False


def export(
    lake: Lakehouse,
    database: Database,
    *,
    only: Sequence[str] = (),
    full: bool = False,
    starting: Callable[[str], None] = lambda name: None,
) -> list[Exported]:
    """Write gold as the latest release has it, in one transaction: readers see the release before, or this one.

    Args:
        lake: where the tables are.
        database: where they go.
        only: names of tables; all of gold, if none is named.
        full: whether to write everything anew.
        starting: called with the name of each table as it begins.

    Raises:
        LakehouseError: no such table.
        ExportError: the database does not take it; nothing was changed there.
    """
    released = lake.released()
    tables = [lake.declaration(name) for name in only] or [
        table for table in lake.tables.values() if table.layer == "gold"
    ]
    with database.transaction():
        marks = database.marks()
        done = []
        for table in tables:
            starting(table.name)
            done.append(_export(released, database, table, None if full else marks.get(table.name)))
        return done


def _export(lake: Lakehouse, database: Database, table: Table, before: Mark | None) -> Exported:
    version = lake.version(table.name)
    contents = None
    if version is not None:
        contents = Contents.at(lake.table_uri(table.name), version, lake.settings.storage_options)
    mark = Mark(
        table.name,
        contents.identity if contents else None,
        version,
        table.spark_schema(),
        lake.release.number if lake.release else None,
        datetime.now(UTC),
    )
    if before and before.rows == mark.rows:
        database.mark(mark)
        return Exported(table.name, is_current=True)
    database.prepare(table)
    days = _days(lake, table, before, mark)
    schema = arrow_schema(table)
    rows = contents.rows(schema, days) if contents else schema.empty_table().to_reader()
    written = database.replace(table, rows, days)
    database.mark(mark)
    return Exported(table.name, written, None if days is None else len(days))


def _days(lake: Lakehouse, table: Table, before: Mark | None, now: Mark) -> list[date] | None:
    """The days whose rows may be others than those that were exported; None where they may be any."""
    if before is None or (before.table_id, before.columns) != (now.table_id, now.columns):
        return None
    if before.version is None or now.version is None or before.version > now.version:
        return None
    days: set[str] = set()
    for commit in lake.history(table.name):
        if commit.version <= before.version:
            return [date.fromisoformat(day) for day in sorted(days)]
        changed = has_changed_rows(lake.table_uri(table.name), commit.version)
        if changed is False:
            continue
        replaced = replaced_in(commit)
        if changed is None or replaced is None:
            return None
        days.update(replaced)
    return None
