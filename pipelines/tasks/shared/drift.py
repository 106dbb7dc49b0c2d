"""Whether what each version of a task's model scores still looks like what it has learnt from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.delta.schemas import arrow_schema
from pipelines.frames.days import around, reached
from pipelines.gold.shared.contract import count, dimension
from pipelines.gold.shared.recipe import ByDay
from pipelines.models.drift import figures as drift_figures
from pipelines.models.drift.counts import References, counted
from pipelines.models.drift.figures import Moved
from pipelines.models.drift.reference import PROBABILITY, Reference, null_share
from pipelines.models.registry import Registry
from pipelines.models.task import Task
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.models.families.arrays import Codes

WINDOWS = (7, 28)
"""Trailing windows in days. They hold whole weeks: a Sunday is no drift."""

_LONGEST = max(WINDOWS)
_EPOCH = date(1970, 1, 1)


def drift(task: Task, *, also: str = "") -> ByDay:
    """The drift of what a task's model scores.

    Args:
        task: the task.
        also: what is scored besides those that are called entities, such as: attempts.
    """
    table = _table(task, also)
    return ByDay(
        table,
        inputs=(task.table("scores"),),
        dates=partial(_dates, task),
        build=partial(_build, task, table),
        lists_days=True,
        context=partial(_context, task),
        figures=partial(_figures, task),
        group="models",
    )


def _table(task: Task, also: str) -> Table:
    many = task.entities
    scored = f"{many.capitalize()} and {also}" if also else many.capitalize()
    return Table(
        name=task.table("drift_daily"),
        doc=(
            f"One row per model version, column, day and trailing window: how far the {many} that were scored have "
            f"moved from those that the version has learnt from. All {also or many} count, with or without a label, so "
            f"it says something months before {task.table('performance_daily')} does. The same {many} are in several "
            "rows."
        ),
        key=("model_version", "column_name", "date", "window_days"),
        columns=(*_dimensions(task), *_measures(task, scored)),
    )


def _dimensions(task: Task) -> tuple[Column, ...]:
    many = task.entities
    return (
        dimension("model_version", f"The model and its version, as in {task.table('scores')}."),
        dimension(
            "column_name",
            f"A feature of the version, as in {task.features_table}, or {PROBABILITY}: what the version said.",
        ),
        Column("date", "date", f"Last day of the window, by the day of the {many}, UTC.", required=True),
        Column("window_days", "bigint", "Days that the window has.", required=True, minimum=1),
    )


def _measures(task: Task, scored: str) -> tuple[Column, ...]:
    many = task.entities
    return (
        count(task.column("payments_count"), f"{scored} that were scored."),
        Column(
            "stability_index",
            "double",
            "Population stability index against what was learnt, or for the probability against the test days: by "
            "custom below 0.1 is stable, above 0.25 has shifted. Null where nothing was learnt from.",
            minimum=0,
        ),
        Column(
            "null_rate",
            "double",
            f"Share of {many} whose value is not known, 0 to 1.",
            required=True,
            minimum=0,
        ),
        Column(
            "learnt_null_rate",
            "double",
            "The same share among what was learnt from.",
            required=True,
            minimum=0,
        ),
        Column(
            "bin_counts",
            "string",
            f"JSON list of {many} by bin; the last bin is that of values that are not known. The others held about "
            "equal numbers of what was learnt from; the model's references.json has their edges and counts.",
            required=True,
        ),
    )


@dataclass(frozen=True)
class Learnt:
    """How all versions of a task's model found their columns spread.

    Attributes:
        task: name of the task.
        registry: where the versions are.
    """

    task: str
    registry: Registry

    @property
    def digest(self) -> str:
        """Always the same: what a version has learnt from never changes, and a new one has no rows yet."""
        return "by version"

    @cached_property
    def references(self) -> References:
        """By version and column."""
        return {version.name: version.references for version in self.registry.versions(self.task)}


def _context(task: Task, lake: Lakehouse) -> Learnt:
    """What the versions of the lakehouse's registry have learnt from, read when it is asked for."""
    return Learnt(task.name, Registry(lake.settings))


