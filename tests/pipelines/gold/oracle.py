"""Tables reckoned again in DuckDB from silver alone: a second opinion, which shares no code with the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Oracle:
    """How some tables of gold follow from silver.

    Attributes:
        silver: names of the tables of silver that are read.
        views: SQL of what several queries have in common.
        queries: by table of gold, the query of its rows.
        gold: names of tables of gold that are read because they follow from more than silver, as what a model says.
    """

    silver: Sequence[str]
    views: str
    queries: Mapping[str, str]
    gold: Sequence[str] = ()

    def reckoned(self, lake: Lakehouse, name: str) -> list[str]:
        """The rows that a table should have, sorted, as text."""
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'; create schema silver; create schema gold")
            for table in (
                *(f"silver.{name}" for name in self.silver),
                *(f"gold.{name}" for name in self.gold),
            ):
                rows = lake.table(table).toArrow()
                connection.register("rows", rows)
                connection.execute(f"create table {table} as select * from rows")
            connection.execute(self.views)
            return texts(connection.execute(self.queries[name]).to_arrow_table().to_pylist())


def texts(rows: list[dict[str, Any]]) -> list[str]:
    """Rows as text that compares, whatever they were read by."""
    return sorted(str({name: _plain(value) for name, value in sorted(row.items())}) for row in rows)


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None).isoformat() if hasattr(value, "hour") else value
