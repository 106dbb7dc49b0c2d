"""The flow of the quarantine: what bronze could not read, and what tables of objects refuse as they go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.commits import Merge, Replace, Staged
from pipelines.errors import CriticalCheckError
from pipelines.flow import ingest
from pipelines.flow.again import BATCH, note_of
from pipelines.flow.batches import newest, taken
from pipelines.flow.compare import Found, differences
from pipelines.flow.moving import Change, moved, put
from pipelines.flow.steps import Outcome
from pipelines.flow.way import Way
from pipelines.silver import quarantine
from pipelines.silver.shared.build import faulty

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.known import Known
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

QUARANTINE = quarantine.TABLE.name


def refresh_quarantine(lake: Lakehouse, validate: Validate) -> Outcome:
    """Put the records that bronze could not read into quarantine."""
    with lake.alone.of(QUARANTINE):
        watermark, last = taken(lake, QUARANTINE), newest(lake)
        if last == watermark:
            return Outcome(QUARANTINE, "unchanged")
        fresh = lake.table(ingest.RECORDS).filter(f"ingest_id > {watermark}")
        return _added(lake, quarantine.unreadable(fresh), f"unreadable-{last}", last, validate)


def add(lake: Lakehouse, rows: DataFrame, batch: str, validate: Validate) -> None:
    """Add what a table refuses of a batch, each record once however often this is done."""
    with lake.alone.of(QUARANTINE):
        _added(lake, rows, batch, taken(lake, QUARANTINE), validate)


def renew(lake: Lakehouse, rows: DataFrame, table: Table) -> None:
    """Replace what a table had refused by what it refuses now that it is made anew."""
    with lake.alone.of(QUARANTINE):
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


def corrected(lake: Lakehouse, rows: DataFrame | Staged, publish: Merge | Replace) -> Change:
    """What the quarantine has of records that were looked at again."""
    note = note_of(lake, QUARANTINE)
    return Change(quarantine.TABLE, BATCH, rows, publish, note=lambda: note)


def compared(lake: Lakehouse, name: str, expected: DataFrame) -> Found:
    """What is found by holding what a table has refused against what it should have."""
    here = lake.table(QUARANTINE).filter(F.col("table_name") == name)
    count, found = differences(QUARANTINE, quarantine.TABLE.key, here, expected)
    return Found(QUARANTINE, count, tuple(found))


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """What the quarantine has of bronze against the records that could not be read."""
    rows = lake.table(ingest.RECORDS).filter(f"ingest_id <= {taken(lake, table.name)}")
    yield compared(lake, ingest.RECORDS, quarantine.unreadable(rows))


def known(then: Known, table: Table) -> DataFrame:
    """What was known and could not be read, or is refused by a table."""
    del table
    tables = [other for other in then.lake.tables.values() if other.object_type]
    refused = (
        quarantine.refused(faulty(then.of(other), other, then.lake.sources), then.records, other)
        for other in tables
    )
    return reduce(lambda one, other: one.unionByName(other), refused, quarantine.unreadable(then.records))


WAY = Way(
    lambda lake, table, run, full: [refresh_quarantine(lake, run.validate)], verified=verified, known=known
)
