"""Objects that stand inside others, as records of their own: the same columns, and where they stood.

What an event shows inside its object is a version as of that event, and gives way to a direct event of the same second.
What an object without an event shows is as old as it says itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.times import EARLIEST, LATEST
from pipelines.sources.inside import SCHEMA
from pipelines.sources.shapes import BARE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.table import Table

SHAPE = "inside"
"""Shape of an object that an event shows inside another one. Inside an object without an event, it is bare as well."""

PLACE = ("record_path", "in_type", "in_id")
"""Columns that say where an object stands: its path below the record's object, and what it stands in."""


def on_their_own(records: DataFrame) -> DataFrame:
    """Records that are about their objects, with null for the columns of :data:`PLACE`."""
    return records.withColumns({name: F.lit(None).cast("string") for name in PLACE})


def shapes(held: Collection[str] | None, inside: Collection[str], table: Table) -> frozenset[str] | None:
    """Shapes of the rows of a table: those of the records, and that of the objects inside, if any; None for any."""
    if held is None:
        return None
    return frozenset(held) | ({SHAPE} if set(inside).intersection(table.object_types) else set())


def types(records: DataFrame) -> set[str]:
    """Types of the objects that stand inside some records."""
    each = records.filter("inside is not null").select(F.explode(F.from_json("inside", SCHEMA)).alias("part"))
    return {row[0] for row in each.select(F.col("part")["type"]).distinct().collect()}


def objects(records: DataFrame, types: Collection[str]) -> DataFrame:
    """The objects of some types that stand inside records, with the columns of :func:`on_their_own`.

    ``payload`` is the object's own text, ``shape`` is :data:`SHAPE` or ``object``; ``object_type``, ``object_id`` and,
    of one without an event, ``occurred_at`` are the object's own. All else is the record's.

    Args:
        records: rows of bronze.records.
        types: Stripe's names of them.
    """
    # Two conditions: the first keeps row groups from being read in which nothing stands inside anything.
    holding = records.filter("inside is not null and fault is null").filter(
        F.col("inside").rlike("|".join(f'"type":"{name}"' for name in sorted(types)))
    )
    each = holding.withColumn("part", F.explode(F.from_json("inside", SCHEMA)))
    part, bare = F.col("part"), F.col("shape").isin(*BARE)
    created = part["created"]
    dated = F.when((created >= EARLIEST) & (created < LATEST), F.timestamp_seconds(created))
    own = {
        "object_type": part["type"],
        "object_id": part["id"],
        "occurred_at": F.when(bare, dated).otherwise(F.col("occurred_at")),
        "payload": F.expr("substring(payload, part.start + 1, part.length)"),
        "shape": F.when(bare, F.lit("object")).otherwise(F.lit(SHAPE)),
        "record_path": part["path"],
        "in_type": part["in_type"],
        "in_id": part["in_id"],
    }
    others = [name for name in records.columns if name not in own]
    wanted = each.filter(part["type"].isin(*sorted(types)))
    return wanted.select(*others, *(value.alias(name) for name, value in own.items()))
