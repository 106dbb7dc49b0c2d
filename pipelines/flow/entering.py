"""The manifest: what bronze.files says of the batches that bronze.records holds, also after a cut or a way back.

What a batch was read from is written down beside bronze.records before its commit, which names it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from pipelines.bronze import files as manifest
from pipelines.bronze import records
from pipelines.bronze.reading.digest import file_digests
from pipelines.delta import storage
from pipelines.delta.commits import Amend, Append, Replace
from pipelines.delta.log import Commit, Note
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.flow.batches import newest, types_text
from pipelines.flow.moving import Change, put
from pipelines.frames.among import among

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, Row

    from pipelines.bronze.reading.reader import FileCounts
    from pipelines.lakehouse import Lakehouse

RECORDS = records.TABLE.name
FILES = manifest.TABLE.name

BATCH = "batch"
"""In the note of a commit to bronze.records: name of the file that lists what the batch was read from. The list itself
would make the log grow with the files: readers of a Delta table read all notes that are not in a checkpoint."""

BATCHES = "_batches"
"""Folder of these files, in the table's own. No engine looks into folders whose names begin with an underscore."""

TYPES_INSIDE = """regexp_extract_all(inside, '"type":"([^"]+)"', 1) as inside"""
"""SQL of the types of the objects that stand inside a record."""

TYPES = ("shapes", "object_types", "inside")
"""Columns of the manifest that list what kinds of records a file has."""

Judge = Callable[["DataFrame", int], Note]
"""Judges a number of staged rows; returns what is kept with their commit."""


def _unjudged(rows: DataFrame, count: int) -> Note:
    del rows, count
    return {}


def noted(lake: Lakehouse, ingest_id: int, source: str, files: Sequence[FileCounts]) -> Note:
    """What the commit of a batch notes, once what it was read from is written down beside the table."""
    rows = [_manifest_row(counts, ingest_id, source) for counts in files]
    return {"ingest_id": ingest_id, BATCH: _write_batch(lake, ingest_id, rows)}


def complete_manifest(lake: Lakehouse, judge: Judge = _unjudged) -> None:
    """Make the manifest say what bronze holds.

    It lacks the files of the latest batch where a run was cut between the two commits, and has too many where
    bronze.records was restored to an earlier version: those files are taken in again.
    """
    held, listed = newest(lake), _listed(lake)
    if listed < held:
        _enter(lake, [note for note in _notes(lake) if listed < int(note["ingest_id"]) <= held], held, judge)
    elif listed > held:
        kept = lake.table(FILES).filter(f"ingest_id <= {held}")
        note: Note = {"ingest_id": held, "checks": {}}
        put(lake, Change(manifest.TABLE, unique(held), kept, Replace(), note=lambda: note))


def _listed(lake: Lakehouse) -> int:
    """The last batch whose files the manifest has."""
    return int(lake.note(FILES).get("ingest_id", 0))


def _enter(lake: Lakehouse, notes: Sequence[Note], ingest_id: int, judge: Judge) -> None:
    lake.create(FILES)
    rows = [row for note in notes for row in files_of(lake, note)]
    staged = lake.staging.write(FILES, unique(ingest_id), lake.spark.createDataFrame(_files_table(rows)))
    note: Note = {"ingest_id": ingest_id, "checks": judge(lake.staging.accepted(staged), staged.rows)}
    put(lake, Change(manifest.TABLE, "", staged, Append(), note=lambda: note))


def _notes(lake: Lakehouse) -> list[Note]:
    """Notes of the batches that bronze holds, oldest first: nearly always the latest one tells all."""
    latest = lake.note(RECORDS)
    if _listed(lake) == int(latest["ingest_id"]) - 1:
        return [latest]
    held: dict[int, Note] = {}
    for commit in reversed(lake.history(RECORDS)):
        if "ingest_id" in commit.note:
            last = int(commit.note["ingest_id"])
            held = {
                number: note for number, note in held.items() if number <= last
            }  # the others were taken back
            if _is_batch(commit):
                held[last] = commit.note
    return list(held.values())


def _is_batch(commit: Commit) -> bool:
    """Whether a commit took a batch in: compacting and restoring keep the note of an earlier one."""
    return commit.operation == "WRITE" and "ingest_id" in commit.note


def noted_files(lake: Lakehouse) -> list[dict[str, Any]]:
    """What the commits of bronze.records say of their files, as rows of the manifest: of those still in its log."""
    notes = (commit.note for commit in lake.history(RECORDS) if _is_batch(commit))
    rows: list[dict[str, Any]] = _files_table(
        [row for note in notes for row in files_of(lake, note)]
    ).to_pylist()
    return rows


