"""The flow of gold: what changed in the sources, which days that touches, build, stage, audit, publish."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines import catalog, held_back
from pipelines.drifting import refresh_drift
from pipelines.gold import changes
from pipelines.gold import schema_drift as drift
from pipelines.gold.recipe import Context, Recipe
from pipelines.spans import noted_days
from pipelines.steps import Outcome, audited, concluded

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.commits import Staged
    from pipelines.delta_log import Note
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table
    from pipelines.verdict import Validate


def recipe(name: str) -> Recipe:
    """How a gold table is made."""
    return Recipe(catalog.modules()[name])


def refresh_gold(lake: Lakehouse, table: Table, validate: Validate, *, full: bool = False) -> Outcome:
    """Make anew what changed in a table's sources touches; with ``full`` all of it.

    A table that only gains rows is never made anew: ``full`` makes no difference to it.
    """
    if table.name == drift.TABLE.name:
        return refresh_drift(lake, validate, full=full)
    started = time.monotonic()
    how = recipe(table.name)
    if how.kind == "additions":
        return _add(lake, table, how, validate, started)
    context = how.context(lake)
    marks = {name: changes.mark(lake, name) for name in how.sources}
    known = _known({} if full else lake.note(table.name), marks, context)
    if all(known.marks.get(name, 0) == mark for name, mark in marks.items()) and not known.stale:
        held_back.settled(lake, table.name)
        return Outcome(table.name, "unchanged", seconds=time.monotonic() - started)
    versions = {name: lake.version(name) for name in how.sources}
    now = {name: lake.table(name, version=version) for name, version in versions.items()}
    dates: list[str] | None = None
    if how.kind == "days":
        changed = changes.rows(lake, now, known.marks, known.versions)
        dates = how.dates(now if changed is None else changed, now)
        first = changed is None or not known.marks
        rows = how.days(now, dates, context)
    else:
        first, rows = True, how.whole(now, context)
    staged = lake.stage(table.name, str(max(marks.values())), rows)
    made = lake.accepted(staged)
    verdict = audited(lake, table, made, 0, staged.rows, validate, partial(how.batch_figures, lake, made))
    note = {
        "watermarks": marks,
        "versions": versions,
        "rows": staged.rows,
        "checks": verdict.note,
        **({} if dates is None else {"dates": len(dates)}),
        **({"context": context.digest} if context else {}),
    }
    if not verdict.refusals:
        _publish(lake, table, staged, note, None if first else dates or [])
    lake.clear_staging(table.name)
    return concluded(lake, table, staged.rows, verdict, started, is_changed=bool(first or dates))


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


def _publish(
    lake: Lakehouse, table: Table, staged: Staged, note: dict[str, Any], dates: Sequence[str] | None
) -> None:
    """Publish the rows of some dates, or of all (None); without a date, that nothing had to be done."""
    lake.create(table.name)
    if dates is None or dates:
        lake.replace(table.name, staged, {**note, **edition(lake, table.name, dates)}, dates)
        return
    before = lake.note(table.name)
    kept = {name: before[name] for name in (changes.EDITION, changes.DAYS) if name in before}
    lake.touch(table.name, {**note, **kept, "checks": before.get("checks", note["checks"])})


def edition(lake: Lakehouse, name: str, dates: Sequence[str] | None) -> Note:
    """What the next commit to a gold table notes for those that are made from it: its version, and the days in it."""
    noted = None if dates is None else noted_days(dates)
    return {changes.EDITION: (lake.version(name) or 0) + 1, changes.DAYS: noted}


def _add(lake: Lakehouse, table: Table, how: Recipe, validate: Validate, started: float) -> Outcome:
    now = {name: lake.table(name, version=lake.version(name)) for name in how.sources}
    rows = how.additions(lake, now)
    if rows is None:
        return Outcome(table.name, "unchanged", seconds=time.monotonic() - started)
    staged = lake.stage(table.name, "additions", rows)
    added = lake.accepted(staged)
    verdict = audited(lake, table, added, 0, staged.rows, validate, partial(how.batch_figures, lake, added))
    if staged.rows and not verdict.refusals:
        lake.create(table.name)
        days = _days(added) if "date" in table.column_names else None
        note = {"rows": staged.rows, "checks": verdict.note, **edition(lake, table.name, days)}
        lake.merge(table.name, staged, note, update_if=None)
    lake.clear_staging(table.name)
    return concluded(lake, table, staged.rows, verdict, started, is_changed=bool(staged.rows))


def _days(rows: DataFrame) -> list[str]:
    return sorted(str(row[0]) for row in rows.select(F.col("date")).distinct().collect())
