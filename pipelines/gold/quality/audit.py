"""gold.audit: where the records of each raw file are now, as ``pipelines.flow.conservation`` counts them."""

from __future__ import annotations

from pipelines.gold.shared.contract import count
from pipelines.gold.shared.recipe import Recipe
from pipelines.table import Column, Table

TABLE = Table(
    name="gold.audit",
    kind="audit",
    doc=(
        "One row per raw file: where each of its records is now. The parts add up to record_count; a lakehouse in "
        "which they do not, or in which a record is missing, has lost something. The total is the sum over all rows."
    ),
    key=("file_id",),
    columns=(
        Column(
            "file_id",
            "string",
            "Identity of the file's path and content.",
            required=True,
            reference="bronze.files.file_id",
        ),
        Column("file", "string", "Path below the raw folder.", required=True),
        Column("ingest_id", "bigint", "Batch that took the file in.", required=True),
        count("record_count", "Records, as counted when the file was read."),
        count("current_count", "Records that are the current version of a silver row."),
        count("superseded_count", "Records that are an older version of one."),
        count("duplicate_count", "Further copies of a version."),
        count("quarantined_count", "Records that were refused with a reason."),
        count("unmodelled_count", "Records of a type that no table holds."),
        count("waiting_count", "Records of batches that their table has not taken in yet."),
        count("missing_count", "Records that are none of these; 0 in a sound lakehouse."),
        count(
            "inside_count",
            "Objects of modelled types that stand inside those of the records, such as the refunds of a charge; "
            "no part of record_count.",
        ),
        count("inside_current_count", "Of them, those that are the current version of a silver row."),
        count(
            "inside_missing_count",
            "Of them, those that are neither in silver nor in quarantine nor waiting; 0 in a sound lakehouse.",
        ),
        Column(
            "is_balanced",
            "boolean",
            "The parts add up to record_count, and no record is missing.",
            required=True,
        ),
    ),
)

INSIDE_COUNTS = ("inside", "inside_current", "inside_missing")
"""Figures of objects that stand inside others: columns without ``_count``."""

RECIPE = Recipe(TABLE, inputs=("bronze.records", "bronze.files"))
"""It is made with all that silver holds as well. A silver table that was refused does not keep it from being made: what
that table has not taken in is waiting."""
