"""silver.quarantine: every record that could not be used, with the reason, its place and its payload."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.among import among
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TABLE = Table(
    name="silver.quarantine",
    kind="refusals",
    doc="One row per record that no table took in because it cannot be read or breaks a table's contract.",
    key=("record_id", "table_name"),
    columns=(
        Column("record_id", "string", "The bronze record.", required=True, reference="bronze.records.record_id"),
        Column("table_name", "string", "Table that refused it, or bronze.records if unreadable.", required=True),
        Column("reason", "string", "What is wrong with it, all faults in one text.", required=True),
        Column("source", "string", "Source mapping that the record was read with.", required=True),
        Column("file", "string", "File below the raw folder that it stands in.", required=True),
        Column("line", "bigint", "Line of the decompressed file, from 1.", required=True),
        Column("item", "bigint", "Place within the line; 0 where it stands alone.", required=True),
        Column("ingest_id", "bigint", "Batch that took the record in.", required=True),
        Column("record_path", "string", "Where it stood inside another object of the record, the first of several; null where the record is about it."),
        Column("payload", "string", "The record as it stood in the file; of what stands inside another object, that."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Which rows of the quarantine; all of them where nothing is said.

    Attributes:
        table: that refused the record.
        reason: a part of the reason.
        file: a part of the path of the file.
        records: ids.
    """

    table: str | None = None
    reason: str | None = None
    file: str | None = None
    records: tuple[str, ...] = ()

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is meant, as its reason and its file go."""
        pairs = ((self.reason, record["reason"]), (self.file, record["file"]))
        return all(part is None or part in text for part, text in pairs)

    def of(self, rows: DataFrame) -> DataFrame:
        """The rows that are meant."""
        if self.table:
            rows = rows.filter(F.col("table_name") == self.table)
        if self.reason:
            rows = rows.filter(F.col("reason").contains(self.reason))
        if self.file:
            rows = rows.filter(F.col("file").contains(self.file))
        if self.records:
            rows = among(rows, "record_id", self.records)
        return rows


def grouped(rows: DataFrame) -> DataFrame:
    """Refused records counted by table and reason, with the first and the last batch that brought them.

    Reasons name places; what is wrong is the same at every place.
    """
    text = F.regexp_replace("reason", "(column |byte )(0x)?[0-9a-f]+", "$1…")
    counted = (
        rows.withColumn("reason", text)
        .groupBy("table_name", "reason")
        .agg(
            F.count(F.lit(1)).alias("count"),
            F.min("ingest_id").alias("first_batch"),
            F.max("ingest_id").alias("last_batch"),
        )
    )
    return counted.orderBy("table_name", "count", ascending=[True, False])


def unreadable(records: DataFrame) -> DataFrame:
    """Bronze records that could not be read, as rows of this table."""
    faulty = records.filter("fault is not null").withColumnRenamed("fault", "reason")
    nowhere = {"table_name": F.lit("bronze.records"), "record_path": F.lit(None)}
    return _columns(faulty.withColumns(nowhere))


def refused(rows: DataFrame, records: DataFrame, table: Table) -> DataFrame:
    """Rows of a staged batch that break the contract of a silver table, as rows of this table.

    What a table refuses of one record is one row, also where several objects inside it are faulty: its reason names
    the place of each, and its payload is that of the first.

    Args:
        rows: faulty rows with ``record_id``, ``record_path``, ``fault`` and ``payload``.
        records: bronze.records, for their places.
        table: the table that refused them.
    """
    places = records.select("record_id", "source", "file", "line", "item", "ingest_id")
    place = F.coalesce("record_path", F.lit(""))
    said = F.when(place == "", F.col("fault")).otherwise(F.concat_ws(": ", place, "fault"))
    by_record = rows.groupBy("record_id").agg(
        F.concat_ws("; ", F.sort_array(F.collect_set(said))).alias("reason"),
        F.min_by("payload", place).alias("payload"),
        F.nullif(F.min(place), F.lit("")).alias("record_path"),
    )
    faulty = by_record.join(places, "record_id")
    return _columns(faulty.withColumn("table_name", F.lit(table.name)))


def _columns(rows: DataFrame) -> DataFrame:
    return rows.select(*(F.col(column.name).cast(column.type) for column in TABLE.columns))
