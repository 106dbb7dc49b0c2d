"""Records read once more: those that bronze keeps and could not read, after the reader was mended, with the same id and
place; and those of batches that were held back, to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze import records
from pipelines.bronze.files import RawFile, identified, list_files
from pipelines.bronze.reading.reader import Kept, read_files, reread
from pipelines.delta.commits import Amend
from pipelines.delta.schemas import arrow_schema
from pipelines.flow import held_back, ingest
from pipelines.flow.moving import Change, put
from pipelines.frames.among import among
from pipelines.settings import raw_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse


def readable(lake: Lakehouse, faulty: DataFrame) -> pa.Table:
    """Those of some faulty records that can be read now, as rows of bronze.records. Writes nothing."""
    schema = arrow_schema(records.TABLE)
    columns = ("record_id", "file_id", "ingest_id", "source", "line", "item", "payload", "payload_bytes")
    # One that was written before pages were told of lacks the last column.
    told = [name for name in ("has_more",) if name in faulty.columns]
    rows = faulty.select(*columns, *told).toArrow().to_pylist()
    rows.sort(key=lambda row: (row["ingest_id"], row["source"], row["file_id"]))
    batches = list(_read_again(lake, rows, schema))
    return pa.Table.from_batches(batches, schema)


def correct(lake: Lakehouse, read: pa.Table) -> None:
    """Put records that can be read now in the place of their faulty selves."""
    note, rows = lake.note(ingest.RECORDS), lake.spark.createDataFrame(read)
    by = Amend(("record_id", "ingest_id"))
    put(lake, Change(records.TABLE, "read-again", rows, by, note=lambda: note))


def _read_again(
    lake: Lakehouse, rows: Sequence[dict[str, Any]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    files = _files(lake, {row["file_id"] for row in rows})
    for (ingest_id, source), group in groupby(rows, key=lambda row: (row["ingest_id"], row["source"])):
        kept = (
            Kept(
                files[row["file_id"]],
                row["line"],
                row["item"],
                row["payload_bytes"] or row["payload"].encode(),
                row.get("has_more"),
            )
            for row in group
        )
        yield from reread(kept, ingest.reading_of(lake, lake.sources.of(source), ingest_id), schema)


def _files(lake: Lakehouse, ids: set[str]) -> dict[str, RawFile]:
    entered = among(lake.table(ingest.FILES), "file_id", ids)
    named = ("file", "size_bytes", "modified_at", "sha256", "source")
    rows = entered.select("file_id", *named).toArrow().to_pylist()
    return {
        row["file_id"]: _known_as(row["file_id"], RawFile("", *(row[name] for name in named))) for row in rows
    }


def _known_as(file_id: str, file: RawFile) -> RawFile:
    return file if file.file_id == file_id else replace(file, returned=True)


def payload(lake: Lakehouse, record_id: str) -> str | None:
    """What a record of a refused batch holds: of bronze read again from its file, else as bronze has it.

    None where no refused batch lists it, or its file is gone or was changed since.
    """
    for one in held_back.held_back(lake):
        for record in one.records:
            if record["record_id"] == record_id:
                return _in_file(lake, one.raw, record) if one.raw else _in_bronze(lake, record_id)
    return None


def _in_bronze(lake: Lakehouse, record_id: str) -> str | None:
    rows = lake.table(ingest.RECORDS).filter(F.col("record_id") == record_id).select("payload").take(1)
    return str(rows[0][0]) if rows else None


def _in_file(lake: Lakehouse, raw: str, record: Mapping[str, Any]) -> str | None:
    """The record's text, masked and without the forgotten, as it would have been taken in."""
    files = [file for file in list_files(raw_folder(raw), lake.sources).files if file.file == record["file"]]
    for file in map(identified, files):
        reading = ingest.reading_of(lake, lake.sources.of(file.source), ingest.next_ingest_id(lake))
        for rows in read_files([file], reading, arrow_schema(records.TABLE)):
            here = pc.and_(
                pc.equal(rows.column("line"), record["line"]), pc.equal(rows.column("item"), record["item"])
            )
            found = rows.filter(here)
            if found.num_rows:
                return str(found.column("payload")[0].as_py())
    return None
