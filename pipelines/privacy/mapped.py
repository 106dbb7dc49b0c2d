"""Rows of mapped sources: which of their fields hold what is kept of a person's row."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sources.checking import silver_tables
from pipelines.sources.fields import TableMapping
from pipelines.sources.source import Source
from pipelines.table import Table


def kept_fields(source: Source) -> frozenset[str]:
    """The fields of a source's rows that its mapping reads into columns that are not personal, or decides by.

    What no mapping reads is not kept: nobody can tell what it holds.
    """
    tables = silver_tables()
    found = {field for name, mapping in source.tables.items() for field in _of_table(mapping, tables[name])}
    return frozenset(found | ({source.account_field} if source.account_field else set()))


def _of_table(mapping: TableMapping, table: Table) -> Iterator[str]:
    yield from (condition.field for condition in mapping.when or [])
    for column, value in mapping.columns.items():
        if not table.column(column).tells_who:
            yield from value.field_names
    for moment in (mapping.occurred_at, mapping.known_at):
        yield from moment.field_names if moment else ()
