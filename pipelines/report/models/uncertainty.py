"""How far a figure may be off because there were so few frauds: 95 % intervals."""

from __future__ import annotations

from math import sqrt

Z = 1.96
"""Standard errors on each side."""

Interval = tuple[float, float]


def of_rate(rate: float, count: float) -> Interval | None:
    """Wilson's interval of a share of so many cases; None where there is none."""
    if count <= 0:
        return None
    centre = (rate + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * sqrt(rate * (1 - rate) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def of_auc(auc: float, fraud: int, good: int) -> Interval | None:
    """The interval of an area under the curve by Hanley and McNeil (1982); None without fraud or good payments.

    Where no pair is in the wrong order, or none in the right one, that formula knows no doubt: Wilson's interval for so
    many frauds stands in.
    """
    if not fraud or not good:
        return None
    if auc in (0.0, 1.0):
        return of_rate(auc, min(fraud, good))
    both_frauds, both_good = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc) + (fraud - 1) * (both_frauds - auc**2) + (good - 1) * (both_good - auc**2)
    ) / (fraud * good)
    half = Z * sqrt(max(variance, 0.0))
    return max(auc - half, 0.0), min(auc + half, 1.0)


def words(interval: Interval | None, digits: int = 2) -> str:
    """An interval as it is shown; a dash where there is none."""
    return f"{interval[0]:.{digits}f}–{interval[1]:.{digits}f}" if interval else "–"
