"""Take new raw files in: plan batches, stage them, and publish each in one commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from pipelines import storage
from pipelines.among import among
from pipelines.arrow import arrow_schema
from pipelines.bronze import drift, records
from pipelines.bronze import files as manifest
from pipelines.bronze.batches import types_text
from pipelines.bronze.digest import file_digests
from pipelines.bronze.files import Listing, RawFile
from pipelines.bronze.foreign import NO_JSON
from pipelines.bronze.inside import needs
from pipelines.bronze.reading import FileCounts, Reading, read_files, unreadable
from pipelines.bronze.worker import Job, work, work_in_processes
from pipelines.commits import Staged, spark_struct
from pipelines.delta_log import Commit, Note
from pipelines.erasure.mapped import kept_fields
from pipelines.erasure.suppression import suppression
from pipelines.errors import LakehouseError
from pipelines.sources.mapping import stripe
from pipelines.sources.source import Source, Sources

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame, Row, SparkSession

    from pipelines.lakehouse import Lakehouse

RECORDS = records.TABLE.name
FILES = manifest.TABLE.name

BATCH = "batch"
"""In the note of a commit to bronze.records: name of the file that lists what the batch was read from. The list itself
would make the log grow with the files: readers of a Delta table read all notes that are not in a checkpoint."""

BATCHES = "_batches"
"""Folder of these files, in the table's own. No engine looks into folders whose names begin with an underscore."""

SMALL_BATCH = 64 << 20
"""Below this many bytes a batch is read in this process: starting others takes longer."""

TASK_BYTES = 8 << 20
"""About how many bytes of raw files one task of a cluster reads."""

MOST_TASKS = 200
"""More of them would be read by more executors than a batch is worth."""

TYPES_INSIDE = """regexp_extract_all(inside, '"type":"([^"]+)"', 1) as inside"""
"""SQL of the types of the objects that stand inside a record."""

TYPES = ("shapes", "object_types", "inside")
"""Columns of the manifest that list what kinds of records a file has."""

Judge = Callable[["DataFrame", int], Note]
"""Judges a number of staged rows; returns what is kept with their commit."""


def _unjudged(rows: DataFrame, count: int) -> Note:
    del rows, count
    return {}


@dataclass(frozen=True)
class Batch:
    """A staged bronze batch.

    Attributes:
        ingest_id: its number.
        source: name of the mapping that its files were read with.
        staged: its records.
        counts: what was read from each file that could be read.
        missing: files that could not be opened, with the reason.
    """

    ingest_id: int
    source: str
    staged: Staged
    counts: tuple[FileCounts, ...]
    missing: tuple[FileCounts, ...]


def plan(lake: Lakehouse, listing: Listing) -> list[RawFile]:
    """The files of a folder that bronze does not have yet, with the digest of their content.

    A file whose content is known under the same path is passed over, however new it looks, unless it was written over
    in between: then it holds again what it held before.
    """
    complete_manifest(lake)
    held = lake.arrow(FILES, _IDENTITY).to_pylist()
    taken = {
        (row["file"], row["size_bytes"], row["modified_at"], row["source"]): row["file_id"] for row in held
    }
    known = set(taken.values())
    newest = {(row["file"], row["source"]): row for row in sorted(held, key=lambda row: row["modified_at"])}
    fresh: list[RawFile] = []
    for file in manifest.pending(listing.files, taken):
        try:
            found = manifest.identified(file)
        except OSError:
            found = replace(file, sha256="unread")  # the batch reports why
        if found.file_id in known:
            last = newest[found.file, found.source]
            if last["sha256"] == found.sha256 or last["modified_at"] >= found.modified_at:
                continue
            found = replace(found, returned=True)
        if found.file_id not in known:
            fresh.append(found)
    return fresh


_IDENTITY = ("file", "size_bytes", "modified_at", "source", "sha256", "file_id")


