"""All metrics that are declared, by the modules of :mod:`pipelines.metrics`: each declares its ``METRICS``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import pipelines.metrics
from pipelines.errors import MetricError
from pipelines.metrics.shared.metric import Metric
from pipelines.metrics.shared.names import nearest, quoted
from pipelines.table import Table


@cache
def declared() -> Mapping[str, Metric]:
    """Every declared metric by its name.

    Raises:
        ValueError: two have one name.
    """
    found: dict[str, Metric] = {}
    for metric in _all():
        if found.setdefault(metric.name, metric) is not metric:
            raise ValueError(f"the metric {metric.name} is declared twice")
    return MappingProxyType(found)


def _all() -> Iterator[Metric]:
    package = pipelines.metrics
    for info in iter_modules(package.__path__, f"{package.__name__}."):
        if not info.ispkg:
            yield from import_module(info.name).METRICS


def metrics_of(tables: Mapping[str, Table]) -> dict[str, Metric]:
    """The metrics that some tables can answer, by name."""
    return {name: metric for name, metric in declared().items() if metric.table in tables}


def about(word: str, metrics: Mapping[str, Metric]) -> list[Metric]:
    """The metrics of which a name, a synonym, the table or the meaning holds all of some words."""
    words = word.casefold().replace("_", " ").split()
    return [metric for metric in metrics.values() if all(one in _told(metric) for one in words)]


def _told(metric: Metric) -> str:
    told = (metric.name, metric.table, metric.meaning, metric.owner, *metric.synonyms)
    return " ".join(told).casefold().replace("_", " ")


def metric_of(name: str, metrics: Mapping[str, Metric]) -> Metric:
    """A metric by its name.

    Raises:
        MetricError: there is none of that name; the nearest ones are named, by their synonyms as well.
    """
    if name in metrics:
        return metrics[name]
    called = {synonym: one.name for one in metrics.values() for synonym in (one.name, *one.synonyms)}
    near = list(dict.fromkeys(called[one] for one in nearest(name, called)))
    hint = f"nearest: {', '.join(near)}" if near else "'vermeil metrics' lists them"
    raise MetricError(f"no metric {quoted(name)}; {hint}", "metric", near)
