"""What Dagster was told about a table the last time, as its event log remembers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagster import DagsterInstance, EventLogEntry

from assets.tables.spec import asset_key

if TYPE_CHECKING:
    from pipelines.table import Table

VERSION = "delta_version"
FAILURES = "failed_checks"
CHECKED = "checked_version"


@dataclass(frozen=True)
class Memory:
    """A table as Dagster knows it.

    Attributes:
        version: its Delta version then; None where Dagster never heard of it.
        failures: checks that failed then, each with what was observed.
        checked: the version of which Dagster was told how each check stands.
    """

    version: int | None = None
    failures: Mapping[str, str] = field(default_factory=dict)
    checked: int | None = None


def remembered(instance: DagsterInstance, table: Table) -> Memory:
    """What the table's latest materialization says."""
    return _of(instance.get_latest_materialization_event(asset_key(table.name)))


def all_remembered(instance: DagsterInstance, tables: Iterable[Table]) -> dict[str, Memory]:
    """The same of many tables, by name, in one query."""
    names = {asset_key(table.name): table.name for table in tables}
    records = {record.asset_entry.asset_key: record for record in instance.get_asset_records(list(names))}
    return {
        name: _of(records[key].asset_entry.last_materialization) if key in records else Memory()
        for key, name in names.items()
    }


def _of(entry: EventLogEntry | None) -> Memory:
    found = entry.asset_materialization if entry else None
    values: dict[str, Any] = {name: value.value for name, value in found.metadata.items()} if found else {}
    return Memory(values.get(VERSION), values.get(FAILURES, {}), values.get(CHECKED))
