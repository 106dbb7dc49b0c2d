"""Whether a figure has changed by more than it moves from day to day anyway.

Each day of a period is one observation. Of a sum, the means of a day in two periods are compared (Welch's test); of a
sum over a sum the rates, with the deviations ``up - rate·down`` of the days (the ratio estimator). Where days differ
less than counts do by chance alone (Poisson's variance of counts, the binomial of shares of them), the latter counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, variance
from typing import Literal

from pipelines.metrics.shared.decomposition import Sides

Verdict = Literal["more than noise", "perhaps noise", "no more than noise", "too little to say"]

SURE = 0.01
"""Below this chance of such a difference by noise alone, it is said to be more."""

PERHAPS = 0.05

FEWEST_EVENTS = 10
"""Counted things in both periods together, below which nothing is said."""

FEWEST_DAYS = 4
"""Days in each period, below which their differences say too little of how days differ."""


KNOWN = 1_000
"""Degrees of freedom of a variance that is not estimated."""


@dataclass(frozen=True)
class Noise:
    """What is said of a change.

    Attributes:
        verdict: in words.
        chance: of a difference as great or greater where nothing has changed; None where it cannot be told.
        why: what the verdict rests on.
    """

    verdict: Verdict
    chance: float | None
    why: str


@dataclass(frozen=True)
class _Mean:
    """A figure of one period: its value, how uncertain that is, and from how many days that was seen."""

    value: float
    variance: float | None
    days: int

    @property
    def freedom(self) -> int:
        """Degrees of freedom of its variance: what counts do by chance is known without looking at the days."""
        return self.days - 1 if self.days >= FEWEST_DAYS else KNOWN


def judged(before: Sequence[Sides], after: Sequence[Sides], *, counts: bool) -> Noise:
    """Whether two periods differ by more than noise.

    Args:
        before, after: sides of each day, those of days without rows among them.
        counts: the numerator counts things, and so does the denominator, where there is one.
    """
    if counts and (events := sum(float(abs(one.up)) for one in (*before, *after))) < FEWEST_EVENTS:
        return Noise(
            "too little to say",
            None,
            f"{events:,.0f} in both periods together; nothing is said of fewer than {FEWEST_EVENTS}",
        )
    one, other = (_mean(days, (*before, *after), counts=counts) for days in (before, after))
    if one is None or other is None:
        return Noise("too little to say", None, "there is nothing to divide by in one of the periods")
    if one.variance is None or other.variance is None:
        return Noise("too little to say", None, f"a period has fewer than {FEWEST_DAYS} days")
    return _compared(one, other)


def _compared(one: _Mean, other: _Mean) -> Noise:
    spread = sqrt((one.variance or 0) + (other.variance or 0))
    difference = other.value - one.value
    days = f"by how days differ within the {one.days} and {other.days} days"
    if not spread:
        same = not difference
        return Noise(
            "no more than noise" if same else "more than noise",
            1.0 if same else 0.0,
            "all days of a period are alike",
        )
    chance = _chance(difference / spread, one.freedom + other.freedom)
    verdict: Verdict = (
        "more than noise" if chance < SURE else "perhaps noise" if chance < PERHAPS else "no more than noise"
    )
    return Noise(verdict, chance, f"{abs(difference / spread):.1f} standard errors, {days}")


def _chance(t: float, freedom: int) -> float:
    """Of so great a value of Student's t, either way: the normal distribution's, corrected for few days (Wallace)."""
    z = t * (1 - 1 / (4 * freedom)) / sqrt(1 + t * t / (2 * freedom))
    return 2 * NormalDist().cdf(-abs(z))


def _mean(days: Sequence[Sides], all_days: Sequence[Sides], *, counts: bool) -> _Mean | None:
    if not days or days[0].down is None:
        return _of_sum(days, all_days, counts=counts)
    return _of_rate(days, all_days, counts=counts)


def _of_sum(days: Sequence[Sides], all_days: Sequence[Sides], *, counts: bool) -> _Mean | None:
    each = [float(one.up) for one in days]
    if not each:
        return None
    by_days = variance(each) / len(each) if len(each) >= FEWEST_DAYS else None
    mean_of_all = sum(float(one.up) for one in all_days) / len(all_days)
    by_chance = abs(mean_of_all) / len(each) if counts else None
    return _Mean(sum(each) / len(each), _greater(by_days, by_chance), len(each))


def _of_rate(days: Sequence[Sides], all_days: Sequence[Sides], *, counts: bool) -> _Mean | None:
    up, down = _sums(days)
    if not down:
        return None
    rate, number = up / down, len(days)
    off = sum((float(one.up) - rate * float(one.down or 0)) ** 2 for one in days)
    by_days = off * number / (number - 1) / down**2 if number >= FEWEST_DAYS else None
    ups, downs = _sums(all_days)
    of_all = abs(ups / downs) if downs else 0.0
    by_chance = (of_all * (1 - of_all) if of_all <= 1 else of_all) / abs(down) if counts else None
    return _Mean(rate, _greater(by_days, by_chance), number)


def _sums(days: Sequence[Sides]) -> tuple[float, float]:
    return sum(float(one.up) for one in days), sum(float(one.down or 0) for one in days)


def _greater(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