def files_of(lake: Lakehouse, note: Note) -> list[dict[str, Any]]:
    """Rows of the manifest that a batch is to have, as the note of its commit says; those of old have them inside.

    Raises:
        LakehouseError: what the note names is gone.
    """
    if BATCH not in note:
        return list(note.get("files", ()))
    uri = storage.join(_folder(lake), note[BATCH])
    text = storage.read_text(uri)
    if text is None:
        raise LakehouseError(
            f"{uri} is gone: it says which files batch {note['ingest_id']} of {RECORDS} was read from. Bring it back "
            "from a backup."
        )
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _write_batch(lake: Lakehouse, ingest_id: int, rows: Sequence[dict[str, Any]]) -> str:
    """Write down what a batch was read from, beside the table; returns the name of the file."""
    name = f"{unique(ingest_id)}.json"
    folder = _folder(lake)
    storage.make_folder(folder)
    storage.replace_text(storage.join(folder, name), json.dumps(rows))
    return name


def _folder(lake: Lakehouse) -> str:
    """Where it is written down what batches were read from."""
    return storage.join(lake.table_uri(RECORDS), BATCHES)


def clear_batches(lake: Lakehouse) -> int:
    """Delete what was written of batches that no commit in the log names: of runs that were cut, or long ago.

    What a batch was read from is needed until the manifest has it, and by the deep audit as long as the log has it.
    """
    named = {commit.note.get(BATCH) for commit in lake.history(RECORDS)}
    folder = _folder(lake)
    gone = [name for name in storage.children(folder) if name not in named]
    for name in gone:
        storage.delete_file(storage.join(folder, name))
    return len(gone)


def renew_digests(lake: Lakehouse, file_ids: Collection[str]) -> None:
    """Make the manifest say again what bronze.records holds of some files, after records of theirs were rewritten.

    Whoever amends bronze.records calls it with the files that were touched; without it the deep audit reports them.
    """
    from pyspark.sql import functions as F  # noqa: N812

    for name in (RECORDS, FILES):
        lake.create(name)  # one that was written before objects inside others were listed lacks a column
    records_of = among(lake.table(RECORDS), "file_id", file_ids)
    digests = file_digests(records_of)
    faults = dict(map(tuple, records_of.groupBy("file_id").agg(F.count("fault")).collect()))
    _renew(lake, file_ids, lambda of: {"digest": digests.get(of, 0), "fault_count": faults.get(of, 0)})


def renew_types(lake: Lakehouse, file_ids: Collection[str]) -> None:
    """Make the manifest say what kinds of records some files have, after some of them could be read at last."""
    records_of = among(lake.table(RECORDS), "file_id", file_ids)
    kinds = records_of.selectExpr("file_id", "shape", "object_type", TYPES_INSIDE).groupBy("file_id")
    held = {row["file_id"]: types_of(row) for row in kinds.agg(*collected_types()).collect()}
    nothing: dict[str, list[str]] = {name: [] for name in TYPES}
    _renew(lake, file_ids, lambda of: {n: types_text(types) for n, types in held.get(of, nothing).items()})


def _renew(lake: Lakehouse, file_ids: Collection[str], said: Callable[[str], Mapping[str, Any]]) -> None:
    """Give the entries of some files other values, where they are others."""
    rows = among(lake.table(FILES), "file_id", file_ids).toArrow().to_pylist()
    renewed = [{**row, **said(row["file_id"])} for row in rows]
    if renewed != rows:
        entries = pa.Table.from_pylist(renewed, schema=arrow_schema(manifest.TABLE))
        note, entered = lake.note(FILES), lake.spark.createDataFrame(entries)
        put(lake, Change(manifest.TABLE, unique(0), entered, Amend(("file_id",)), note=lambda: note))


def collected_types() -> tuple[Expression, ...]:
    """Figures of a group of records: their shapes, the types of their objects, and of those inside."""
    from pyspark.sql import functions as F  # noqa: N812

    named = {"shape": "shapes", "object_type": "object_types", "inside": "inside"}
    return tuple(F.collect_set(column).alias(name) for column, name in named.items())


def types_of(row: Row) -> dict[str, list[str]]:
    """What such a group has of each, in order."""
    return {
        "shapes": sorted(row["shapes"]),
        "object_types": sorted(row["object_types"]),
        "inside": sorted({name for types in row["inside"] for name in types}),
    }


def unique(ingest_id: int) -> str:
    """A name of a staged batch that no other run uses, be it one that was killed a moment ago and still writes."""
    return f"{ingest_id}-{uuid4().hex[:8]}"


def _manifest_row(counts: FileCounts, ingest_id: int, source: str) -> dict[str, Any]:
    file = counts.file
    return {
        "file_id": file.file_id,
        "ingest_id": ingest_id,
        "source": source,
        "file": file.file,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "modified_at": file.modified_at.isoformat(),
        "etag": file.etag,
        "record_count": counts.record_count,
        "fault_count": counts.fault_count,
        "raw_bytes": counts.raw_bytes,
        "digest": counts.digest,
        "masked_count": counts.masked_count,
        "masked_record_count": counts.masked_record_count,
        "shapes": types_text(counts.shapes),
        "object_types": types_text(counts.object_types),
        "inside": types_text(counts.inside),
    }


def _files_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    parsed = [row | {"modified_at": datetime.fromisoformat(row["modified_at"])} for row in rows]
    return pa.Table.from_pylist(parsed, schema=arrow_schema(manifest.TABLE))
