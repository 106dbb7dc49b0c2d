"""Whether a figure has changed by more than it moves from day to day anyway.

Each day of a period is one observation. Of a sum, the means of a day in two periods are compared (Welch's test); of a
sum over a sum the rates, with the deviations ``up - rate·down`` of the days (the ratio estimator). Where both periods
are as long and begin on the same weekday, days are compared in pairs, so that what weekdays differ by does not count.
Where days differ less than counts do by chance alone (Poisson's variance of counts, the binomial of shares of them),
the latter counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
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
    """A figure of one period.

    Attributes:
        value: a day's mean, or the rate.
        off: what each day adds to how far it may be off: the sum of the squares is its variance, but for n / (n - 1).
        by_chance: the least variance that counts have; None of what is not counted.
    """

    value: float
    off: tuple[float, ...]
    by_chance: float | None

    @property
    def days(self) -> int:
        """Days that were seen."""
        return len(self.off)


def judged(before: Sequence[Sides], after: Sequence[Sides], *, counts: bool, pairs: bool = False) -> Noise:
    """Whether two periods differ by more than noise.

    Args:
        before, after: sides of each day, those of days without rows among them.
        counts: the numerator counts things, and so does the denominator, where there is one.
        pairs: the first day of one period is compared with the first of the other, and so on.
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
    if min(one.days, other.days) < FEWEST_DAYS and not counts:
        return Noise("too little to say", None, f"a period has fewer than {FEWEST_DAYS} days")
    return _compared(one, other, pairs=pairs)


def _compared(one: _Mean, other: _Mean, *, pairs: bool) -> Noise:
    by_days, freedom = _by_days(one, other, pairs=pairs)
    by_chance = (one.by_chance or 0) + (other.by_chance or 0)
    spread, freedom = sqrt(max(by_days, by_chance)), freedom if by_days > by_chance else KNOWN
    difference = other.value - one.value
    if not spread:
        same = not difference
        verdict: Verdict = "no more than noise" if same else "more than noise"
        return Noise(verdict, 1.0 if same else 0.0, "all days of a period are alike")
    chance = _chance(difference / spread, freedom)
    verdict = (
        "more than noise" if chance < SURE else "perhaps noise" if chance < PERHAPS else "no more than noise"
    )
    how = f"{one.days} pairs of days" if pairs else f"days within the {one.days} and {other.days} days"
    return Noise(verdict, chance, f"{abs(difference / spread):.1f} standard errors, by how {how} differ")


def _by_days(one: _Mean, other: _Mean, *, pairs: bool) -> tuple[float, int]:
    """The variance of a difference that days show, with its degrees of freedom; none where there are too few days."""
    if min(one.days, other.days) < FEWEST_DAYS:
        return 0.0, KNOWN
    if pairs:
        differences = [late - early for early, late in zip(one.off, other.off, strict=True)]
        return _variance(differences), one.days - 1
    return _variance(one.off) + _variance(other.off), one.days + other.days - 2


def _variance(off: Sequence[float]) -> float:
    return sum(one * one for one in off) * len(off) / (len(off) - 1)


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
    mean, number = sum(each) / len(each), len(each)
    mean_of_all = sum(float(one.up) for one in all_days) / len(all_days)
    off = tuple((one - mean) / number for one in each)
    return _Mean(mean, off, abs(mean_of_all) / number if counts else None)


def _of_rate(days: Sequence[Sides], all_days: Sequence[Sides], *, counts: bool) -> _Mean | None:
    up, down = _sums(days)
    if not down:
        return None
    rate = up / down
    off = tuple((float(one.up) - rate * float(one.down or 0)) / down for one in days)
    ups, downs = _sums(all_days)
    of_all = abs(ups / downs) if downs else 0.0
    by_chance = (of_all * (1 - of_all) if of_all <= 1 else of_all) / abs(down)
    return _Mean(rate, off, by_chance if counts else None)


def _sums(days: Sequence[Sides]) -> tuple[float, float]:
    return sum(float(one.up) for one in days), sum(float(one.down or 0) for one in days)
