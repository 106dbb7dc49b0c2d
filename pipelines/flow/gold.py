"""The flow of gold: what changed in the sources, which days that touches, build, and on the way of every table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.commits import Merge, Replace, Staged
from pipelines.flow import changes
from pipelines.flow.again import BATCH
from pipelines.flow.compare import Found, compared
from pipelines.flow.moving import Change, moved
from pipelines.flow.steps import Outcome, unchanged
from pipelines.flow.way import Way, not_known
from pipelines.frames.among import among
from pipelines.frames.spans import noted_days
from pipelines.gold.shared.recipe import Added, ByDay, Context, Last, Recipe, Renewed, T, Whole, recipe

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.flow.again import Again
    from pipelines.flow.known import Known
    from pipelines.flow.verdict import Validate
    from pipelines.frames.days import Dates
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def refresh_gold(lake: Lakehouse, table: Table, validate: Validate, *, full: bool = False) -> Outcome:
    """Make anew what changed in a table's inputs touches; with ``full`` all of it."""
    return made(lake, recipe(table.name), validate, full=full)


def made(lake: Lakehouse, how: Recipe, validate: Validate, *, full: bool = False) -> Outcome:
    """The same by a table's recipe. One that only gains rows is never made anew: ``full`` is no difference to it."""
    name = how.table.name
    if isinstance(how, Added):
        change = _additions(lake, how)
        return moved(lake, change, validate) if change else Outcome(name, "unchanged")
    assert isinstance(how, ByDay | Whole), f"{name} is made in a way of its own"
    context = how.context(lake)
    marks = {source: changes.mark(lake, source) for source in how.inputs}
    known = _known({} if full or _is_declared_otherwise(lake, how.table) else lake.note(name), marks, context)
    if all(known.marks.get(source, 0) == mark for source, mark in marks.items()) and not known.stale:
        return unchanged(lake, name)
    return moved(lake, _made_anew(lake, how, context, marks, known), validate)


def _is_declared_otherwise(lake: Lakehouse, table: Table) -> bool:
    """Whether a table was written with other columns than it has now: by what came later it cannot be continued."""
    return lake.exists(table.name) and {*lake.log.columns(lake.table_uri(table.name))} != {
        *table.column_names
    }


def _made_anew(
    lake: Lakehouse, how: ByDay | Whole, context: Context | None, marks: Mapping[str, int], known: _Known
) -> Change:
    """The days that changes of the inputs touch, or the whole table."""
    name = how.table.name
    versions = changes.versions(lake, how.inputs)
    now = changes.read(lake, versions)
    note: Note = {
        "watermarks": marks,
        "versions": versions,
        **({"context": context.digest} if context else {}),
    }
    batch, dates = str(max(marks.values())), None
    rows: DataFrame | Staged
    if isinstance(how, ByDay):
        changed = changes.rows(lake, now, known.marks, known.versions)
        if changed is None:
            days = how.every_day(now)
        else:
            days = dates = how.touched(changed, now)
            note = {**note, "dates": len(dates)}
        rows = _of_days(lake, how, now, days, context, batch)
    elif isinstance(how, Renewed):
        once = _Once(lake, repr((versions, known)))
        rows = how.renew(now, _last(lake, how.table, now, known), once)
    else:
        rows = how.whole(now, context)
    return Change(
        how.table,
        batch,
        rows,
        Replace(dates),
        note=lambda: {**note, **edition(lake, name, dates)},
        idle={**note, "rows": 0, **_edition_before(lake, name)} if dates == [] else None,
        figures=partial(how.figures, lake),
        is_changed=dates != [],
    )


def _of_days(
    lake: Lakehouse,
    how: ByDay,
    now: Mapping[str, DataFrame],
    dates: Dates,
    context: Context | None,
    batch: str,
) -> DataFrame | Staged:
    """The rows of some days; staged part by part, where they are too many for one plan."""
    parts = [how.days(now, days, context) for days in how.together(now, dates)]
    if len(parts) > 1:
        return lake.staging.write(how.table.name, batch, *parts)
    return parts[0] if parts else how.days(now, [], context)


