"""What the commands about metrics do, as functions that return what is then printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.catalog import all_tables
from pipelines.metrics.exports import markdown, metricflow, ossie
from pipelines.metrics.exports.export import Exported
from pipelines.metrics.shared.catalog import about, metrics_of
from pipelines.metrics.shared.compiler import compiled as compiled_query
from pipelines.metrics.shared.metric import Metric
from pipelines.metrics.shared.query import Data, Query
from pipelines.metrics.shared.writing import Compiled

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.lakehouse import Lakehouse

EXPORTS = {"metricflow": metricflow.exported, "ossie": ossie.exported, "markdown": markdown.exported}


def compiled(lake: Lakehouse, query: Query) -> Compiled:
    """The query that answers a question by the latest release.

    Raises:
        MetricError: the answer would be wrong, or there is none.
    """
    return compiled_query(query, lake.tables, Data(lake.sql))


def answer(lake: Lakehouse, compiled: Compiled) -> pa.Table:
    """The answer to a question."""
    return lake.sql(compiled.sql(), unsafe=True).toArrow()


def listed(table: str | None, words: str | None) -> list[Metric]:
    """The metrics of a table, or of all, and about something."""
    tables = all_tables()
    if table:
        tables = {name: one for name, one in tables.items() if table in (name, one.short_name)}
    return about(words or "", metrics_of(tables))


def exported(to: str) -> Exported:
    """The definitions in a format."""
    tables = all_tables()
    return EXPORTS[to](list(metrics_of(tables).values()), tables)
