"""bronze.records: one row per record of a raw file, its payload verbatim but for masked card numbers."""

from __future__ import annotations

from pipelines.sources.shapes import SHAPES
from pipelines.table import Column, Table

TABLE = Table(
    name="bronze.records",
    kind="records",
    doc="One row per record of a raw file, verbatim, with where it stood and what it says it is.",
    key=("record_id",),
    columns=(
        Column(
            "record_id",
            "string",
            "Identity of the record: its file, its line and its place in the line.",
            required=True,
        ),
        Column(
            "ingest_id",
            "bigint",
            "Batch that took the record in: 1 for the first, then 2, 3, and so on.",
            required=True,
        ),
        Column("source", "string", "Name of the source mapping that the file was read with.", required=True),
        Column("file", "string", "Path of the file below the raw folder.", required=True),
        Column(
            "file_id",
            "string",
            "Identity of the file's path and content.",
            required=True,
            reference="bronze.files.file_id",
        ),
        Column(
            "line",
            "bigint",
            "Line of the decompressed file at which the record, or the list that holds it, starts; from 1.",
            required=True,
        ),
        Column(
            "item",
            "bigint",
            "Place among what starts on the line, from 1: in a list, or as a part of a record that is too long. "
            "0 for a record of its own.",
            required=True,
        ),
        Column(
            "shape",
            "string",
            "How the record is wrapped: an event; an event in an envelope of Amazon EventBridge, or of CloudEvents or "
            "Azure Event Grid (cloudevent); a thin event, which names an object and holds none; an object, or one "
            "within the field object (wrapped); or a row of fields that a source mapping gives a meaning to. Null "
            "where it could not be told.",
            known=SHAPES,
        ),
        Column("event_id", "string", "Stripe's id of the event, evt_…; null for an object without an event."),
        Column("event_type", "string", "Stripe's name of what happened, such as charge.succeeded."),
        Column(
            "object_type", "string", "Stripe's name of the object's type, such as charge; null for a row."
        ),
        Column("object_id", "string", "Stripe's id of the object, such as ch_…."),
        Column(
            "account",
            "string",
            "Account that the record belongs to; the source's own name for the archive's account. Never null.",
            required=True,
        ),
        Column(
            "occurred_at",
            "timestamp",
            "When it happened: the event's creation; for an object without an event, the object's.",
        ),
        Column(
            "known_at",
            "timestamp",
            "When it was known: the event's creation, or the envelope's delivery where there is one; for an object "
            "without an event, when its file was last written.",
        ),
        Column("api_version", "string", "API version that the payload was rendered in."),
        Column("livemode", "boolean", "False for test-mode records; null where the record does not say."),
        Column(
            "version_id",
            "string",
            "Identity of this version of the object: the event's id, or a digest of an object without an event. "
            "Records that share it are duplicates.",
        ),
        Column("fault", "string", "Why the record cannot be read; null for a good one."),
        Column(
            "drift",
            "string",
            "How the record differs from the known fields of its type, a JSON list; null where it does not. "
            "gold.schema_drift counts it.",
        ),
        Column(
            "inside",
            "string",
            "Objects with an id that stand inside the record's own, such as the refunds of a charge, outer ones first: "
            "a JSON list of type, id, created, path below the record's object, start and length in characters of the "
            "payload, and in_type and in_id of what each stands in; null where there is none.",
        ),
        Column(
            "has_more",
            "boolean",
            "What the page of a list that held the record says of further pages; null for a record of no page.",
        ),
        Column("masked_count", "bigint", "Card numbers that were masked in the payload.", minimum=0),
        Column(
            "payload",
            "string",
            "The record as it stood in the file, but for masked card numbers; undecodable bytes shown as \\xNN. A row "
            "of a CSV or Parquet file is a JSON object of its fields, their values as texts.",
        ),
        Column("payload_bytes", "binary", "The exact bytes, where they are not valid UTF-8."),
    ),
)
