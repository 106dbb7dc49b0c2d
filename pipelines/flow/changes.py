"""What changed in the tables that a gold table is made from: the rows as they are, and the rows as they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.flow.batches import taken
from pipelines.frames.days import days_of, on_dates
from pipelines.frames.spans import listed_days, near_days

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Commit
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


EDITION = "edition"
"""In the note of a commit to a gold table: the version by which its rows last changed."""

DAYS = "days"
"""Beside it: the days that it replaced or added to, as a few stretches of a first and a last one (ISO dates), which may
hold others as well; None for all."""


def versions(lake: Lakehouse, names: Iterable[str]) -> dict[str, int | None]:
    """The versions that tables have now."""
    return {name: lake.version(name) for name in names}


def read(lake: Lakehouse, versions: Mapping[str, int | None]) -> dict[str, DataFrame]:
    """Tables at fixed versions: however often a frame is used, it is the same rows.

    A run has one frame of each version: all tables that are made from it ask the engine but once what it is.
    """
    return {name: _at(lake, name, version) for name, version in versions.items()}


def _at(lake: Lakehouse, name: str, version: int | None) -> DataFrame:
    if version is None:  # nothing was published to it so far
        return lake.table(name)
    return lake.staging.once(("at", name, version), lambda: lake.table(name, version=version))


def mark(lake: Lakehouse, name: str) -> int:
    """How far a table is: the newest batch that it has taken in, of gold the version of its rows; or 0."""
    if name.startswith("gold."):
        return int(lake.note(name).get(EDITION) or lake.version(name) or 0)
    return taken(lake, name)


def rows(
    lake: Lakehouse,
    now: Mapping[str, DataFrame],
    watermarks: Mapping[str, int],
    versions: Mapping[str, int | None],
) -> dict[str, DataFrame] | None:
    """Rows that came in since some watermarks, and those whose place they took.

    Without the latter, a refund that is moved to another payment would go on counting against the first one's day.

    Args:
        lake: where the tables are.
        now: the inputs as they are.
        watermarks: how far they were when the gold table was made.
        versions: their versions then; None for a table that did not exist.

    Returns:
        The rows by input; None where every day must be taken for changed: there was nothing yet, or an input of then
        can no longer be read.
    """
    if not watermarks:
        return None
    found = {}
    for name, frame in now.items():
        changed = _changed(lake, name, frame, watermarks.get(name, 0), versions.get(name))
        if changed is None:
            return None
        found[name] = changed
    return found


def _changed(
    lake: Lakehouse, name: str, now: DataFrame, watermark: int, then: int | None
) -> DataFrame | None:
    """What changed in one table; most that are made from it know it as of the same run, and it is found out for all."""
    of = _on_replaced_days if name.startswith("gold.") else _taken_in_since
    key = ("changed", name, lake.version(name), watermark, then)
    return lake.staging.once(key, lambda: of(lake, name, now, watermark, then))


def _taken_in_since(
    lake: Lakehouse, name: str, now: DataFrame, watermark: int, then: int | None
) -> DataFrame | None:
    """The rows of a silver table that came in after a watermark, and those of a version whose place they took."""
    fresh = now.filter(f"ingest_id > {watermark}")
    if then is None or taken(lake, name) <= watermark:
        return fresh
    if not lake.log.readable(lake.table_uri(name), then):
        return None
    before = _at(lake, name, then)
    return _with_replaced(fresh, before, lake.declaration(name)) if before.columns == now.columns else None


def _on_replaced_days(
    lake: Lakehouse, name: str, now: DataFrame, watermark: int, then: int | None
) -> DataFrame | None:
    """The rows of a gold table, as they are and as they were, on the days that it replaced since a version."""
    reached = mark(lake, name)
    if reached == watermark:
        # One that was never published is empty as it is; Sail (0.7.2) cannot join what is left of it to other rows.
        # Nor can it unite what a plan says is empty with columns of other comments; so the plan must not say it.
        return now.filter(f"{lake.declaration(name).key[0]} is null") if reached else now
    days = _replaced_days(lake, name, then)
    if days is None or not lake.log.readable(lake.table_uri(name), then or 0):
        return None
    earlier = _at(lake, name, then)
    if earlier.columns != now.columns:
        return None
    return on_dates(now, "date", days).unionByName(on_dates(earlier, "date", days))


def _replaced_days(lake: Lakehouse, name: str, since: int | None) -> list[str] | None:
    """The days (ISO dates) that a gold table replaced after a version; None where they may be any."""
    days: set[str] = set()
    # Those since then and the one before them, which tells that none is missing: a log may hold thousands.
    few = None if since is None else (lake.version(name) or 0) - since + 1
    for commit in lake.history(name, few):
        if since is not None and commit.version <= since:
            return sorted(days)
        if commit.operation == "RESTORE" or not commit.note:
            return None
        if commit.note.get(EDITION) == commit.version:  # any other repeats the note before it
            if (replaced := replaced_in(commit)) is None:
                return None
            days.update(replaced)
    return None  # the log does not reach back so far


def replaced_in(commit: Commit) -> list[str] | None:
    """The days (ISO dates) that a commit to a gold table replaced or added to; None where they may be any."""
    noted = commit.note.get(DAYS) if commit.note.get(EDITION) == commit.version else None
    return None if noted is None else listed_days(noted)


def _with_replaced(fresh: DataFrame, then: DataFrame, table: Table) -> DataFrame:
    """Rows with those that had their keys. A key never leaves its day, so that files of others need not be read."""
    day = table.cluster_by
    if day:
        days = days_of(fresh, day)
        if not days:
            return fresh
        then = then.filter(near_days(day, days))
    return fresh.unionByName(then.join(fresh.select(*table.key), list(table.key), "left_semi"))
