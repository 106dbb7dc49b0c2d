"""The flow of records: raw files that are new or changed, batch by batch, and the manifest of what was taken in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.bronze import files as manifest
from pipelines.bronze import records
from pipelines.bronze.reading.digest import file_digests
from pipelines.bronze.reading.reader import FileCounts
from pipelines.delta.commits import Append
from pipelines.flow import entering, ingest
from pipelines.flow.compare import SHOWN, Difference, Found
from pipelines.flow.moving import Change, Refusals, judged, moved
from pipelines.flow.notices import judged as judged_by
from pipelines.flow.notices import told
from pipelines.flow.steps import Outcome, unchanged
from pipelines.flow.way import Way
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.flow.known import Known
    from pipelines.flow.steps import Run
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


_COUNTED = ("record_count", "fault_count")


def refresh_bronze(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Take in the files of a folder that are new or changed, batch by batch."""
    listing = manifest.list_files(run.raw, lake.sources)
    notices = tuple(f"{name}: ignored, {why}" for name, why in listing.ignored.items())
    if not listing.files:
        empty = f"{run.raw}: no file to read; expected {lake.sources.expected}, also compressed"
        notices = (empty, *notices)
    fresh = ingest.plan(lake, listing)
    if not fresh:
        yield replace(unchanged(lake, ingest.RECORDS), notices=notices)
    for files in manifest.batches(fresh, lake.settings.batch_bytes):
        source = lake.sources.of(files[0].source)
        batch = ingest.stage(lake, source, files, ingest.next_ingest_id(lake))
        outcome = take_in(lake, batch, run.validate)
        yield replace(outcome, notices=(*notices, *outcome.notices))
        if outcome.status == "refused":
            return
        notices = ()
    lake.staging.clear(ingest.RAW)
    yield from _swept(lake, run)


def take_in(lake: Lakehouse, batch: ingest.Batch, validate: Validate) -> Outcome:
    """Publish a staged batch, and complete the manifest."""
    outcome = moved(lake, _change(lake, batch), validate) if batch.counts else _without_files(lake)
    if outcome.status == "published":
        entering.complete_manifest(lake, lambda rows, count: _entered(lake, rows, count, validate))
    lake.staging.clear(ingest.FILES)
    notices = (*told(batch), *outcome.notices)
    return replace(outcome, notices=notices, failed=bool(batch.missing))


def _change(lake: Lakehouse, batch: ingest.Batch) -> Change:
    return Change(
        records.TABLE,
        str(batch.ingest_id),
        batch.staged,
        Append(),
        note=lambda: entering.noted(lake, batch.ingest_id, batch.source, batch.counts),
        refusals=Refusals(quarantine.unreadable, raw=batch.counts[0].file.root),
        faulty=sum(counts.fault_count for counts in batch.counts),
        figures=lambda _: _shares(batch.counts),
        is_changed=True,
    )


def _without_files(lake: Lakehouse) -> Outcome:
    """Of a batch of which no file could be opened."""
    lake.staging.clear(ingest.RECORDS)
    return replace(unchanged(lake, ingest.RECORDS), version=lake.version(ingest.RECORDS))


def _entered(lake: Lakehouse, rows: DataFrame, count: int, validate: Validate) -> Note:
    return judged(lake, manifest.TABLE, rows, count, validate=validate).note


def _shares(counts: Sequence[FileCounts]) -> Figures:
    """The figures by which a batch is held back: one bad file must not hold back what stands beside it."""
    faulty, judging = judged_by(counts)
    return Figures(
        {"record_count": float(judging), "quarantined_share": faulty / judging if judging else None}
    )


def _swept(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Erase what the new batches say was redacted, before anything else is made from them."""
    if notices := run.sweep(lake):
        version = lake.version(ingest.RECORDS)
        yield Outcome(ingest.RECORDS, "published", version=version, notices=notices)


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """bronze.records against the manifest: how many records each file has, how many are faulty, and their digest."""
    rows = lake.table(table.name)
    counted = {row["file_id"]: row.asDict() for row in _counts(rows).collect()}
    digests = file_digests(rows)
    entered = lake.table(ingest.FILES).select("file_id", "file", *_COUNTED, "digest").collect()
    off = []
    for file in entered:
        there = counted.get(file["file_id"], {}) | {"digest": digests.get(file["file_id"], 0)}
        wrong = [name for name in _COUNTED if file[name] != there.get(name, 0)]
        wrong += ["record_id"] if there.get("record_count", 0) != there.get("different", 0) else []
        wrong += ["digest"] if file["digest"] not in (None, there["digest"]) else []
        if wrong:
            off.append(Difference(table.name, "altered", f"file={file['file']}", tuple(wrong)))
    undigested = sum(file["digest"] is None for file in entered)
    why = f"{undigested:,} files were taken in before digests were kept" if undigested else ""
    yield Found(table.name, len(off), tuple(off[:SHOWN]), why)


def _counts(rows: DataFrame) -> DataFrame:
    return rows.groupBy("file_id").agg(
        F.count(F.lit(1)).alias("record_count"),
        F.countDistinct("record_id").alias("different"),
        F.count("fault").alias("fault_count"),
    )


def known(then: Known, table: Table) -> DataFrame:
    """The records that were known."""
    del table
    return then.records


WAY = Way(lambda lake, table, run, full: refresh_bronze(lake, run), verified=verified, known=known)