def next_ingest_id(lake: Lakehouse) -> int:
    """The number of the next batch: one more than the last that was ever published, also where it was taken back.

    A number is never used twice: tables that took in a batch of that number would pass the second one over.
    """
    note = lake.note(RECORDS)
    return max(int(note.get("next_ingest_id", 0)), int(note.get("ingest_id", 0)) + 1)


def _is_batch(commit: Commit) -> bool:
    """Whether a commit took a batch in: compacting and restoring keep the note of an earlier one."""
    return commit.operation == "WRITE" and "ingest_id" in commit.note


def stage(lake: Lakehouse, source: Source, batch: Sequence[RawFile], ingest_id: int) -> Batch:
    """Read files, all of one source, and write their records where no reader looks."""
    reading = reading_of(lake, source, ingest_id)
    if lake.settings.engine == "embedded":
        staged, counts = _stage_here(lake, batch, reading)
    else:
        staged, counts = _stage_on_spark(lake, batch, reading)
    return Batch(
        ingest_id,
        source.source,
        staged,
        counts=tuple(c for c in counts if not c.missing),
        missing=tuple(c for c in counts if c.missing),
    )


def _reads(lake: Lakehouse, source: Source) -> drift.Reads | None:
    """What is read of a source whose fields are known: Stripe's, and rows that are mapped."""
    if source.is_mapped:
        return drift.reads_of_rows(source)
    return drift.reads(lake.tables.values()) if source.source == stripe().rest.source else None


def reading_of(lake: Lakehouse, source: Source, ingest_id: int) -> Reading:
    """How the files of a source are read for a batch."""
    limits = lake.settings.max_record_bytes, lake.settings.max_expansion
    return Reading(
        ingest_id,
        source.source,
        source.account,
        *limits,
        suppressed=suppression(lake.uri, lake.settings.forget_key_path, lambda: kept_fields(source)),
        layout=source.layout,
        reads=_reads(lake, source),
        needed={} if source.is_mapped else needs(lake.tables.values()),
    )


def noted(lake: Lakehouse, batch: Batch) -> Note:
    """What the commit of a batch notes, once what it was read from is written down beside the table."""
    rows = [_manifest_row(counts, batch) for counts in batch.counts]
    return {"ingest_id": batch.ingest_id, BATCH: _write_batch(lake, batch.ingest_id, rows)}


def complete_manifest(lake: Lakehouse, judge: Judge = _unjudged) -> None:
    """Make the manifest say what bronze holds.

    It lacks the files of the latest batch where a run was cut between the two commits, and has too many where
    bronze.records was restored to an earlier version: those files are taken in again.
    """
    held = int(lake.note(RECORDS).get("ingest_id", 0))
    listed = int(lake.note(FILES).get("ingest_id", 0))
    if listed < held:
        _enter(lake, [note for note in _notes(lake) if listed < int(note["ingest_id"]) <= held], held, judge)
    elif listed > held:
        kept = lake.table(FILES).filter(f"ingest_id <= {held}")
        staged = lake.stage(FILES, _unique(held), kept)
        lake.replace(FILES, staged, {"ingest_id": held, "checks": {}}, dates=None)


def _enter(lake: Lakehouse, notes: Sequence[Note], ingest_id: int, judge: Judge) -> None:
    lake.create(FILES)
    rows = [row for note in notes for row in files_of(lake, note)]
    staged = lake.stage(FILES, _unique(ingest_id), lake.spark.createDataFrame(_files_table(rows)))
    lake.append(FILES, staged, {"ingest_id": ingest_id, "checks": judge(lake.accepted(staged), staged.rows)})


def _notes(lake: Lakehouse) -> list[Note]:
    """Notes of the batches that bronze holds, oldest first: nearly always the latest one tells all."""
    latest = lake.note(RECORDS)
    if int(lake.note(FILES).get("ingest_id", 0)) == int(latest["ingest_id"]) - 1:
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


