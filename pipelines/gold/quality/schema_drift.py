"""gold.schema_drift: how records differ from what is known of their source, each difference once."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze.drift.differences import MOST, Kind
from pipelines.gold.shared.contract import count
from pipelines.gold.shared.recipe import Recipe
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TABLE = Table(
    name="gold.schema_drift",
    kind="drift",
    doc=(
        "One row per way in which records differ from the known fields of their type. Nothing is lost by drift: the "
        "payload is in bronze, and silver reads what its columns name. A row goes when a column, or the list of known "
        "fields, takes the difference in."
    ),
    key=("source", "object_type", "field_path", "drift", "found"),
    columns=(
        Column("source", "string", "Source mapping that the records were read with.", required=True),
        Column(
            "object_type",
            "string",
            "Type of the object that differs, such as charge; event for what stands around the object.",
            required=True,
        ),
        Column(
            "field_path",
            "string",
            "Where the field sits in the object: dotted names, [] for the items of a list. * stands for a name that "
            "looks like data.",
            required=True,
        ),
        Column(
            "drift",
            "string",
            "What is different. new_field: nobody knows it. missing_field: a column reads it, it was always there, and "
            "it is not. type_changed: another kind of JSON value. expanded_field: the whole object in place of its id. "
            f"unknown_value: not one of those listed. too_much: the record has more than {MOST} differences, and the "
            "others are not listed.",
            required=True,
            known=get_args(Kind),
        ),
        Column(
            "found",
            "string",
            "What is there instead: a JSON kind, a value of an enumeration, an API version. Empty where the field "
            "itself is the news, or where a value does not look like a name.",
            required=True,
        ),
        count("records_count", "Records that show it; copies of one version count once."),
        Column("first_seen_at", "timestamp", "When the oldest of these records occurred."),
        Column("last_seen_at", "timestamp", "When the newest of these records occurred."),
        Column("example", "string", "Kind and size of the value in the oldest record; never the value."),
        Column(
            "record_id",
            "string",
            "The oldest of these records, as an example.",
            required=True,
            reference="bronze.records.record_id",
        ),
        Column(
            "hint", "string", "What may have happened, such as a field that was renamed; null for no idea."
        ),
    ),
)

INPUTS = ("bronze.records",)

_FINDINGS = (
    "array<struct<type: string, path: string, kind: string, found: string, example: string, hint: string>>"
)


def build(records: DataFrame, settled: DataFrame) -> DataFrame:
    """The whole table.

    Args:
        records: rows of bronze.records.
        settled: what is known by now though it was drift when some record was read: source, object_type, field_path,
            drift and found.
    """
    key = list(TABLE.key)
    findings = _findings(records).join(settled, key, "left_anti")
    first = F.min(F.struct("order", "version_id", "record_id", "example"))
    counted = findings.groupBy(*key).agg(
        F.countDistinct("account", "version_id").alias("records_count"),
        F.min("at").alias("first_seen_at"),
        F.max("at").alias("last_seen_at"),
        first.alias("first"),
        F.max("hint").alias("hint"),
    )
    named = counted.withColumns(
        {"example": F.col("first")["example"], "record_id": F.col("first")["record_id"]}
    )
    return named.select(*TABLE.column_names)


def _findings(records: DataFrame) -> DataFrame:
    """A row for each difference of each record. A record that does not say when it occurred counts as known then."""
    at = F.coalesce("occurred_at", "known_at")
    listed = records.filter("drift is not null").select(
        "source",
        "account",
        "record_id",
        F.coalesce("version_id", "record_id").alias("version_id"),
        at.alias("at"),
        F.coalesce(F.unix_micros(at), F.lit(0)).alias("order"),
        F.explode(F.from_json("drift", _FINDINGS)).alias("one"),
    )
    one = F.col("one")
    return listed.select(
        "source", "account", "record_id", "version_id", "at", "order",
        one["type"].alias("object_type"),
        one["path"].alias("field_path"),
        one["kind"].alias("drift"),
        F.coalesce(one["found"], F.lit("")).alias("found"),
        one["example"].alias("example"),
        one["hint"].alias("hint"),
    )  # fmt: skip


RECIPE = Recipe(TABLE, inputs=INPUTS)
