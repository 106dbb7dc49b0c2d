"""Calls about metrics: which there are, their figures, and why they changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pipelines.errors import MetricError
from pipelines.metrics.shared.catalog import about, metric_of, metrics_of
from pipelines.metrics.shared.change import Asked
from pipelines.metrics.shared.compiler import compiled
from pipelines.metrics.shared.conditions import unknown_dimension
from pipelines.metrics.shared.metric import Metric, grains_of
from pipelines.metrics.shared.query import Data, Query
from vermeil.mcp.desk import Desk, Found, RefusedError
from vermeil.mcp.small_groups import folded, small
from vermeil.support.why import why

SUPPRESSED = "suppressed"
"""A column that says that a group is too small for its figures to be shown."""


@dataclass(frozen=True)
class Figures:
    """Answers calls about metrics."""

    desk: Desk

    def listed(self, words: str | None, table: str | None, limit: int | None) -> Found:
        """The metrics about something."""
        tables = self.desk.lake.tables
        chosen = {name: one for name, one in tables.items() if table in (None, name, one.short_name)}
        metrics = about(words or "", metrics_of(chosen))
        most = self.desk.rows(limit)
        rows = [{"name": one.name, "meaning": one.meaning, "unit": one.unit} for one in metrics[:most]]
        return {"rows": rows, "of": len(metrics)}

    def described(self, name: str) -> Found:
        """A metric with its definition and what it can be asked by."""
        metric = self._metric(name)
        table = self.desk.lake.declaration(metric.table)
        matures = metric.matures
        return {
            "name": metric.name,
            "meaning": metric.meaning,
            "definition": metric.definition,
            "unit": metric.unit,
            "table": metric.table,
            "owner": metric.owner,
            "synonyms": metric.synonyms,
            "dimensions": {one.name: one.doc for one in metric.dimensions_of(table)},
            "grains": grains_of(table),
            "not_added_up_over": metric.apart,
            "money_by_currency": metric.has_money,
            "matures": {"days": matures.days, "why": matures.why} if matures else None,
        }

    def values(self, name: str, dimension: str, contains: str | None, limit: int | None) -> Found:
        """The values that a dimension of a metric has."""
        metric = self._metric(name)
        lake = self.desk.lake.released()
        there = [one.name for one in metric.dimensions_of(lake.declaration(metric.table))]
        if dimension not in there:
            raise unknown_dimension(dimension, there)
        part = (contains or "").casefold()
        values = sorted(map(str, Data(lake.sql).values(metric.table, dimension)))
        values = [one for one in values if part in one.casefold()]
        return {"rows": values[: self.desk.rows(limit)], "of": len(values)}

    def asked(self, query: Query) -> Found:
        """The figures of metrics, those of small groups left out."""
        lake, most = self.desk.lake.released(), self.desk.rows(query.limit)
        written = compiled(replace(query, limit=most + 1), lake.tables, Data(lake.sql))
        hidden = small(lake, query, self.desk.limits.smallest_group)
        # Written from a tree of which every node was looked at.
        rows = lake.sql(written.sql(), unsafe=True).toArrow().to_pylist()
        shown = [_shown(row, query, hidden) for row in rows[:most]]
        question = written.question
        return {
            "rows": shown,
            "truncated": len(rows) > most,
            "suppressed": sum(SUPPRESSED in row for row in shown),
            "days": str(question.period),
            "newest_day": question.newest,
            "release": _release(lake),
            "units": {one.name: one.unit for one in question.metrics},
            "definitions": {one.name: one.definition for one in question.metrics},
            "query": written.sql(),
        }

    def written(self, query: Query) -> Found:
        """The query that would be asked."""
        lake = self.desk.lake.released()
        return {"query": compiled(query, lake.tables, Data(lake.sql)).sql(pretty=True)}

    def changed(self, asked: Asked) -> Found:
        """Why a metric changed; values of a dimension that are small are one."""
        lake, smallest = self.desk.lake.released(), self.desk.limits.smallest_group
        found = why(lake, asked)
        whole = replace(found.comparison.question.query, limit=None, order=(), immature="mark")
        hidden = {
            key
            for period in (found.comparison.before, found.comparison.after)
            for key in small(lake, replace(whole, time=f"{period.first}..{period.last}"), smallest)
        }
        changes = []
        for one in found.changes:
            if ((one.currency,) if found.comparison.by_currency else ()) in hidden:
                continue
            splits = (folded(lake, found.comparison, split, one.currency, smallest) for split in one.splits)
            changes.append(replace(one, splits=tuple(splits)))
        answer = replace(found, changes=tuple(changes)).as_json()
        return {**answer, "suppressed": len(found.changes) - len(changes), "release": _release(lake)}

    def _metric(self, name: str) -> Metric:
        return metric_of(name, metrics_of(self.desk.lake.tables))


def _shown(row: dict[str, Any], query: Query, hidden: set[tuple[Any, ...]]) -> dict[str, Any]:
    if tuple(row[name] for name in query.by) not in hidden:
        return row
    return {name: value if name in query.by else None for name, value in row.items()} | {SUPPRESSED: True}


def _release(lake: Any) -> Found | None:
    if lake.release is None:
        return None
    return {"number": lake.release.number, "at": lake.release.at, "made_by": lake.release.made_by}


def question(
    metrics: list[str],
    by: list[str] | None,
    where: str | None,
    time: str | None,
    order: list[str] | None,
    limit: int | None,
    immature: str,
) -> Query:
    """A question as it comes in.

    Raises:
        RefusedError: immature is none of what it can be.
    """
    if immature not in ("refuse", "mark", "leave_out"):
        raise RefusedError("immature is one of refuse, mark, leave_out")
    if len(metrics) > 12 or len(by or ()) > 6:
        raise MetricError("at most 12 metrics by 6 dimensions", "metric")
    return Query(tuple(metrics), tuple(by or ()), where, time, tuple(order or ()), limit, immature)  # type: ignore[arg-type]
