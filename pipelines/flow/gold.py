"""The flow of gold: what changed in the sources, which days that touches, build, and on the way of every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.commits import Merge, Replace
from pipelines.flow import changes
from pipelines.flow.moving import Change, moved
from pipelines.flow.steps import Outcome, unchanged
from pipelines.frames.spans import noted_days
from pipelines.gold.shared.recipe import Added, ByDay, Context, Recipe, Whole, recipe

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.flow.verdict import Validate
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
    known = _known({} if full else lake.note(name), marks, context)
    if all(known.marks.get(source, 0) == mark for source, mark in marks.items()) and not known.stale:
        return unchanged(lake, name)
    return moved(lake, _made_anew(lake, how, context, marks, known), validate)


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
    whole, dates = True, None
    if isinstance(how, ByDay):
        changed = changes.rows(lake, now, known.marks, known.versions)
        days = how.touched(now if changed is None else changed, now)
        whole, note = changed is None or not known.marks, {**note, "dates": len(days)}
        dates = None if whole else days
        rows = how.days(now, days, context)
    else:
        rows = how.whole(now, context)
    return Change(
        how.table,
        str(max(marks.values())),
        rows,
        Replace(dates),
        note=lambda: {**note, **edition(lake, name, dates)},
        idle={**note, "rows": 0, **_edition_before(lake, name)} if dates == [] else None,
        figures=partial(how.figures, lake),
        is_changed=whole or bool(dates),
    )


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
    staged = lake.stage(table.name, "additions", rows)
    added = lake.accepted(staged)
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
