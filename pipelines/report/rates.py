"""The metrics that the report shows, so that a rate is here what it is everywhere.

Pages about models add a table's columns up once for many charts; a metric says which of these sums a figure is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.metric import Metric
from pipelines.report.figures import percent

CUT_RECALL = declared()["cut_recall_rate"]
CUT_PRECISION = declared()["cut_precision_rate"]
CUT_FALSE_POSITIVES = declared()["cut_false_positive_rate"]


def percent_of(metric: Metric, sums: Mapping[Any, Any], digits: int = 1) -> str:
    """The value of a rate over sums of the rows that it is of, in words."""
    return percent(*sides_of(metric, sums), digits)


def sides_of(metric: Metric, sums: Mapping[Any, Any]) -> tuple[float, float]:
    """What is divided by what."""
    return metric.sides({name: int(sums[name]) for name in metric.columns})