@dataclass(frozen=True)
class _Once:
    """What tables that are made from the same inputs share, as long as a writer works.

    Attributes:
        lake: where it is staged.
        of: the inputs, as they are and as they were.
    """

    lake: Lakehouse
    of: str

    def value(self, name: str, make: Callable[[], T]) -> T:
        return self.lake.staging.once((name, self.of), make)

    def rows(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        staging, batch = self.lake.staging, f"{name}-{crc32(self.of.encode())}"
        return staging.rows(self.value(name, lambda: staging.write("shared", batch, make())))


def _last(lake: Lakehouse, table: Table, now: Mapping[str, DataFrame], known: _Known) -> Last | None:
    changed = changes.rows(lake, now, known.marks, known.versions)
    if changed is None:
        return None
    rows = lake.table(table.name)
    return Last(rows, changed) if rows.columns == [*table.column_names] else None


def _edition_before(lake: Lakehouse, name: str) -> Note:
    before = lake.note(name)
    return {key: before[key] for key in (changes.EDITION, changes.DAYS) if key in before}


@dataclass(frozen=True)
class _Known:
    """What a table was made from the last time.

    Attributes:
        marks: how far each source was; empty where the table has to be made whole.
        versions: the version of each source then.
        stale: whether it must be made whole although no source has changed.
    """

    marks: dict[str, int]
    versions: dict[str, int | None]
    stale: bool = False


def _known(last: Note, marks: Mapping[str, int], context: Context | None) -> _Known:
    """What the last note says that is still of use, given how far the sources are now."""
    before: dict[str, int] = last.get("watermarks", {})
    if before and context and last.get("context") != context.digest:
        return _Known({}, {}, stale=True)
    if any(before.get(name, 0) > mark for name, mark in marks.items()):
        # A source was taken back to an earlier version: what it has lost must go here, too.
        return _Known({}, {})
    return _Known(before, last.get("versions", {}))


def edition(lake: Lakehouse, name: str, dates: Sequence[str] | None) -> Note:
    """What the next commit to a gold table notes for those that are made from it: its version, and the days in it."""
    noted = None if dates is None else noted_days(dates)
    return {changes.EDITION: (lake.version(name) or 0) + 1, changes.DAYS: noted}


def _additions(lake: Lakehouse, how: Added) -> Change | None:
    """The rows that a table lacks; None where there are none."""
    table = how.table
    rows = how.rows(lake, changes.read(lake, changes.versions(lake, how.inputs)))
    if rows is None:
        return None
    staged = lake.staging.write(table.name, "additions", rows)
    added = lake.staging.accepted(staged)
    return Change(
        table,
        "additions",
        staged,
        Merge(update_if=None),
        note=lambda: edition(lake, table.name, _days(added) if "date" in table.column_names else None),
        figures=partial(how.figures, lake),
    )


def _days(rows: DataFrame) -> list[str]:
    return sorted(str(row[0]) for row in rows.select(F.col("date")).distinct().collect())


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """A gold table against what its inputs give for all days; one that only gains rows is not looked at."""
    how = recipe(table.name)
    if not isinstance(how, ByDay | Whole):
        return
    note = lake.note(table.name)
    marks, context = note.get("watermarks", {}), how.context(lake)
    if any(changes.mark(lake, name) != marks.get(name) for name in how.inputs):
        yield Found(table.name, not_compared="it is behind the tables that it is made from")
    elif context and context.digest != note.get("context"):
        yield Found(table.name, not_compared="what else it depends on was changed since it was made")
    else:
        now = changes.read(lake, changes.versions(lake, how.inputs))
        yield compared(lake, table, how.whole(now, context))


def known(then: Known, table: Table) -> DataFrame:
    """What its inputs give as they were known."""
    how = recipe(table.name)
    if not isinstance(how, ByDay | Whole):
        return not_known(then, table)
    now = {name: then.settled(name) for name in how.inputs}
    return how.whole(now, how.context(then.lake)).select(*table.column_names)


def again(lake: Lakehouse, table: Table, looked_at: Again) -> Iterator[Outcome]:
    """Make anew what records touch that silver has taken in: its watermarks do not see old batches.

    Tables that are made from gold see by themselves what was replaced. Where silver was refused none is made; one of
    gold that is refused does not keep others from being made.
    """
    if looked_at.is_refused(*looked_at.taken) or not lake.exists(table.name):
        return
    how = recipe(table.name)
    inputs = [lake.declaration(name) for name in how.inputs]
    given = {source.name: looked_at.good(source) for source in inputs}
    if isinstance(how, Whole) and any(given.values()):
        looked_at.starting(table.name)
        yield made(lake, how, looked_at.validate, full=True)
    elif isinstance(how, ByDay) and any(given.values()):
        looked_at.starting(table.name)
        yield from _touched_days(lake, how, given, looked_at)
    if any(source.kind == table.kind for source in inputs):
        looked_at.starting(table.name)
        yield made(lake, how, looked_at.validate)


def _touched_days(
    lake: Lakehouse, how: ByDay, given: Mapping[str, set[str]], looked_at: Again
) -> Iterator[Outcome]:
    now = changes.read(lake, changes.versions(lake, how.inputs))
    # Sail (0.7.2) cannot plan a Delta table without any row beside the same one with all its rows.
    changed = {
        source: among(rows, "record_id", given[source])
        if given[source]
        else lake.spark.createDataFrame([], lake.declaration(source).spark_schema()).select(*rows.columns)
        for source, rows in now.items()
    }
    table, dates = how.table, how.touched(changed, now)
    note = _moved_on(lake, table.name, looked_at)
    if dates:
        rows = _of_days(lake, how, now, dates, how.context(lake), BATCH)
        yield moved(lake, _days_again(lake, table, rows, dates, note), looked_at.validate)
    elif note != lake.note(table.name):
        lake.touch(table.name, note)


def _moved_on(lake: Lakehouse, name: str, looked_at: Again) -> Note:
    """A table's note, which says of what was taken in again that the table has it: the days were told here."""
    note = lake.note(name)
    before: Mapping[str, int] = note.get("watermarks", {})
    known = {source for source, mark in before.items() if looked_at.marks.get(source) == mark}
    return {**note, "watermarks": {**before, **{source: changes.mark(lake, source) for source in known}}}


def _days_again(
    lake: Lakehouse, table: Table, rows: DataFrame | Staged, dates: list[str], note: Note
) -> Change:
    batch = {key: value for key, value in note.items() if key != "rows"}
    return Change(
        table,
        BATCH,
        rows,
        Replace(dates),
        note=lambda: {**batch, **edition(lake, table.name, dates)},
        is_batch=False,
        is_changed=True,
        where_refused="tell",
    )


WAY = Way(
    lambda lake, table, run, full: [refresh_gold(lake, table, run.validate, full=full)],
    verified=verified,
    known=known,
    again=again,
)