def _unique(ingest_id: int) -> str:
    """A name of a staged batch that no other run uses, be it one that was killed a moment ago and still writes."""
    return f"{ingest_id}-{uuid4().hex[:8]}"


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
    uri = storage.join(lake.table_uri(RECORDS), BATCHES, note[BATCH])
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
    name = f"{_unique(ingest_id)}.json"
    folder = storage.join(lake.table_uri(RECORDS), BATCHES)
    storage.make_folder(folder)
    storage.replace_text(storage.join(folder, name), json.dumps(rows))
    return name


def clear_batches(lake: Lakehouse) -> int:
    """Delete what was written of batches that no commit in the log names: of runs that were cut, or long ago.

    What a batch was read from is needed until the manifest has it, and by the deep audit as long as the log has it.
    """
    named = {commit.note.get(BATCH) for commit in lake.history(RECORDS)}
    folder = storage.join(lake.table_uri(RECORDS), BATCHES)
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
    held = {row["file_id"]: _types_of(row) for row in kinds.agg(*_collected_types()).collect()}
    nothing: dict[str, list[str]] = {name: [] for name in TYPES}
    _renew(lake, file_ids, lambda of: {n: types_text(types) for n, types in held.get(of, nothing).items()})


def _renew(lake: Lakehouse, file_ids: Collection[str], said: Callable[[str], Mapping[str, Any]]) -> None:
    """Give the entries of some files other values, where they are others."""
    rows = among(lake.table(FILES), "file_id", file_ids).toArrow().to_pylist()
    renewed = [{**row, **said(row["file_id"])} for row in rows]
    if renewed != rows:
        entries = pa.Table.from_pylist(renewed, schema=arrow_schema(manifest.TABLE))
        staged = lake.stage(FILES, _unique(0), lake.spark.createDataFrame(entries))
        lake.amend(FILES, staged, lake.note(FILES), by=("file_id",))
        lake.clear_staging(FILES)


def _collected_types() -> tuple[Expression, ...]:
    """Figures of a group of records: their shapes, the types of their objects, and of those inside."""
    from pyspark.sql import functions as F  # noqa: N812

    named = {"shape": "shapes", "object_type": "object_types", "inside": "inside"}
    return tuple(F.collect_set(column).alias(name) for column, name in named.items())


def _types_of(row: Row) -> dict[str, list[str]]:
    return {
        "shapes": sorted(row["shapes"]),
        "object_types": sorted(row["object_types"]),
        "inside": sorted({name for types in row["inside"] for name in types}),
    }


def check_sources(lake: Lakehouse, sources: Sources) -> None:
    """Make sure that every source whose records bronze holds has its mapping.

    Raises:
        SourceError: one has none.
    """
    for source in lake.arrow(FILES, ("source",)).column("source").unique().to_pylist():
        sources.of(source)


