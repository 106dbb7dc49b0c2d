"""gold.schema_drift: made whole from the differences that bronze keeps, and what of it is news."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.base.figure import Figures
from pipelines.bronze.drift import objects as drift
from pipelines.bronze.drift.differences import unknown
from pipelines.bronze.drift.rows import ROW
from pipelines.delta.commits import Replace
from pipelines.flow import changes
from pipelines.flow.batches import newest
from pipelines.flow.moving import Change, moved
from pipelines.flow.steps import Outcome
from pipelines.flow.way import Way
from pipelines.gold.quality.schema_drift import INPUTS, TABLE, build
from pipelines.sources.mapping import stripe
from pipelines.sources.reference import stripe_text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

    from pipelines.delta.log import Note
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse

(RECORDS,) = INPUTS

NEWS = "new_drift_count"
"""The figure of the batch: differences that the table did not have."""

NEWS_CHECK = "nothing_new"
"""The check of it. It fails once: with the batch that brought the news."""

SHOWN = 5
"""Differences that are named where they are news."""


def refresh_drift(lake: Lakehouse, validate: Validate, *, full: bool = False) -> Outcome:
    """Count the differences anew where bronze gained some, or where what is known was changed.

    What is news is told by the audit of the batch that brought it, and not again: a difference that the table has is
    no news, whichever record shows it.
    """
    before: Note = {} if full else lake.note(TABLE.name)
    known = drift.reads(lake.tables.values())
    rows = {source.source: drift.reads_of_rows(source) for source in lake.sources if source.is_mapped}
    note = {"watermark": newest(lake), "known": _digest(known, rows)}
    if not note["watermark"] or note.items() <= before.items():
        return Outcome(TABLE.name, "unchanged")
    records = changes.read(lake, changes.versions(lake, INPUTS))[RECORDS]
    if note["known"] == before.get("known") and not _gained(records, before, note):
        lake.touch(TABLE.name, {**before, **note, "checks": told(before.get("checks", {}))})
        return Outcome(TABLE.name, "unchanged")
    change = Change(
        TABLE,
        str(note["watermark"]),
        build(records, settled(lake.spark, known, rows)),
        Replace(),
        note=lambda: note,
        figures=partial(_news, lake),
        is_changed=True,
        where_refused="tell",
    )
    return moved(lake, change, validate)


def settled(
    spark: SparkSession, known: drift.Reads, rows: Mapping[str, drift.Reads] = MappingProxyType({})
) -> DataFrame:
    """What is known by now and was drift, perhaps, when some record was read: rows of the table's key.

    Args:
        spark: makes the frame.
        known: what columns read of Stripe's objects.
        rows: what the mappings of other sources read, by source.
    """
    source = stripe().rest.source
    listed = [
        (source, name, path, unknown(name, path) if value else "new_field", value)
        for name, path, value in drift.of_objects(known).known()
    ]
    listed += [
        (name, ROW, field, "new_field", "")
        for name, reads in rows.items()
        for field in drift.row_fields(reads)
    ]
    columns = zip(*listed, strict=True)
    return spark.createDataFrame(pa.table(dict(zip(TABLE.key, map(list, columns), strict=True))))


def told(checks: Note) -> Note:
    """What an audit found, kept with a later batch that brought no difference: what was news is none any more."""
    failures = dict(checks.get("failures", {}))
    once = failures.pop(NEWS_CHECK, None) is not None
    counts = {"passed": checks.get("passed", 0) + once, "failed": checks.get("failed", 0) - once}
    return {**counts, "failures": failures}


def _gained(records: DataFrame, before: Note, now: Note) -> bool:
    """Whether there may be other differences: new ones, or fewer where bronze was taken back to an earlier version."""
    taken = int(before.get("watermark", 0))
    if now["watermark"] < taken:
        return True
    return bool(records.filter(f"ingest_id > {taken} and drift is not null").limit(1).count())


def _news(lake: Lakehouse, rows: DataFrame) -> Figures:
    """How many differences of a batch the table does not have, and which."""
    key = list(TABLE.key)
    news = rows.join(lake.table(TABLE.name).select(*key), key, "left_anti").orderBy(*key)
    named = [_sentence(row) for row in news.collect()]
    return Figures({NEWS: float(len(named))}, {NEWS: _in_words(named)})


def _in_words(named: Sequence[str]) -> str:
    more = f"; and {len(named) - SHOWN:,} more" if len(named) > SHOWN else ""
    drifts = "1 new drift" if len(named) == 1 else f"{len(named):,} new drifts"
    return f"{drifts}: {'; '.join(named[:SHOWN])}{more}; see {TABLE.name}" if named else "no new drift"


def _sentence(row: Row) -> str:
    """A difference in words: charge.outcome.foo (new field, looks renamed from outcome.bar)."""
    said = [" ".join(filter(None, (row["drift"].replace("_", " "), row["found"]))), row["hint"]]
    source = "" if row["source"] == stripe().rest.source else f"{row['source']}: "
    return f"{source}{row['object_type']}.{row['field_path']} ({', '.join(filter(None, said))})"


def _digest(known: drift.Reads, rows: Mapping[str, drift.Reads]) -> str:
    return hashlib.sha256(f"{stripe_text()}{known}{sorted(rows.items())}".encode()).hexdigest()[:16]


WAY = Way(lambda lake, table, run, full: [refresh_drift(lake, run.validate, full=full)])
