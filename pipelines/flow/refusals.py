"""The flow of the quarantine: what bronze could not read, and what tables of objects refuse as they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.delta.commits import Merge, Replace
from pipelines.errors import CriticalCheckError
from pipelines.flow import ingest
from pipelines.flow.batches import newest, taken
from pipelines.flow.moving import Change, moved, put
from pipelines.flow.steps import Outcome
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

QUARANTINE = quarantine.TABLE.name


def refresh_quarantine(lake: Lakehouse, validate: Validate) -> Outcome:
    """Put the records that bronze could not read into quarantine."""
    watermark, last = taken(lake, QUARANTINE), newest(lake)
    if last == watermark:
        return Outcome(QUARANTINE, "unchanged")
    fresh = lake.table(ingest.RECORDS).filter(f"ingest_id > {watermark}")
    return _added(lake, quarantine.unreadable(fresh), f"unreadable-{last}", last, validate)


def add(lake: Lakehouse, rows: DataFrame, batch: str, validate: Validate) -> None:
    """Add what a table refuses of a batch, each record once however often this is done."""
    _added(lake, rows, batch, taken(lake, QUARANTINE), validate)


def renew(lake: Lakehouse, rows: DataFrame, table: Table) -> None:
    """Replace what a table had refused by what it refuses now that it is made anew."""
    lake.create(QUARANTINE)  # also where it is of an earlier release and lacks columns
    others = lake.table(QUARANTINE).filter(f"table_name <> '{table.name}'").unionByName(rows)
    note = lake.note(QUARANTINE)
    put(lake, Change(quarantine.TABLE, f"{table.short_name}-again", others, Replace(), note=lambda: note))


def _added(lake: Lakehouse, rows: DataFrame, batch: str, watermark: int, validate: Validate) -> Outcome:
    """Add refused records. The watermark is that of unreadable ones.

    Raises:
        CriticalCheckError: the quarantine refuses them.
    """
    note = {"watermark": watermark}
    change = Change(
        quarantine.TABLE,
        batch,
        rows,
        Merge(update_if=None),
        note=lambda: note,
        idle={**note, "checks": {}},
        where_refused="tell",
    )
    outcome = moved(lake, change, validate)
    if refusals := outcome.verdict.refusals:
        why = "; ".join(f"{r.description} Found: {r.observed}" for r in refusals)
        raise CriticalCheckError(f"{QUARANTINE} cannot take in what was refused: {why}")
    return outcome