def _dates(task: Task, changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose windows have a new score, up to the newest day with a score."""
    scores = task.table("scores")
    return reached(changed[scores].select("date"), now[scores], _LONGEST)


def _build(
    task: Task, table: Table, now: Mapping[str, DataFrame], dates: Sequence[str], learnt: Learnt
) -> DataFrame:
    """The rows of some days (ISO dates)."""

    def of_version(rows: pa.Table) -> pa.Table:  # no partial: Spark reads these hints
        return pa.Table.from_pylist(_of_version(task, rows, references, asked), schema)

    asked, references, schema = tuple(map(date.fromisoformat, dates)), learnt.references, arrow_schema(table)
    near = around(now[task.table("scores")], "date", dates, before=_LONGEST - 1, after=0)
    return counted(near, references).groupBy("model_version").applyInArrow(of_version, table.spark_schema())


def _figures(task: Task, lake: Lakehouse, rows: DataFrame) -> Figures:
    """How far the columns of each version have moved over the four weeks before its newest day."""
    del lake
    newest = rows.groupBy("model_version").agg(F.max("date").alias("newest"))
    many = task.column("payments_count")
    last = rows.join(newest, "model_version").filter(
        (F.col("date") == F.col("newest"))
        & (F.col("window_days") == _LONGEST)
        & (F.col(many) >= drift_figures.LEAST)
    )
    moved = [
        Moved(
            version=row["model_version"],
            payments=row[many],
            name=row["column_name"],
            index=row["stability_index"] or 0.0,
            risen=row["null_rate"] - row["learnt_null_rate"],
        )
        for row in last.collect()
    ]
    return drift_figures.of_columns(task, sorted(moved, key=lambda one: (one.version, one.name)))


def _of_version(
    task: Task, rows: pa.Table, references: References, dates: Sequence[date]
) -> list[dict[str, Any]]:
    """The rows of one version, from its counts by day, column and bin."""
    version = rows["model_version"][0].as_py()
    found = _columns(rows, references[version], dates)
    return [
        {"model_version": version, **{task.column(name): value for name, value in row.items()}}
        for row in found
    ]


def _columns(
    rows: pa.Table, spread: Mapping[str, Reference], dates: Sequence[date]
) -> Iterator[dict[str, Any]]:
    names = list(spread)
    first = min(dates) - timedelta(_LONGEST)
    by_day = _by_day(rows, names, max(len(one.counts) for one in spread.values()), first, max(dates))
    until = by_day.cumsum(axis=1)
    for day in dates:
        place = (day - first).days
        for length in WINDOWS:
            within = until[:, place] - until[:, place - length]
            if within[0].any():
                for name, counts in zip(names, within, strict=True):
                    yield {
                        "column_name": name,
                        "date": day,
                        "window_days": length,
                        **_row(spread[name], counts),
                    }


def _by_day(rows: pa.Table, names: Sequence[str], width: int, first: date, last: date) -> Codes:
    """Counts by column, day from the first to the last, and bin."""
    places = {name: place for place, name in enumerate(names)}
    columns = [places[name] for name in rows["column_name"].to_pylist()]
    days = rows["date"].cast(pa.int32()).to_numpy() - (first - _EPOCH).days
    found = np.zeros((len(names), (last - first).days + 1, width), np.int64)
    found[columns, days, rows["bin"].to_numpy()] = rows["payments_count"].to_numpy()
    return found


def _row(learnt: Reference, counts: Codes) -> dict[str, Any]:
    own = counts[: len(learnt.counts)].tolist()
    return {
        "payments_count": sum(own),
        "stability_index": learnt.stability_index(own),
        "null_rate": null_share(own),
        "learnt_null_rate": learnt.null_share,
        "bin_counts": json.dumps(own),
    }
