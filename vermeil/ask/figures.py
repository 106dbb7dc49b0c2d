"""A plan for figures, answered: one query of the compiler, or two that are held against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from pipelines.metrics.shared.metric import CURRENCY, Metric, day_of
from pipelines.metrics.shared.period import GRAINS
from pipelines.metrics.shared.query import Data
from pipelines.metrics.shared.writing import MATURE, Compiled
from pipelines.table import Table
from vermeil.ask.plan import MOST_ROWS, Days, MetricPlan, checked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """What the figures of a plan came to.

    Attributes:
        compiled: the query.
        rows: of the answer.
        columns: of the rows.
        units: of those that are figures.
        growing: cohorts that still grow, in words.
        noted: what else is to be said.
    """

    compiled: Compiled
    rows: Rows
    columns: tuple[str, ...]
    units: Mapping[str, str]
    growing: str | None
    noted: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where figures are read.

    Attributes:
        sql: answers a query, of the release or of what was known at some time.
        tables: the declared tables.
        data: what is known of them.
    """

    sql: Callable[[str], DataFrame]
    tables: Mapping[str, Table]
    data: Data


def found(plan: MetricPlan, source: Source) -> Found:
    """The figures of a plan.

    Raises:
        MetricError: they would be wrong, or there are none.
    """
    if plan.against:
        plan = plan.model_copy(update={"by": tuple(name for name in plan.by if name not in GRAINS)})
    compiled = checked(plan, source.tables, source.data)
    metrics = {one.name: one for one in compiled.question.metrics}
    rows = _rows(compiled, source)
    growing = _growing(rows, compiled)
    units: dict[str, str] = {name: one.unit for name, one in metrics.items()}
    noted: list[str] = []
    if plan.against:
        noted += _held(rows, plan, plan.against, source, metrics, units)
    if plan.share:
        _shares(rows, metrics, units)
    rows = [
        row for row in rows if all(_keeps(row.get(one.metric), one.sign, one.value) for one in plan.keeping)
    ]
    rows = _cut(rows, plan)
    names = tuple(name for name in (rows[0] if rows else [*plan.by, *plan.metrics]) if name != MATURE)
    return Found(compiled, rows[:MOST_ROWS], names, units, growing, tuple(noted))


def beside_now(then: Found, now: Found, plan: MetricPlan) -> Found:
    """What was known at some time, with what is known now."""
    known = {_key(row, plan.by): row for row in now.rows}
    names = [(name, f"{name}_now") for name in plan.metrics]
    rows = [
        row | {late: known.get(_key(row, plan.by), {}).get(name) for name, late in names} for row in then.rows
    ]
    units = {**then.units, **{late: now.units[name] for name, late in names}}
    return replace(then, rows=rows, columns=(*then.columns, *(late for _, late in names)), units=units)


def _rows(compiled: Compiled, source: Source) -> Rows:
    answer: Rows = source.sql(compiled.sql()).toArrow().to_pylist()
    return answer


def _keeps(value: Any, sign: str, bound: float) -> bool:
    return value is not None and _HOLDS[sign](value, bound)


def _growing(rows: Rows, compiled: Compiled) -> str | None:
    """Which of the cohorts still grow, and why."""
    mature, metrics = compiled.question.mature_until, compiled.question.metrics
    if mature is None or all(row.get(MATURE) is not False for row in rows):
        return None
    latest = max(
        (one for one in metrics if one.matures), key=lambda one: one.matures.days if one.matures else 0
    )
    why = latest.matures.why if latest.matures else ""
    return f"Days after {mature} still grow: {why}"


def _held(
    rows: Rows,
    plan: MetricPlan,
    against: Days,
    source: Source,
    metrics: Mapping[str, Metric],
    units: dict[str, str],
) -> list[str]:
    """Put the figures of other days beside those of these; a change is told where the other days are covered."""
    other = plan.model_copy(update={"time": against})
    before = {_key(row, plan.by): row for row in _rows(checked(other, source.tables, source.data), source)}
    table = source.tables[next(iter(metrics.values())).table]
    first = _oldest(table, source)
    covered = first is not None and (against.first is None or first <= against.first)
    for row in rows:
        earlier = before.get(_key(row, plan.by), {})
        for name, metric in metrics.items():
            was = earlier.get(name)
            row[f"{name}_before"] = was
            row[f"{name}_change"] = _change(row[name], was, metric) if covered else None
    for name, metric in metrics.items():
        units |= {
            f"{name}_before": metric.unit,
            f"{name}_change": "rate" if metric.unit != "rate" else "points",
        }
    said = [f"Held against {against.period}."]
    return said if covered else [*said, f"The data begin on {first}: no change against days before is told."]


def _oldest(table: Table, source: Source) -> date | None:
    [[first]] = source.sql(f"select min({day_of(table)}) from {table.name}").collect()
    found: date | None = first
    return found


def _change(now: Any, was: Any, metric: Metric) -> float | None:
    if now is None or was is None:
        return None
    if metric.unit == "rate":
        return float(now - was)
    return float(now / was - 1) if was else None


def _key(row: Mapping[str, Any], by: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in by)


def _shares(rows: Rows, metrics: Mapping[str, Metric], units: dict[str, str]) -> None:
    """Each figure as a share of the sum of all; amounts within their currency."""
    for name, metric in metrics.items():
        if metric.unit not in ("count", "money") or metric.denominator:
            continue
        sums: dict[Any, Any] = {}
        for row in rows:
            sums[_within(row, metric)] = sums.get(_within(row, metric), 0) + (row[name] or 0)
        for row in rows:
            whole = sums[_within(row, metric)]
            row[f"{name}_share"] = row[name] / whole if whole and row[name] is not None else None
        units[f"{name}_share"] = "rate"


def _within(row: Mapping[str, Any], metric: Metric) -> Any:
    return row.get(CURRENCY) if metric.has_money else None


def _cut(rows: Rows, plan: MetricPlan) -> Rows:
    """The first rows; of amounts those of each currency."""
    if plan.limit is None:
        return rows
    if CURRENCY not in plan.order:
        return rows[: plan.limit]
    counts: dict[Any, int] = {}
    kept = []
    for row in rows:
        counts[row[CURRENCY]] = counts.get(row[CURRENCY], 0) + 1
        if counts[row[CURRENCY]] <= plan.limit:
            kept.append(row)
    return kept


def as_of_end(moment: datetime) -> str:
    """A moment as it is said: the day, where it is a day's end."""
    return str(moment.date()) if (moment.hour, moment.minute) == (23, 59) else moment.isoformat()
