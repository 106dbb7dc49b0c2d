"""How rows get into a table: staged where no reader looks, judged, published in one commit, cleared away.

May be cut anywhere: what was staged is deleted by the next writer, and a commit is whole or not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pipelines.base.figure import Figures
from pipelines.delta.commits import Append, Publish, Replace, Staged
from pipelines.flow import held_back
from pipelines.flow.figures import Bounds, facts, nothing_said
from pipelines.flow.steps import NOT_JUDGED, Outcome, Status
from pipelines.flow.verdict import Batch, Validate, Verdict, accept_all

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def no_figures(rows: DataFrame) -> Figures:
    """Of a table that has no figures of its own."""
    del rows
    return Figures()


def nothing_kept(rows: DataFrame) -> None:
    """Of a table whose refused rows are kept elsewhere."""
    del rows


@dataclass(frozen=True)
class Refusals:
    """What becomes of the records of a batch that a table refuses.

    Attributes:
        of: the refused ones of all staged rows, as rows of the quarantine.
        keep: puts these there, before the others are published; asked where there are some, and where a table is
            made anew, of which there may be some of before.
        raw: of a batch of raw files the folder that they lie in.
    """

    of: Callable[[DataFrame], DataFrame]
    keep: Callable[[DataFrame], None] = nothing_kept
    raw: str | None = None


@dataclass(frozen=True)
class Change:
    """Rows on their way into a table, and how they get there.

    Attributes:
        table: where they go.
        batch: name of what is staged, unlike that of anything else that is staged for the table.
        rows: the rows, or what is staged of them already.
        publish: in which way they are published.
        note: what is noted with the commit; asked when the table is as declared.
        idle: what is noted where there is no row to publish, with the checks of the batch before; None for no commit.
        accept: name of a column that is null in good rows; the others are refused.
        refusals: what becomes of those.
        faulty: records that are no use and are published all the same, as bronze does.
        figures: figures of this kind of table alone, asked where somebody judges by them.
        is_batch: whether the rows are what a table had to take in: their number, and what was found, are noted.
        is_changed: whether something changes although there is no row.
        where_refused: hold it back and keep in mind for a person that it was; tell it with the outcome alone; or
            publish it all the same, because it is true.
    """

    table: Table
    batch: str
    rows: DataFrame | Staged
    publish: Publish
    note: Callable[[], Note]
    idle: Note | None = None
    accept: str | None = None
    refusals: Refusals | None = None
    faulty: int = 0
    figures: Callable[[DataFrame], Figures] = no_figures
    is_batch: bool = True
    is_changed: bool = False
    where_refused: Literal["hold", "tell", "publish"] = "hold"


def moved(lake: Lakehouse, change: Change, validate: Validate) -> Outcome:
    """Stage, judge, publish, clear. The outcome says what came of it."""
    table = change.table
    staged = _staged(lake, change)
    verdict = _verdict(lake, change, staged, validate)
    is_refused = bool(verdict.refusals) and change.where_refused != "publish"
    listed = _listed(lake, change, staged) if is_refused else ()
    if not is_refused:
        if change.refusals and (staged.refused or change.publish == Replace()):
            change.refusals.keep(change.refusals.of(lake.staging.rows(staged)))
        _publish(lake, change, staged, verdict)
    lake.staging.clear(table.name)
    return _outcome(lake, change, staged, verdict, listed)


def put(lake: Lakehouse, change: Change) -> int:
    """Stage, publish, clear, of rows that are not judged: what is there, put right. Returns how many they are."""
    staged = _staged(lake, change)
    if not _is_idle(change.publish, staged):
        lake.publish(change.table.name, staged, change.publish, change.note())
    lake.staging.clear(change.table.name)
    return staged.rows


def judged(
    lake: Lakehouse,
    table: Table,
    rows: DataFrame,
    count: int,
    *,
    faulty: int = 0,
    total: int | None = None,
    validate: Validate,
    figures: Callable[[], Figures] = Figures,
    bounds: Bounds = nothing_said,
) -> Verdict:
    """What is found of a staged batch; one without a record is not judged.

    Args:
        lake: holds what was published so far.
        table: what the batch is for.
        rows: the staged rows that are to be published.
        count: how many these are.
        faulty: records of the batch that are no use.
        total: records of the batch, refused or not; by default the rows.
        validate: judges it.
        figures: gives figures of this kind of table alone, and is asked only where somebody looks at them.
        bounds: of columns of these rows, where their files say them.
    """
    records = count if total is None else total
    if not records:
        return NOT_JUDGED
    if validate is accept_all:
        return validate(Batch(table, rows))
    found = facts(lake, table, rows, faulty, records, datetime.now(UTC), bounds)
    more = figures()
    return validate(Batch(table, rows, {**found, **more.values}, more.told, count))


def _staged(lake: Lakehouse, change: Change) -> Staged:
    if isinstance(change.rows, Staged):
        return change.rows
    return lake.staging.write(change.table.name, change.batch, change.rows, accept=change.accept)


def _verdict(lake: Lakehouse, change: Change, staged: Staged, validate: Validate) -> Verdict:
    rows = lake.staging.accepted(staged)
    if staged.accept:  # what says why a row is refused is no column of the table
        rows = rows.select(*change.table.column_names)
    return judged(
        lake,
        change.table,
        rows,
        staged.rows,
        faulty=staged.refused + change.faulty,
        total=staged.rows + staged.refused,
        validate=validate,
        figures=partial(change.figures, rows),
        bounds=partial(lake.staging.bounds, staged),
    )


def _is_idle(publish: Publish, staged: Staged) -> bool:
    """Whether there is nothing to publish: no row, and none that has to go."""
    match publish:
        case Replace(dates):
            return dates is not None and not dates
        case Append():
            return False
    return not staged.rows


def _publish(lake: Lakehouse, change: Change, staged: Staged, verdict: Verdict) -> None:
    name, is_idle = change.table.name, _is_idle(change.publish, staged)
    if is_idle and change.idle is None:
        return
    lake.create(name)
    if not is_idle:
        counted = {"rows": staged.rows, "checks": verdict.note} if change.is_batch else {}
        lake.publish(name, staged, change.publish, {**change.note(), **counted})
    elif change.idle is not None:
        # What was taken in moves on though no row came, or the same batches would be looked through for ever.
        before = lake.note(name)
        checks = {"checks": before["checks"]} if "checks" in before else {}
        lake.touch(name, {"checks": verdict.note, **change.idle, **checks})


def _listed(lake: Lakehouse, change: Change, staged: Staged) -> tuple[dict[str, Any], ...]:
    """The first records of a refused batch that are no use, with their places."""
    if not change.refusals or not staged.refused + change.faulty:
        return ()
    return held_back.places(change.refusals.of(lake.staging.rows(staged)))


def _outcome(
    lake: Lakehouse, change: Change, staged: Staged, verdict: Verdict, listed: tuple[dict[str, Any], ...]
) -> Outcome:
    name, faulty = change.table.name, staged.refused + change.faulty
    is_held = change.where_refused == "hold"
    if is_held:
        raw = change.refusals.raw if change.refusals else None
        held_back.note(lake, name, verdict, rows=staged.rows, faulty=faulty, records=listed, raw=raw)
    is_refused = bool(verdict.refusals) and change.where_refused != "publish"
    is_published = bool(staged.rows + staged.refused) or change.is_changed
    status: Status = "refused" if is_refused else "published" if is_published else "unchanged"
    return Outcome(
        table=name,
        status=status,
        rows=staged.rows,
        quarantined=faulty,
        version=None if is_refused else lake.version(name),
        verdict=verdict,
        notices=held_back.told(verdict) if is_held else (),
    )