def _manifest_row(counts: FileCounts, batch: Batch) -> dict[str, Any]:
    file = counts.file
    return {
        "file_id": file.file_id,
        "ingest_id": batch.ingest_id,
        "source": batch.source,
        "file": file.file,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "modified_at": file.modified_at.isoformat(),
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


def _stage_here(
    lake: Lakehouse, batch: Sequence[RawFile], reading: Reading
) -> tuple[Staged, list[FileCounts]]:
    uri = lake.staging_uri(RECORDS, _unique(reading.ingest_id))
    lake.clear_staging(RECORDS)
    storage.make_folder(uri)
    shares = _shares(batch, lake.settings.workers)
    jobs = [Job(tuple(share), reading, f"{uri}/part-{n:03d}.parquet") for n, share in enumerate(shares)]
    if len(jobs) > 1 and sum(file.expected_bytes for file in batch) > SMALL_BATCH:
        counts = work_in_processes(jobs)
    else:
        counts = [found for job in jobs for found in work(job)]
    rows = sum(found.record_count for found in counts if not found.missing)
    return Staged(uri, rows, spark_struct(records.TABLE)), counts


def _shares(batch: Sequence[RawFile], workers: int) -> list[list[RawFile]]:
    """Files dealt out so that each worker has about as many bytes; one share for each."""
    shares: list[list[RawFile]] = [[] for _ in range(min(workers, len(batch)))]
    sizes = [0] * len(shares)
    for file in sorted(batch, key=lambda f: (-f.expected_bytes, f.file)):
        least = sizes.index(min(sizes))
        shares[least].append(file)
        sizes[least] += file.expected_bytes
    return shares


def _stage_on_spark(
    lake: Lakehouse, batch: Sequence[RawFile], reading: Reading
) -> tuple[Staged, list[FileCounts]]:
    """The same on a cluster: executors read the files, which lie on storage that all of them see."""
    rows = read_on_spark(lake.spark, batch, reading)
    staged = lake.stage(RECORDS, _unique(reading.ingest_id), rows)
    return staged, _counted(lake.staged(staged), batch, reading.max_expansion)


def read_on_spark(spark: SparkSession, batch: Sequence[RawFile], reading: Reading) -> DataFrame:
    """The records of files, read by executors. Each time the frame is used the files are read: stage it first."""
    listed = spark.createDataFrame(pa.Table.from_pylist([asdict(file) for file in batch]))
    parallel = listed.repartition(_tasks(batch), "file")
    return parallel.mapInArrow(partial(_read_listed, reading=reading), records.TABLE.spark_schema())


def _tasks(batch: Sequence[RawFile]) -> int:
    """Into how many tasks files are dealt out: none for a few bytes alone, and no more than there are files."""
    wanted = -(-sum(file.expected_bytes for file in batch) // TASK_BYTES)
    return max(1, min(wanted, len(batch), MOST_TASKS))


def _read_listed(groups: Iterator[pa.RecordBatch], reading: Reading) -> Iterator[pa.RecordBatch]:
    """The records of files that are listed in Arrow batches; this is what executors run."""
    for group in groups:
        files = [RawFile(**row) for row in group.to_pylist()]
        # A file that fails half-way would fail the whole job, on each of its attempts.
        whole = [file for file in files if not unreadable(file, reading.max_expansion)]
        yield from read_files(whole, reading, arrow_schema(records.TABLE))


def _counted(rows: DataFrame, batch: Sequence[RawFile], max_expansion: int) -> list[FileCounts]:
    from pyspark.sql import functions as F  # noqa: N812

    size = "coalesce(octet_length(payload_bytes), octet_length(payload))"
    foreign = F.when(F.col("fault").startswith(NO_JSON), F.col("fault"))
    columns = (
        "file",
        "fault",
        f"{size} as size",
        "masked_count",
        "has_more",
        "shape",
        "object_type",
        TYPES_INSIDE,
    )
    sized = rows.selectExpr(*columns)
    found = sized.groupBy("file").agg(
        F.count("*"),
        F.count("fault"),
        F.sum("size"),
        F.sum("masked_count"),
        F.count_if(F.col("masked_count") > 0),
        F.max(foreign),
        F.array_sort(F.collect_set(F.when(F.col("has_more"), F.col("object_type")))),
        F.array_sort(F.collect_set(F.when(~F.col("has_more"), F.col("object_type")))),
        *_collected_types(),
    )
    names = (
        *("record_count", "fault_count", "raw_bytes", "masked_count", "masked_record_count"),
        *("foreign", "opened", "ended"),
    )
    counts: dict[str, Any] = {
        row["file"]: {**dict(zip(names, row[1:], strict=False)), **_types_of(row)} for row in found.collect()
    }
    digests = file_digests(rows)
    return [
        FileCounts(file, **counts[file.file], digest=digests[file.file_id])
        if file.file in counts
        else FileCounts(file, missing=unreadable(file, max_expansion))
        for file in batch
    ]
