"""Where every record of bronze is now, and every object that stands inside one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.flow import ingest
from pipelines.frames.united import united
from pipelines.silver import quarantine
from pipelines.silver.shared import within
from pipelines.silver.shared.mapped import described, is_line_of_preview, is_of_no_object
from pipelines.silver.shared.order import dated, version
from pipelines.sources.source import Sources
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, WindowSpec

    from pipelines.lakehouse import Lakehouse

PLACES = ("current", "superseded", "duplicate", "quarantined", "unmodelled", "waiting", "missing")

INSIDE = "inside_"
"""Before the name of a place: that of an object which stands inside the object of a record."""


def places(
    records: DataFrame,
    refused: DataFrame,
    current: DataFrame,
    tables: Iterable[Table],
    sources: Sources,
    taken: Mapping[str, int],
    types: Collection[str] = (),
) -> DataFrame:
    """The place of every record: ``record_id``, ``file_id`` and ``place``, one of :data:`PLACES`.

    So it is of every object inside a record that is of a modelled type: there ``place`` begins with :data:`INSIDE`.

    Args:
        records: bronze.records.
        refused: silver.quarantine.
        current: what silver holds: object_type, account, object_id, version, version_id, record_id, other_record.
        tables: the silver tables that model a type.
        sources: order the versions of an object, and say what rows are about.
        taken: see :func:`taken_in`.
        types: of the objects that stand inside records.
    """
    reached = _reached(tables, taken)
    everything = within.on_their_own(described(dated(records), sources))
    if wanted := sorted(reached.keys() & set(types)):
        everything = everything.unionByName(within.objects(dated(records), wanted))
    joined = (
        everything.withColumn("version", version(sources))
        .withColumn("is_of_none", is_of_no_object() | is_line_of_preview())
        .select(*_NAMED, "is_of_none")
        .join(_refused(refused, tables), _is_refused(), "left")
        .join(current.select(*(F.col(name).alias(held) for name, held in _HELD.items())), _is_held(), "left")
        # A replay takes a record out of quarantine after it was published; cut between the two, it is not lost.
        .withColumn("is_refused", F.col("refused_record").isNotNull() & ~_is_current())
        .withColumn("copy", F.row_number().over(_copies()))
    )
    place = _place(reached, taken.get(quarantine.TABLE.name, 0))
    full = F.when(F.col("record_path").isNull(), place).otherwise(F.concat(F.lit(INSIDE), place))
    return joined.select("record_id", "file_id", full.alias("place"))


_NAMED = (
    "record_id", "file_id", "ingest_id", "object_type", "account", "object_id", "version_id", "version",
    "known_at", "fault", "record_path",
)  # fmt: skip

_HELD = {
    "object_type": "held_type",
    "account": "held_account",
    "object_id": "held_object",
    "version": "held_version",
    "version_id": "held_version_id",
    "record_id": "held_record",
    "other_record": "held_other",
    "record_path": "held_path",
}
"""Columns of what silver holds, as they are called beside those of records."""


def _place(reached: Mapping[str, int], unread: int) -> Expression:
    """The place of a record that was joined with what is refused and held.

    Args:
        reached: the last batch that all tables of a type have taken in, by type.
        unread: the last batch whose unreadable records are in quarantine.
    """
    taken = (F.when(F.col("object_type") == F.lit(name), F.lit(last)) for name, last in reached.items())
    is_modelled = F.coalesce(F.col("object_type").isin(*reached), F.lit(False))
    no_longer = F.when(F.col("copy") > 1, "duplicate").otherwise("superseded")
    return (
        F.when(F.col("is_refused"), "quarantined")
        .when(
            F.col("fault").isNotNull(),
            F.when(F.col("ingest_id") > F.lit(unread), "waiting").otherwise("missing"),
        )
        .when(F.col("is_of_none") | ~is_modelled, "unmodelled")
        .when(_is_current(), "current")
        .when(F.col("held_version_id") == F.col("version_id"), "duplicate")
        .when(F.col("held_version") > F.col("version"), no_longer)
        .when(F.col("ingest_id") > F.coalesce(*taken, F.lit(0)), "waiting")
        .otherwise("missing")
    )


def _is_held() -> Expression:
    """Whether silver holds the object that a record is about."""
    return (
        (F.col("object_type") == F.col("held_type"))
        & (F.col("account") == F.col("held_account"))
        & (F.col("object_id") == F.col("held_object"))
    )


def _is_current() -> Expression:
    """Whether what silver holds was read from this place of this record."""
    at_record = (F.col("held_record") == F.col("record_id")) | (F.col("held_other") == F.col("record_id"))
    at_place = F.coalesce("held_path", F.lit("")) == F.coalesce("record_path", F.lit(""))
    return F.coalesce(at_record & at_place, F.lit(False))


def _copies() -> WindowSpec:
    """The copies of one version, the first that was known first."""
    return Window.partitionBy("object_type", "account", "object_id", "version_id", "is_refused").orderBy(
        F.col("known_at").asc_nulls_last(), "record_id", F.col("record_path").asc_nulls_first()
    )


def _refused(refused: DataFrame, tables: Iterable[Table]) -> DataFrame:
    """What was refused: records, by the type of the object that was to go to a table; an empty one for the unreadable.

    One that a replay has made readable and that a table refuses since stands for the latter alone.
    """
    types = [(table.name, name) for table in tables for name in table.object_types] + [(ingest.RECORDS, "")]
    names, of = (pa.array(column) for column in zip(*types, strict=True))
    listed = refused.sparkSession.createDataFrame(pa.table({"refusing": names, "refused_type": of}))
    found = refused.select("record_id", "table_name").join(listed, F.col("table_name") == F.col("refusing"))
    listed_once = found.select(F.col("record_id").alias("refused_record"), "refused_type").distinct()
    of_type = listed_once.filter("refused_type <> ''")
    unread = listed_once.filter("refused_type = ''")
    return of_type.unionByName(unread.join(of_type.select("refused_record"), "refused_record", "left_anti"))


def _is_refused() -> Expression:
    # A replay that was cut has made a record readable, and not yet taken in what it is about or holds.
    unread = F.col("refused_type") == ""
    same = F.coalesce("object_type", F.lit("")) == F.col("refused_type")
    return (F.col("record_id") == F.col("refused_record")) & (same | unread)


def _reached(tables: Iterable[Table], taken: Mapping[str, int]) -> dict[str, int]:
    """The last batch that all tables of a type have taken in, by type."""
    found: dict[str, int] = {}
    for table in tables:
        for name in table.object_types:
            found[name] = min(found.get(name, taken.get(table.name, 0)), taken.get(table.name, 0))
    return found


def current(lake: Lakehouse, tables: list[Table]) -> DataFrame:
    """The current version of every object, once for each type that its records may be of.

    Where tables share a type, an object may stand in two of them: a stub does not say which part it is of.
    """
    counted = Counter(name for table in tables for name in table.object_types)
    alone: list[DataFrame] = []
    shared: list[DataFrame] = []
    # A plan over tables that hold nothing takes time, too.
    for table in [table for table in tables if lake.count(table.name)] or tables[:1]:
        for name in table.object_types:
            (alone if counted[name] == 1 else shared).append(_held(lake, table, name))
    found = [one.withColumn("other_record", F.lit(None).cast("string")) for one in alone]
    if shared:
        found.append(_once(_union(shared)))
    return _union(found)


def _held(lake: Lakehouse, table: Table, object_type: str) -> DataFrame:
    return lake.table(table.name).select(
        F.lit(object_type).alias("object_type"),
        "account",
        F.col(table.key[1]).alias("object_id"),
        "version",
        "version_id",
        "record_id",
        "record_path",
    )


def _once(held: DataFrame) -> DataFrame:
    """One row per object: the greatest version, and the records of at most two tables."""
    return held.groupBy("object_type", "account", "object_id").agg(
        F.max("version").alias("version"),
        F.max_by("version_id", "version").alias("version_id"),
        F.min("record_id").alias("record_id"),
        F.max("record_id").alias("other_record"),
        F.max_by("record_path", "version").alias("record_path"),
    )


def _union(frames: Iterable[DataFrame]) -> DataFrame:
    return united(frames)
