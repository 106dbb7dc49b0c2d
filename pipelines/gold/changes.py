"""What changed in the tables that a gold table is made from: the rows as they are, and the rows as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.gold.days import days_of, on_dates

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def rows(
    lake: Lakehouse,
    now: Mapping[str, DataFrame],
    watermarks: Mapping[str, int],
    versions: Mapping[str, int | None],
) -> dict[str, DataFrame] | None:
    """Rows that came in since some watermarks, and those whose place they took.

    Without the latter, a refund that is moved to another payment would go on counting against the first one's day.

    Args:
        lake: where the tables are.
        now: the inputs as they are.
        watermarks: how far they were when the gold table was made.
        versions: their versions then; None for a table that did not exist.

    Returns:
        The rows by input; None where an input of then can no longer be read, and every day must be taken for changed.
    """
    if not watermarks:
        return dict(now)
    found = {}
    for name, frame in now.items():
        fresh = frame.filter(f"ingest_id > {watermarks.get(name, 0)}")
        table = lake.declaration(name)
        version = versions.get(name)
        if version is not None and int(lake.note(name).get("watermark", 0)) > watermarks.get(name, 0):
            if not lake.committer.readable(lake.table_uri(name), version):
                return None
            then = lake.table(name, version=version)
            if then.columns != frame.columns:
                return None
            fresh = _with_replaced(fresh, then, table)
        found[name] = fresh
    return found


def _with_replaced(fresh: DataFrame, then: DataFrame, table: Table) -> DataFrame:
    """Rows with those that had their keys. A key never leaves its partition, so that others need not be read."""
    day = table.partition_by
    if day:
        days = days_of(fresh, day)
        if not days:
            return fresh
        then = on_dates(then, day, days)
    return fresh.unionByName(then.join(fresh.select(*table.key), list(table.key), "left_semi"))
