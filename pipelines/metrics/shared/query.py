"""A question about metrics, and what is known of the data that it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pipelines.metrics.shared.metric import day_of
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Immature = Literal["refuse", "mark", "leave_out"]
"""What to do about cohorts that still grow: do not answer, say which figures have some, or end before them."""


def listed(names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Names, which a text has with commas between them."""
    parts = (names or "").split(",") if isinstance(names, str | None) else names
    return tuple(filter(None, (name.strip() for name in parts)))


@dataclass(frozen=True)
class Query:
    """A question.

    Attributes:
        metrics: names of metrics.
        by: dimensions, and grains of time (day, week, month, quarter, year), to group by.
        where: a condition on dimensions, such as ``currency = 'USD'``; None for all rows.
        time: which days, as :mod:`pipelines.metrics.shared.period` reads them; None for all.
        order: names of what is asked, with a minus before them from the greatest down; by default as ``by`` has it.
        limit: rows at most.
        immature: what to do about cohorts that still grow.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: str | None = None
    time: str | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None
    immature: Immature = "refuse"


@dataclass(frozen=True)
class Data:
    """What a question needs to know of the tables, looked up once.

    Args:
        sql: gives the rows of a query.
    """

    sql: Callable[[str], DataFrame]
    _newest: dict[str, date | None] = field(default_factory=dict)
    _values: dict[tuple[str, str], frozenset[Any]] = field(default_factory=dict)

    def newest(self, table: Table) -> date | None:
        """The newest day that a table has; None where it is empty."""
        if table.name not in self._newest:
            [[newest]] = self.sql(f"select max({day_of(table)}) from {table.name}").collect()
            self._newest[table.name] = newest
        return self._newest[table.name]

    def values(self, table: str, dimension: str) -> frozenset[Any]:
        """The values that a dimension has in a table."""
        place = (table, dimension)
        if place not in self._values:
            rows = self.sql(f"select distinct {dimension} from {table}").collect()
            self._values[place] = frozenset(row[0] for row in rows if row[0] is not None)
        return self._values[place]
