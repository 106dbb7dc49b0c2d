"""Every version of an object, with the time during which it held: slowly changing dimensions of type 2.

A history table is derived from the declaration of its base table. Its rows are a pure function of the records, as the
base table's are: the order and the batches in which they came in play no part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.silver.shared.build import FAULT
from pipelines.silver.shared.order import preference
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VALID_FROM = Column(
    "valid_from",
    "timestamp",
    "When this version came to be: occurred_at, or 1970-01-01 where the source does not say. A deletion that came "
    "without an event holds from the last event on, where that is later.",
    required=True,
)
VALID_TO = Column(
    "valid_to",
    "timestamp",
    "When the next version came to be, which is no longer within the interval; null for the current version. Equal to "
    "valid_from where the next one came within the same second: version has the order.",
)
IS_CURRENT = Column("is_current", "boolean", "No later version is known.", required=True)

# In brackets: delta-rs takes what follows "distinct from" for one expression, up to the end.
CHANGED = " or ".join(
    f"(s.{name} is distinct from t.{name})" for name in ("record_id", "valid_from", "valid_to")
)
"""When a version that is there is written again: a later one ended it or split its interval, a better copy came, or an
event came in that a deletion follows."""


def history_table(base: Table) -> Table:
    """The table of every version of the objects that a silver table shows in their current state.

    That of ``silver.charges`` is called ``silver.charge_history``.
    """
    return replace(
        base,
        name=f"{base.name.removesuffix('s')}_history",
        doc=f"One row per version of what {base.name} holds, with the time from which and until which it held.",
        key=(*base.key, "version_id"),
        columns=(*base.columns, VALID_FROM, VALID_TO, IS_CURRENT),
        object_types=(),
        parts=(),
        unstored=(),
        rules=(),
        history_of=base,
        kind="history",
    )


def base_of(table: Table) -> Table:
    """The table that a history table is derived from.

    Raises:
        ValueError: it is no history table.
    """
    if table.history_of is None:
        raise ValueError(f"{table.name} is no history table")
    return table.history_of


def histories(base: Table, tables: Iterable[Table]) -> list[Table]:
    """The history tables, among some tables, that are derived from a table."""
    return [table for table in tables if table.history_of == base]


def intervals(rows: DataFrame, table: Table) -> DataFrame:
    """One row per version, with the time during which it held.

    Args:
        rows: all known versions of some objects as rows of the base table with ``fault``, in any order, with copies.
            Those with a fault are left out: they are in quarantine through the base table.
        table: the history table.
    """
    # One condition: a filter on the fault alone would be pushed down into the parsing, where planning takes minutes.
    copies = Window.partitionBy(*table.key, F.col(FAULT).isNull()).orderBy(*preference())
    copy = F.when(F.col(FAULT).isNull(), F.row_number().over(copies))
    once = rows.withColumn("_copy", copy).filter("_copy = 1")
    start = F.coalesce("occurred_at", F.timestamp_seconds(F.lit(0)))
    then = Window.partitionBy(*base_of(table).key).orderBy("version")
    # A deletion is the last version though a later event may have been on its way: it holds from that event on.
    so_far = then.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return (
        once.withColumn("_start", start)
        .withColumn(VALID_FROM.name, F.max("_start").over(so_far))
        .withColumn(VALID_TO.name, F.lead(VALID_FROM.name).over(then))
        .withColumn(IS_CURRENT.name, F.lead("version").over(then).isNull())
        .select(*table.column_names)
    )


def as_parsed(rows: DataFrame, table: Table) -> DataFrame:
    """Rows of a history table as they were before they had intervals."""
    return rows.select(*base_of(table).column_names, F.lit(None).cast("string").alias(FAULT))


def of_objects(rows: DataFrame, objects: DataFrame, table: Table) -> DataFrame:
    """The rows, of a base or a history table, that are about the same objects as some others."""
    key = base_of(table).key
    return rows.join(objects.select(*key).distinct(), list(key), "left_semi")


def unlike_base(rows: DataFrame, base_rows: DataFrame, table: Table, last: int) -> int:
    """How many objects have another current version here than in the base table. It is 0.

    Args:
        rows: all versions of some objects.
        base_rows: rows of the base table, of these objects at least.
        table: the history table.
        last: the batch up to which the rows go; what the base table took in later is not compared.
    """
    key = list(base_of(table).key)
    here = rows.filter("is_current").select(*key, F.col("version").alias("here"))
    there = base_rows.select(*key, F.col("version").alias("there"), F.col("ingest_id").alias("taken"))
    compared = here.join(there, key, "left").filter(f"taken is null or taken <= {last}")
    return int(compared.filter("there is null or there <> here").count())
