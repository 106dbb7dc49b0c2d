"""The flow of every table: what changed, build, stage, audit, publish. Nothing bad becomes visible.

Each function takes a table as far as its inputs are, in batches of bounded size, and yields what it did after each
commit. All of it may be cut anywhere and run again: a watermark moves in the commit that holds the data.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines import catalog, held_back
from pipelines.base.figure import Figures
from pipelines.bronze import files as manifest
from pipelines.bronze import ingest
from pipelines.bronze.batches import Batch, batches, concerning, shapes, types_inside
from pipelines.bronze.notices import judged, told
from pipelines.bronze.reading import FileCounts
from pipelines.commits import Staged
from pipelines.conservation import refresh_audit
from pipelines.errors import CriticalCheckError
from pipelines.flow_gold import refresh_gold as refresh_gold
from pipelines.flow_history import refresh_history
from pipelines.gold import audit as audit_table
from pipelines.gold import schema_drift
from pipelines.silver import quarantine, within
from pipelines.silver.build import FAULT, build
from pipelines.silver.keyed import key_note, needs_rebuild
from pipelines.silver.order import BETTER
from pipelines.silver.rows import of_table
from pipelines.steps import Outcome as Outcome
from pipelines.steps import Run as Run
from pipelines.steps import audited, by_size, concluded
from pipelines.verdict import Validate, Verdict

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.sources.source import Sources
    from pipelines.table import Table

QUARANTINE = quarantine.TABLE.name

AUDIT = audit_table.TABLE.name

DRIFT = schema_drift.TABLE.name


def refresh(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Bring every table up to date with a raw folder, each after those it is made from."""
    refused: set[str] = set()
    rebuilt = set(run.full)
    for table in catalog.all_tables().values():
        if table.name == ingest.FILES or (run.only and table.name not in run.only):
            continue
        run.starting(table.name)
        if refused.intersection((*catalog.inputs(table), *gates(table))):
            refused.add(table.name)
            yield Outcome(table.name, "skipped", failed=True)
            continue
        rebuild = not rebuilt.isdisjoint({table.name, *catalog.inputs(table)}) or _is_outdated(lake, table)
        if table.name == AUDIT:
            rebuild = (
                bool(rebuilt) or AUDIT in run.only
            )  # what was rebuilt, or asked for, is looked at as a whole
        if rebuild and table.name != AUDIT:
            rebuilt.add(table.name)
        for outcome in _refresh_table(lake, table, run, full=rebuild):
            if outcome.status == "refused":
                refused.add(table.name)
            yield outcome


def _is_outdated(lake: Lakehouse, table: Table) -> bool:
    """Whether a table was made in another way than it is now; what is made from it has to follow."""
    of_records = table.layer == "silver" and table.name != QUARANTINE
    return of_records and needs_rebuild(lake, table, lake.note(table.name))


def gates(table: Table) -> tuple[str, ...]:
    """Tables that must be sound before another is made: no gold from a lakehouse that has lost records."""
    return (AUDIT,) if table.layer == "gold" and table.name not in (AUDIT, DRIFT) else ()


def _refresh_table(lake: Lakehouse, table: Table, run: Run, *, full: bool) -> Iterator[Outcome]:
    sources, validate = run.sources, run.validate
    if table.layer == "bronze":
        yield from refresh_bronze(lake, run)
    elif table.name == QUARANTINE:
        yield refresh_quarantine(lake, validate)
    elif table.history_of:
        yield from refresh_history(lake, table, sources, validate, full=full)
    elif table.layer == "silver":
        yield from refresh_silver(lake, table, sources, validate, full=full)
    elif table.name == AUDIT:
        yield refresh_audit(lake, sources, validate, full=full)
    else:
        yield refresh_gold(lake, table, validate, full=full)


