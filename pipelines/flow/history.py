"""The flow of a history table: as of any other, but that the versions which are there take part in each batch.

Only objects that a batch is about are read and written. A late version splits the interval that it falls into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.base.figure import Figures
from pipelines.delta.commits import Merge, Replace, Staged
from pipelines.flow.again import BATCH
from pipelines.flow.batches import taken
from pipelines.flow.compare import compared
from pipelines.flow.moving import Change, moved
from pipelines.flow.objects import (
    Span,
    forget_versions,
    is_outdated,
    spans,
    taken_in,
    taken_records,
    versions,
)
from pipelines.flow.steps import Outcome, Run
from pipelines.flow.way import Way
from pipelines.frames.days import days_of
from pipelines.frames.spans import near_days
from pipelines.silver.shared import history
from pipelines.silver.shared.build import FAULT, parse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.again import Again
    from pipelines.flow.compare import Found
    from pipelines.flow.known import Known
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def refresh_history(lake: Lakehouse, table: Table, run: Run, *, full: bool = False) -> Iterator[Outcome]:
    """Take in what bronze gained since the table's watermark, as far as its base table has come."""
    base_taken = taken(lake, history.base_of(table).name)
    found = spans(lake, table, full=full, until=base_taken)
    left = list(found)
    for outcome in taken_in(lake, table, run, found, _change):
        done, left = left[:1], left[1:]
        # With the last of them goes what a run that was cut left there.
        forget_versions(lake, table, run, done[0] if left else None)
        yield outcome


def _change(lake: Lakehouse, table: Table, run: Run, span: Span) -> Change:
    fresh = versions(lake, table, span, run)
    note = span.note(lake, table)
    return Change(
        table,
        str(span.last),
        rebuilt(lake, table, fresh, full=span.is_all),
        Replace() if span.is_all else Merge(history.CHANGED),
        note=lambda: note,
        idle={**note, "rows": 0},
        figures=lambda rows: Figures({"unlike_base_count": _unlike(lake, table, rows, span.last)}),
    )


def rebuilt(lake: Lakehouse, table: Table, fresh: Staged, *, full: bool) -> DataFrame:
    """All versions of the objects that a batch is about: those that are there and those that came."""
    came = lake.staging.accepted(fresh).drop("payload")
    if full or not fresh.rows:
        return history.intervals(came, table)
    present = history.of_objects(_near(lake, table, came), came, table)
    return history.intervals(history.as_parsed(present, table).unionByName(came), table)


def _near(lake: Lakehouse, table: Table, objects: DataFrame) -> DataFrame:
    """The rows of a table about the days of some objects, so that the files of others are not read."""
    rows = lake.table(table.name)
    if table.cluster_by is None:
        return rows
    return rows.filter(near_days(table.cluster_by, days_of(objects, table.cluster_by)))


def _unlike(lake: Lakehouse, table: Table, rows: DataFrame, last: int) -> float:
    base = _near(lake, history.base_of(table), rows)
    return float(history.unlike_base(rows, base, table, last))


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """A history table against all versions that its batches of bronze give."""
    parsed = parse(taken_records(lake, table), history.base_of(table), lake.sources, lake.token_key)
    staged = lake.staging.write(table.name, "verify", history.intervals(parsed, table))
    yield compared(lake, table, lake.staging.rows(staged))
    lake.staging.clear(table.name)


def known(then: Known, table: Table) -> DataFrame:
    """All versions that were known."""
    base = history.base_of(table)
    parsed = parse(then.of(base), base, then.lake.sources, then.lake.token_key)
    return history.intervals(parsed, table).select(*table.column_names)


def again(lake: Lakehouse, table: Table, looked_at: Again) -> Iterator[Outcome]:
    """Merge the versions that are good now into a history, once its base table has them."""
    base = history.base_of(table)
    if base.name not in looked_at.reasons or looked_at.is_refused(base.name) or not lake.exists(table.name):
        return
    parsed = parse(looked_at.of(lake, table), base, lake.sources, lake.token_key)
    fresh = lake.staging.write(table.name, f"{BATCH}-new", parsed, accept=FAULT)
    rows = rebuilt(lake, table, fresh, full=False)
    yield moved(lake, looked_at.change(lake, table, rows, Merge(history.CHANGED)), looked_at.validate)


WAY = Way(
    lambda lake, table, run, full: refresh_history(lake, table, run, full=full),
    outdated=is_outdated,
    verified=verified,
    known=known,
    again=again,
)
