"""Raw records to frames, through the same reader that takes in files; and frames back to plain rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.bronze.files import identified, list_files
from pipelines.bronze.reading.reader import Reading, read_files
from pipelines.bronze.records import TABLE as RECORDS
from pipelines.delta.schemas import arrow_schema
from pipelines.privacy.token_key import TokenKey
from pipelines.silver.shared.within import on_their_own
from pipelines.sources.mapping import stripe
from pipelines.sources.source import Sources

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Json = dict[str, Any]
KEY = TokenKey(bytes(range(32)))
"""A token key that everybody knows."""

CREATED = 1_767_225_600
"""2026-01-01 00:00:00 UTC."""


def event(
    subject: Json, event_type: str = "thing.updated", created: int = CREATED, event_id: str = "evt_1"
) -> Json:
    """An event about an object."""
    return {
        "id": event_id,
        "object": "event",
        "type": event_type,
        "created": created,
        "api_version": "2026-06-24.dahlia",
        "livemode": True,
        "data": {"object": subject},
    }


def envelope(inner: Json) -> Json:
    """An event as EventBridge delivers it."""
    return {
        "version": "0",
        "id": "5a1b",
        "detail-type": inner["type"],
        "source": "aws.partner/stripe.com/ed_1",
        "account": "123456789012",
        "time": "2026-01-01T00:00:05Z",
        "region": "us-east-1",
        "resources": [],
        "detail": inner,
    }


def read_folder(folder: Path, sources: Sources | None = None, reads: str | None = None) -> pa.Table:
    """The records of all files of a folder, as rows of bronze.records; ``reads`` compares them with what is known."""
    mappings = sources or stripe()
    files = [identified(file) for file in list_files(folder, mappings).files]
    schema = arrow_schema(RECORDS)
    mapping = mappings.of(files[0].source)
    reading = Reading(1, mapping.source, mapping.account, 16 << 20, 250, layout=mapping.layout, reads=reads)
    return pa.Table.from_batches(read_files(files, reading, schema), schema)


def read_lines(folder: Path, files: Mapping[str, Iterable[Json | str]], reads: str | None = None) -> pa.Table:
    """Bronze rows of files that are written first: a document a line, given as an object or as the text itself."""
    for name, documents in files.items():
        lines = (
            text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in documents
        )
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_folder(folder, reads=reads)


def of_type(spark: SparkSession, records: pa.Table, *object_types: str | None) -> DataFrame:
    """The readable bronze rows of some types of object."""
    frame = spark.createDataFrame(records.drop_columns(["payload_bytes"]))
    return on_their_own(frame.filter("fault is null").filter(frame["object_type"].isin(*object_types)))


def rows(frame: DataFrame, *order: str) -> list[Json]:
    """Rows as plain values, in an order that does not depend on the engine."""
    found = [row.asDict(recursive=True) for row in frame.collect()]
    return sorted(found, key=lambda row: [str(row[name]) for name in order or frame.columns])
