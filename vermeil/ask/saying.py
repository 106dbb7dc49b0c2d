"""The answer in a sentence, and figures as people write them. Every number in it is a cell of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.base.money import formatted
from pipelines.metrics.shared.metric import CURRENCY, Metric
from vermeil.ask.figures import Found
from vermeil.ask.plan import MetricPlan
from vermeil.ask.telling import days_told, named

MOST_SAID = 3
"""Rows that are said in a sentence; more stand in the table."""


def written(value: Any, unit: str | None, currency: str | None) -> str:
    """A value as people write it: amounts in major units, shares in percent."""
    if value is None:
        return "–"
    match unit:
        case "money" if currency:
            return f"{formatted(round(value), currency)} {currency}"
        case "rate":
            return f"{value * 100:.3g} %"
        case "points":
            return f"{value * 100:+.3g} points"
        case "duration":
            return _duration(value)
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} seconds"


def said_of(plan: MetricPlan, found: Found, currency: object, metrics: Mapping[str, Metric]) -> str:
    """The answer in a sentence."""
    names = ", ".join(named(metrics[name]) for name in plan.metrics)
    days = f", {days_told(plan.time)}" if plan.time else ""
    if not found.rows:
        return f"{names}{days}: there are no rows."
    some = [row for row in found.rows if any(row.get(name) for name in plan.metrics)] or found.rows
    shown = "; ".join(_row(row, plan, found, currency) for row in some[:MOST_SAID])
    more = len(found.rows) - min(MOST_SAID, len(some))
    return f"{names}{days}: {shown}{f'; and {more:,} more rows' if more > 0 else ''}."


def _row(row: Mapping[str, Any], plan: MetricPlan, found: Found, currency: object) -> str:
    code = row.get(CURRENCY, currency)
    of = ", ".join(
        str(row[name]) for name in plan.by if name in row and (name != CURRENCY or not _has_money(found))
    )
    figures = [
        written(row[name], found.units.get(name), str(code) if code else None)
        for name in found.columns
        if name in found.units
    ]
    return f"{of}: {', '.join(figures)}" if of else ", ".join(figures)


def _has_money(found: Found) -> bool:
    return "money" in found.units.values()
