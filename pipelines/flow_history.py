"""The flow of a history table: as of any other, but that the versions which are there take part in each batch.

Only objects that a batch is about are read and written. A late version splits the interval that it falls into.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipelines import held_back
from pipelines.base.figure import Figures
from pipelines.bronze import ingest
from pipelines.bronze.batches import Batch, batches, concerning, shapes, types_inside
from pipelines.commits import Staged
from pipelines.gold.days import days_of
from pipelines.silver import history, within
from pipelines.silver.build import FAULT, parse
from pipelines.silver.keyed import key_note, needs_rebuild
from pipelines.silver.rows import of_table
from pipelines.spans import near_days
from pipelines.steps import Outcome, audited, by_size, concluded

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.sources.source import Sources
    from pipelines.table import Table
    from pipelines.verdict import Validate


def refresh_history(
    lake: Lakehouse, table: Table, sources: Sources, validate: Validate, *, full: bool = False
) -> Iterator[Outcome]:
    """Take in what bronze gained since the table's watermark, as far as its base table has come."""
    note: Mapping[str, Any] = {} if full else lake.note(table.name)
    if needs_rebuild(lake, table, note):
        full, note = True, {}
    watermark = int(note.get("watermark", 0))
    base_taken = int(lake.note(history.base_of(table).name).get("watermark", 0))
    held = batches(lake)
    pending = concerning(held, table, sources, watermark)
    sizes = [(batch, size) for batch, size in pending if batch <= base_taken]
    spans = [(0, base_taken)] if full and base_taken else by_size(watermark, sizes, lake.settings.batch_bytes)
    if not spans:
        held_back.settled(lake, table.name)
        yield Outcome(table.name, "unchanged")
        return
    ingest.check_sources(lake, sources)
    for after, last in spans:
        outcome = _batch(lake, table, sources, validate, held, after, last, full=full)
        yield outcome
        if outcome.status == "refused":
            return


def _batch(
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
    base = history.base_of(table)
    bronze = lake.table(ingest.RECORDS).filter(f"ingest_id > {after} and ingest_id <= {last}")
    inside = types_inside(held, after, last)
    changes = of_table(bronze, base, sources, inside)
    # Staged by itself: the payloads are parsed once, and the rows are asked for twice below.
    parsed = parse(
        changes, base, sources, lake.token_key, within.shapes(shapes(held, after, last), inside, base)
    )
    fresh = lake.stage(table.name, f"{last}-new", parsed, accept=FAULT)
    staged = lake.stage(table.name, str(last), rebuilt(lake, table, fresh, full=full))
    rows = lake.accepted(staged)
    verdict = audited(
        lake,
        table,
        rows,
        0,
        staged.rows,
        validate,
        lambda: Figures({"unlike_base_count": _unlike(lake, table, staged, last)}),
    )
    if not verdict.refusals:
        note = {"watermark": last, "rows": staged.rows, "checks": verdict.note, **key_note(lake, table)}
        _publish(lake, table, staged, note, full=full)
    lake.clear_staging(table.name)
    return concluded(lake, table, staged.rows, verdict, started, is_changed=bool(staged.rows))


def rebuilt(lake: Lakehouse, table: Table, fresh: Staged, *, full: bool) -> DataFrame:
    """All versions of the objects that a batch is about: those that are there and those that came."""
    came = lake.accepted(fresh).drop("payload")
    if full or not fresh.rows:
        return history.intervals(came, table)
    present = history.of_objects(_near(lake.table(table.name), table, came), came, table)
    return history.intervals(history.as_parsed(present, table).unionByName(came), table)


def _near(rows: DataFrame, table: Table, objects: DataFrame) -> DataFrame:
    """The rows of about the days of some objects, so that the files of others are not read."""
    if table.cluster_by is None:
        return rows
    return rows.filter(near_days(table.cluster_by, days_of(objects, table.cluster_by)))


def _unlike(lake: Lakehouse, table: Table, staged: Staged, last: int) -> float:
    rows = lake.accepted(staged)
    base = _near(lake.table(history.base_of(table).name), table, rows)
    return float(history.unlike_base(rows, base, table, last))


def _publish(lake: Lakehouse, table: Table, staged: Staged, note: Mapping[str, Any], *, full: bool) -> None:
    lake.create(table.name)
    if full:
        lake.replace(table.name, staged, note, dates=None)
    elif staged.rows:
        lake.merge(table.name, staged, note, update_if=history.CHANGED)
    else:
        lake.touch(table.name, {**note, "checks": lake.note(table.name).get("checks", note["checks"])})
