"""The metrics that the report shows, so that a rate is here what it is everywhere.

The report adds a table's columns up once for many charts; a metric says which of these sums a figure is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.metric import Metric
from pipelines.report.figures import percent, share

AUTHORIZATION = declared()["authorization_rate"]
FIRST_ATTEMPTS = declared()["first_attempt_authorization_rate"]
FINAL_OUTCOME = declared()["intent_authorization_rate"]
REFUNDS = declared()["refund_rate"]
CHARGED_BACK = declared()["disputed_amount_rate"]
DISPUTES = declared()["dispute_rate"]
DISPUTE_ACTIVITY = declared()["dispute_activity_rate"]
CUT_RECALL = declared()["cut_recall_rate"]
CUT_PRECISION = declared()["cut_precision_rate"]
CUT_FALSE_POSITIVES = declared()["cut_false_positive_rate"]


def share_of(metric: Metric, sums: Mapping[Any, Any]) -> float | None:
    """The value of a rate over sums of the rows that it is of."""
    return share(*sides_of(metric, sums))


def percent_of(metric: Metric, sums: Mapping[Any, Any], digits: int = 1) -> str:
    """The same in words."""
    return percent(*sides_of(metric, sums), digits)


def sides_of(metric: Metric, sums: Mapping[Any, Any]) -> tuple[float, float]:
    """What is divided by what."""
    return metric.sides({name: int(sums[name]) for name in metric.columns})
