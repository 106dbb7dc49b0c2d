"""A question about metrics becomes one grouped query, or is refused with the reason.

A metric is a sum, or a sum over a sum, whatever it is grouped by: no mean of means and no rate of rates is ever made.
Rows of several tables are put below each other and added up together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipelines.metrics.shared import refusals
from pipelines.metrics.shared.catalog import metric_of, metrics_of
from pipelines.metrics.shared.conditions import condition_of, unknown_dimension
from pipelines.metrics.shared.metric import Metric, grains_of
from pipelines.metrics.shared.period import GRAINS, Period, period_of
from pipelines.metrics.shared.query import Data, Query
from pipelines.metrics.shared.writing import Compiled, Question, written
from pipelines.table import Column, Table


def compiled(query: Query, tables: Mapping[str, Table], data: Data) -> Compiled:
    """The one query that answers a question.

    Args:
        query: the question.
        tables: the declared tables by name.
        data: what is known of them.

    Raises:
        MetricError: the answer would be wrong, or there is none; it says why, and what may have been meant.
    """
    if not query.metrics:
        raise refusals.nothing_asked()
    known = metrics_of(tables)
    metrics = tuple(metric_of(name, known) for name in dict.fromkeys(query.metrics))
    of = {metric.table: tables[metric.table] for metric in metrics}
    dimensions, grains = shared_dimensions(metrics, tables), shared_grains(of.values())
    for name in query.by:
        if name not in dimensions and name not in grains:
            raise unknown_dimension(name, [*dimensions, *grains])
    refusals.check_form(query, metrics, grains)
    condition = condition_of(
        query.where, dimensions, lambda name: set().union(*(data.values(table, name) for table in of))
    )
    newest = max(filter(None, map(data.newest, of.values())), default=None) if grains else None
    period = period_of(query.time, newest)
    pinned = (*condition.pinned, *(grain for grain in grains[:1] if period.is_one(grain)))
    refusals.check_days(period, grains)
    refusals.check_sums(query, metrics, pinned, grains)
    mature = _mature_until(metrics, newest)
    period = _settled(query, metrics, period, mature)
    return written(Question(query, metrics, of, period, condition, newest, mature))


def shared_dimensions(metrics: Sequence[Metric], tables: Mapping[str, Table]) -> dict[str, Column]:
    """The dimensions by name that all of some metrics have."""
    each = [
        {column.name: column for column in metric.dimensions_of(tables[metric.table])} for metric in metrics
    ]
    return {name: column for name, column in each[0].items() if all(name in one for one in each)}


def shared_grains(tables: Iterable[Table]) -> tuple[str, ...]:
    """The stretches of time that the rows of all of some tables can be grouped by."""
    each = [grains_of(table) for table in tables]
    return tuple(grain for grain in GRAINS if all(grain in one for one in each))


def _settled(query: Query, metrics: Sequence[Metric], period: Period, mature: date | None) -> Period:
    """The days that count: those that were asked for, without those of immature cohorts where these are left out.

    Raises:
        MetricError: there are immature cohorts among them, and it was not said what to do about them.
    """
    if mature is None or query.immature == "mark" or (period.last and period.last <= mature):
        return period
    until = replace(period, last=mature)
    if query.immature == "refuse" or not until.has_days:
        raise refusals.immature(metrics, period, mature)
    return until


def _mature_until(metrics: Sequence[Metric], newest: date | None) -> date | None:
    """The last day of which the cohorts of all metrics are mature; None where all days are."""
    days = max((metric.matures.days for metric in metrics if metric.matures), default=0)
    return newest - timedelta(days=days) if newest and days else None