def refresh_bronze(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Take in the files of a folder that are new or changed, batch by batch."""
    started = time.monotonic()
    listing = manifest.list_files(run.raw, run.sources)
    notices = tuple(f"{name}: ignored, {why}" for name, why in listing.ignored.items())
    if not listing.files:
        notices = (
            f"{run.raw}: no file to read; expected {run.sources.expected}, also compressed",
            *notices,
        )
    fresh = ingest.plan(lake, listing)
    if not fresh:
        held_back.settled(lake, ingest.RECORDS)
        yield Outcome(ingest.RECORDS, "unchanged", seconds=time.monotonic() - started, notices=notices)
    for files in manifest.batches(fresh, lake.settings.batch_bytes):
        source = run.sources.of(files[0].source)
        batch = ingest.stage(lake, source, files, ingest.next_ingest_id(lake))
        outcome = _publish_bronze(lake, batch, run.validate, started, notices)
        yield outcome
        if outcome.status == "refused":
            return
        started, notices = time.monotonic(), ()
    yield from _swept(lake, run)


def _swept(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Erase what the new batches say was redacted, before anything else is made from them."""
    started = time.monotonic()
    if notices := run.sweep(lake):
        yield Outcome(
            table=ingest.RECORDS,
            status="published",
            seconds=time.monotonic() - started,
            version=lake.version(ingest.RECORDS),
            notices=notices,
        )


def _publish_bronze(
    lake: Lakehouse, batch: ingest.Batch, validate: Validate, started: float, notices: tuple[str, ...]
) -> Outcome:
    rows = lake.accepted(batch.staged)
    faults = sum(counts.fault_count for counts in batch.counts)
    held = batch.staged.rows  # records that cannot be read are among them
    table = lake.declaration(ingest.RECORDS)
    verdict = audited(lake, table, rows, faults, held, validate, lambda: _shares(batch.counts), count=held)
    if not verdict.refusals and batch.counts:
        ingest.publish(
            lake,
            batch,
            verdict.note,
            lambda entered, count: audited(lake, manifest.TABLE, entered, 0, count, validate).note,
        )
    _note_held(lake, batch, verdict, rows, faults)
    lake.clear_staging(ingest.RECORDS)
    lake.clear_staging(ingest.FILES)
    return Outcome(
        table=ingest.RECORDS,
        status="refused" if verdict.refusals else "published" if batch.counts else "unchanged",
        rows=batch.staged.rows,
        quarantined=faults,
        seconds=time.monotonic() - started,
        version=None if verdict.refusals else lake.version(ingest.RECORDS),
        verdict=verdict,
        notices=(*notices, *told(batch), *held_back.told(verdict)),
        failed=bool(batch.missing),
    )


def _shares(counts: Sequence[FileCounts]) -> Figures:
    """The figures by which a batch is held back: one bad file must not hold back what stands beside it."""
    faulty, judging = judged(counts)
    return Figures(
        {"record_count": float(judging), "quarantined_share": faulty / judging if judging else None}
    )


def _note_held(lake: Lakehouse, batch: ingest.Batch, verdict: Verdict, rows: DataFrame, faults: int) -> None:
    records: tuple[dict[str, Any], ...] = ()
    if verdict.refusals and faults:
        records = held_back.places(quarantine.unreadable(rows))
    raw = next((counts.file.root for counts in batch.counts), None)
    held_back.note(
        lake, ingest.RECORDS, verdict, rows=batch.staged.rows, faulty=faults, records=records, raw=raw
    )


def refresh_quarantine(lake: Lakehouse, validate: Validate) -> Outcome:
    """Put the records that bronze could not read into quarantine."""
    started = time.monotonic()
    watermark = int(lake.note(QUARANTINE).get("watermark", 0))
    last = int(lake.note(ingest.RECORDS).get("ingest_id", 0))
    if last == watermark:
        return Outcome(QUARANTINE, "unchanged", seconds=time.monotonic() - started)
    fresh = lake.table(ingest.RECORDS).filter(f"ingest_id > {watermark}")
    unreadable = quarantine.unreadable(fresh)
    rows, verdict = _quarantine(lake, unreadable, f"unreadable-{last}", validate, watermark=last)
    return Outcome(
        table=QUARANTINE,
        status="published" if rows else "unchanged",
        rows=rows,
        seconds=time.monotonic() - started,
        version=lake.version(QUARANTINE),
        verdict=verdict,
    )


def refresh_silver(
    lake: Lakehouse, table: Table, sources: Sources, validate: Validate, *, full: bool = False
) -> Iterator[Outcome]:
    """Take in what bronze gained since the table's watermark; with ``full``, rebuild the table from all of bronze."""
    note: Mapping[str, Any] = {} if full else lake.note(table.name)
    if needs_rebuild(lake, table, note):
        full, note = True, {}
    watermark = int(note.get("watermark", 0))
    held = batches(lake)
    sizes = concerning(held, table, sources, watermark)
    whole = [(0, max(held))] if full and held else []
    spans = whole or by_size(watermark, sizes, lake.settings.batch_bytes)
    if not spans:
        held_back.settled(lake, table.name)
        yield Outcome(table.name, "unchanged")
        return
    ingest.check_sources(lake, sources)
    for after, last in spans:
        outcome = _silver_batch(lake, table, sources, validate, held, after, last, full=full)
        yield outcome
        if outcome.status == "refused":
            return


def _silver_batch(
    lake: Lakehouse,
    table: Table,
    sources: Sources,
    validate: Validate,
    held: Mapping[int, Batch],
    after: int,
    last: int,
    *,
    full: bool,
) -> Outcome:
    started = time.monotonic()
    bronze = lake.table(ingest.RECORDS).filter(f"ingest_id > {after} and ingest_id <= {last}")
    inside = types_inside(held, after, last)
    changes = of_table(bronze, table, sources, inside)
    built = build(
        changes, table, sources, lake.token_key, within.shapes(shapes(held, after, last), inside, table)
    )
    staged = lake.stage(table.name, str(last), built, accept=FAULT)
    everything = lake.staged(staged)
    refused = staged.refused
    total = staged.rows + refused
    rows = lake.accepted(staged).drop(FAULT, "payload")
    verdict = audited(lake, table, rows, refused, total, validate)
    if not verdict.refusals:
        faulty = quarantine.refused(everything.filter(f"{FAULT} is not null"), bronze, table)
        if full:
            _requarantine(lake, faulty, table)
        elif refused:
            _quarantine(lake, faulty, f"{table.short_name}-{last}", validate)
        note = {"watermark": last, "rows": staged.rows, "checks": verdict.note, **key_note(lake, table)}
        _publish_silver(lake, table, staged, note, full=full)
    records: tuple[dict[str, Any], ...] = ()
    if verdict.refusals and refused:
        records = held_back.places(
            quarantine.refused(everything.filter(f"{FAULT} is not null"), bronze, table)
        )
    lake.clear_staging(table.name)
    return concluded(
        lake,
        table,
        staged.rows,
        verdict,
        started,
        is_changed=bool(total),
        quarantined=refused,
        records=records,
    )


def _publish_silver(
    lake: Lakehouse, table: Table, staged: Staged, note: Mapping[str, Any], *, full: bool
) -> None:
    lake.create(table.name)
    if full:
        lake.replace(table.name, staged, note, dates=None)
    elif staged.rows:
        lake.merge(table.name, staged, note, update_if=BETTER)
    else:
        # The watermark moves though no row came, or the same batches would be looked through for ever.
        lake.touch(table.name, {**note, "checks": lake.note(table.name).get("checks", note["checks"])})


def _quarantine(
    lake: Lakehouse, rows: DataFrame, batch: str, validate: Validate, watermark: int | None = None
) -> tuple[int, Verdict]:
    """Add refused records, each once however often this is done. The watermark of unreadable ones is kept."""
    lake.create(QUARANTINE)
    before = lake.note(QUARANTINE)
    staged = lake.stage(QUARANTINE, batch, rows)
    verdict = audited(lake, quarantine.TABLE, lake.accepted(staged), 0, staged.rows, validate)
    note = {"watermark": watermark or before.get("watermark", 0)}
    if verdict.refusals:
        why = "; ".join(f"{r.description} Found: {r.observed}" for r in verdict.refusals)
        raise CriticalCheckError(f"{QUARANTINE} cannot take in what was refused: {why}")
    if staged.rows:
        lake.merge(QUARANTINE, staged, {**note, "rows": staged.rows, "checks": verdict.note}, update_if=None)
    else:
        lake.touch(QUARANTINE, {**note, "checks": before.get("checks", {})})
    lake.clear_staging(QUARANTINE)
    return staged.rows, verdict


def _requarantine(lake: Lakehouse, rows: DataFrame, table: Table) -> None:
    """Replace what a table had refused by what it refuses now."""
    lake.create(QUARANTINE)  # also where it is of an earlier release and lacks columns
    others = lake.table(QUARANTINE).filter(f"table_name <> '{table.name}'")
    staged = lake.stage(QUARANTINE, f"{table.short_name}-again", others.unionByName(rows))
    lake.replace(QUARANTINE, staged, lake.note(QUARANTINE), dates=None)
    lake.clear_staging(QUARANTINE)
