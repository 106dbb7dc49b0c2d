"""The data's own clock: the newest moment at which anything was known. No transformation looks at another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.united import united

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

DAY = 86_400


def known() -> Column:
    """When a version was known, as seconds since 1970: never before it came to be."""
    return F.unix_seconds(F.greatest("created_at", "occurred_at", "known_at"))


def newest(now: Mapping[str, DataFrame], tables: Iterable[str]) -> int:
    """The newest moment at which a row of some tables was known, in seconds since 1970; 0 where there is no row."""
    latest = united([now[name].agg(F.max(F.unix_seconds("known_at")).alias("at")) for name in tables])
    return latest.agg(F.max("at")).collect()[0][0] or 0


def passed(
    changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame], tables: Iterable[str]
) -> tuple[int, int]:
    """Bounds of where the clock stood before and after some rows changed, in seconds since 1970.

    What was there before is told from what came in by the batches: of a batch that has just come in, every row has
    changed. A batch of which as many rows were replaced as are left counts as new, which sets the lower bound lower
    than need be, never higher.
    """
    names = list(tables)
    then = united([_by_batch(changed[name], name) for name in names])
    here = united([_by_batch(now[name], name) for name in names])
    there = then.select("table", "ingest_id", F.col("rows").alias("changed"), F.col("at").alias("changed_at"))
    batches = here.join(there, ["table", "ingest_id"], "full")
    stayed = F.coalesce(F.col("changed") != F.col("rows"), F.col("changed").isNull())
    last = F.max(F.greatest("at", "changed_at"))
    before, after = batches.agg(F.max(F.when(stayed, F.col("at"))), last).collect()[0]
    return before or 0, after or 0


def days_between(rows: DataFrame, column: str, first: int, last: int) -> DataFrame:
    """Days (``date``) on which there are rows, from that of one moment to that of another (seconds since 1970)."""
    return rows.filter(F.col(column).between(F.lit(_day(first)), F.lit(_day(last)))).select(
        F.col(column).alias("date")
    )


def _by_batch(rows: DataFrame, name: str) -> DataFrame:
    figures = [F.count(F.lit(1)).alias("rows"), F.max(F.unix_seconds("known_at")).alias("at")]
    return rows.groupBy("ingest_id").agg(*figures).withColumn("table", F.lit(name))


def _day(second: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + second // DAY)
