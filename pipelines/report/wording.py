"""Figures as they are read."""

from __future__ import annotations

from pipelines.base.money import to_major
from pipelines.metrics.shared.metric import Metric

NONE = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def amount(minor: int, currency: str, *, unit: bool = False) -> str:
    """An amount as it is shown: 1234567 of USD is 12,345.67."""
    shown = f"{to_major(minor, currency):,}".replace("-", "−")
    return f"{shown} {currency}" if unit else shown


def rate(value: float) -> str:
    """A share: with two places below ten per cent, for those that are small are compared closely."""
    return f"{100 * value:.{1 if abs(value) >= 0.1 else 2}f} %".replace("-", "−")


def duration(seconds: float) -> str:
    """Seconds, minutes, hours or days, whichever are few."""
    for size, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def figure(metric: Metric, value: float | None, currency: str | None = None) -> str:
    """A metric's value; a dash where it has none."""
    if value is None:
        return NONE
    match metric.unit:
        case "money":
            return amount(round(value), currency, unit=True) if currency else NONE
        case "rate":
            return rate(value)
        case "duration":
            return duration(value)
    return f"{value:,.0f}".replace("-", "−")
