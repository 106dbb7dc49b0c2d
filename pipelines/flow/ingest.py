"""Take new raw files in: plan batches, stage them, and publish each in one commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.bronze import files as manifest
from pipelines.bronze import records
from pipelines.bronze.drift import objects as drift
from pipelines.bronze.files import Listing, RawFile
from pipelines.bronze.reading.digest import file_digests
from pipelines.bronze.reading.foreign import NO_JSON
from pipelines.bronze.reading.reader import FileCounts, Reading, read_files, unreadable
from pipelines.bronze.reading.worker import Job, work, work_in_processes
from pipelines.delta import storage
from pipelines.delta.commits import Staged, spark_struct
from pipelines.delta.schemas import arrow_schema
from pipelines.flow.entering import TYPES_INSIDE, collected_types, complete_manifest, types_of, unique
from pipelines.privacy.forgotten import suppression
from pipelines.privacy.mapped import kept_fields
from pipelines.sources.inside import needs
from pipelines.sources.mapping import stripe
from pipelines.sources.source import Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from pipelines.lakehouse import Lakehouse

RECORDS = records.TABLE.name
FILES = manifest.TABLE.name

RAW = "raw"
"""Under what copies of raw files of an object store are staged."""

SMALL_BATCH = 64 << 20
"""Below this many bytes a batch is read in this process: starting others takes longer."""

TASK_BYTES = 8 << 20
"""About how many bytes of raw files one task of a cluster reads."""

MOST_TASKS = 200
"""More of them would be read by more executors than a batch is worth."""


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
    taken = manifest.taken(held)
    known = set(taken.values())
    newest = {(row["file"], row["source"]): row for row in sorted(held, key=lambda row: row["modified_at"])}
    fresh: list[RawFile] = []
    copies = storage.local(lake.staging.uri(RAW, "files")) if lake.engine.reads_here else None
    for file in manifest.pending(listing.files, taken):
        try:
            found = manifest.identified(file, copies)
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


_IDENTITY = (*manifest.SEEN, "sha256", "file_id")


def next_ingest_id(lake: Lakehouse) -> int:
    """The number of the next batch: one more than the last that was ever published, also where it was taken back.

    A number is never used twice: tables that took in a batch of that number would pass the second one over.
    """
    note = lake.note(RECORDS)
    return max(int(note.get("next_ingest_id", 0)), int(note.get("ingest_id", 0)) + 1)


def stage(lake: Lakehouse, source: Source, batch: Sequence[RawFile], ingest_id: int) -> Batch:
    """Read files, all of one source, and write their records where no reader looks."""
    reading = reading_of(lake, source, ingest_id)
    staged, counts = (_stage_here if lake.engine.reads_here else _stage_on_spark)(lake, batch, reading)
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


def _stage_here(
    lake: Lakehouse, batch: Sequence[RawFile], reading: Reading
) -> tuple[Staged, list[FileCounts]]:
    uri = lake.staging.uri(RECORDS, unique(reading.ingest_id))
    lake.staging.clear(RECORDS)
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
    staged = lake.staging.write(RECORDS, unique(reading.ingest_id), rows)
    return staged, _counted(lake.staging.rows(staged), batch, reading.max_expansion)


def read_on_spark(spark: SparkSession, batch: Sequence[RawFile], reading: Reading) -> DataFrame:
    """The records of files, read by executors. Each time the frame is used the files are read: stage it first."""
    # Without what none of them has: a column of nulls alone has no type.
    rows = [{name: value for name, value in asdict(file).items() if value is not None} for file in batch]
    listed = spark.createDataFrame(pa.Table.from_pylist(rows))
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


_SIZE = "coalesce(octet_length(payload_bytes), octet_length(payload)) as size"
_COUNTED = ("file", "fault", _SIZE, "masked_count", "has_more", "shape", "object_type", TYPES_INSIDE)


def _counted(rows: DataFrame, batch: Sequence[RawFile], max_expansion: int) -> list[FileCounts]:
    from pyspark.sql import functions as F  # noqa: N812

    foreign = F.when(F.col("fault").startswith(NO_JSON), F.col("fault"))
    found = (
        rows.selectExpr(*_COUNTED)
        .groupBy("file")
        .agg(
            F.count("*"),
            F.count("fault"),
            F.sum("size"),
            F.sum("masked_count"),
            F.count_if(F.col("masked_count") > 0),
            F.max(foreign),
            F.array_sort(F.collect_set(F.when(F.col("has_more"), F.col("object_type")))),
            F.array_sort(F.collect_set(F.when(~F.col("has_more"), F.col("object_type")))),
            *collected_types(),
        )
    )
    names = (
        *("record_count", "fault_count", "raw_bytes", "masked_count", "masked_record_count"),
        *("foreign", "opened", "ended"),
    )
    counts: dict[str, Any] = {
        row["file"]: {**dict(zip(names, row[1:], strict=False)), **types_of(row)} for row in found.collect()
    }
    digests = file_digests(rows)
    return [
        FileCounts(file, **counts[file.file], digest=digests[file.file_id])
        if file.file in counts
        else FileCounts(file, missing=unreadable(file, max_expansion))
        for file in batch
    ]
