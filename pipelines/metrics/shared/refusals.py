"""What is not answered, because the figure would be wrong, with the reason and the way out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import get_args

from pipelines.errors import MetricError
from pipelines.metrics.shared.metric import CURRENCY, DAYS, Metric
from pipelines.metrics.shared.names import nearest, quoted
from pipelines.metrics.shared.period import Period
from pipelines.metrics.shared.query import Immature, Query

MOST_ROWS = 100_000


def check_sums(
    query: Query, metrics: Sequence[Metric], pinned: Collection[str], grains: Sequence[str]
) -> None:
    """Let a question pass whose figures may be added up, and ranked, as it asks.

    Args:
        query: the question.
        metrics: what it asks for.
        pinned: dimensions that it keeps to one value; of time, the finest grain.
        grains: the stretches of time that can be asked for, finest first.

    Raises:
        MetricError: they may not.
    """
    for metric in metrics:
        _money(metric, query, pinned)
        _apart(metric, query, pinned, grains)
    _ranking(query, metrics, pinned)


def check_form(query: Query, metrics: Sequence[Metric], grains: Sequence[str]) -> None:
    """Let a question pass that can be read.

    Raises:
        MetricError: it cannot.
    """
    asked = [*query.by, *(metric.name for metric in metrics)]
    for name in query.order:
        if (plain := name.removeprefix("-")) not in asked:
            near = nearest(plain, asked)
            raise MetricError(
                f"order by what is asked for: {', '.join(asked)}; not by {quoted(plain)}", "order", near
            )
    if query.time is not None and not grains:
        raise MetricError(f"{metrics[0].table} is about no day: ask without a time", "time")
    if query.limit is not None and not 1 <= query.limit <= MOST_ROWS:
        raise MetricError(f"a limit is from 1 to {MOST_ROWS:,} rows", "limit")
    if query.immature not in get_args(Immature):
        raise MetricError(f"immature is one of {', '.join(get_args(Immature))}", "immature")
    if len(set(query.by)) < len(query.by):
        raise MetricError("a dimension is named twice", "dimension")


def check_days(period: Period, grains: Sequence[str]) -> None:
    """Let a time pass of which there are all days.

    Raises:
        MetricError: rows are of longer stretches, which it cuts in two.
    """
    if grains and not period.is_of_whole(grains[0]):
        raise MetricError(f"figures are by {grains[0]}: ask for whole ones, not for {period}", "time")


def _money(metric: Metric, query: Query, pinned: Collection[str]) -> None:
    if metric.has_money and CURRENCY not in query.by and CURRENCY not in pinned:
        raise MetricError(
            f"{metric.name} adds up money, and two currencies are never added: group by currency, or ask for one, such "
            "as currency = 'USD'",
            "currency",
            (CURRENCY,),
        )


def _apart(metric: Metric, query: Query, pinned: Collection[str], grains: Sequence[str]) -> None:
    """Refuse to add up over a dimension what is not a number of different things any more when it is added."""
    for name in metric.apart:
        dimension = grains[0] if name in DAYS else name
        if dimension not in query.by and dimension not in pinned:
            raise MetricError(
                f"{metric.name} may not be added up over {dimension}: group by it, or ask for one",
                "apart",
                (dimension,),
            )


def _ranking(query: Query, metrics: Sequence[Metric], pinned: Collection[str]) -> None:
    for place, name in enumerate(query.order):
        metric = next((one for one in metrics if one.name == name.removeprefix("-")), None)
        within = CURRENCY in pinned or CURRENCY in (one.removeprefix("-") for one in query.order[:place])
        if metric and metric.unit == "money" and not within:
            raise MetricError(
                f"amounts of different currencies have no order: ask for one, or order by currency before {name}",
                "currency",
                (CURRENCY,),
            )


def immature(metrics: Sequence[Metric], period: Period, mature: date) -> MetricError:
    """What to say of days whose cohorts still grow."""
    growing = max((one.matures.days, one.name, one.matures.why) for one in metrics if one.matures)
    until = Period(period.first, mature)
    way = f"Ask for days until then (time: {until})" if until.has_days else "None of the days is mature"
    return MetricError(
        f"{growing[1]} of days after {mature} still grows: {growing[2]} {way}, or say what to do about immature "
        "cohorts: mark or leave_out",
        "immature",
    )


def nothing_asked() -> MetricError:
    """What to say where no metric is named."""
    return MetricError("no metric is asked for; 'vermeil metrics' lists them", "metric")
