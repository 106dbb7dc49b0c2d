"""A change of a sum, or of a sum over a sum, split over the values of a dimension: the parts add up to it exactly.

Of a sum every value's part is what its own sum has changed by. A rate changes for two reasons: its values' own rates
change, and the values have other shares of the denominator than before. With ``r`` the rate of a value, ``w`` its
share, ``R`` the rate of all, a bar for the mean of both periods and a Δ for the difference,

    rate part = w̄·Δr        mix part = (r̄ - R̄)·Δw        sum of all parts = ΔR

A value that is there in one period alone has that period's rate in both, so that its part is mix. All is computed in
fractions: nothing is rounded before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.metrics.shared.metric import Number


@dataclass(frozen=True)
class Sides:
    """What is divided by what; by nothing where ``down`` is None."""

    up: Fraction
    down: Fraction | None = None

    @classmethod
    def of(cls, up: Number | None, down: Number | None = None, *, is_rate: bool = False) -> Sides:
        """Sides of what a query has found: no row at all is a sum of 0."""
        return cls(Fraction(up or 0), Fraction(down or 0) if is_rate else None)

    @property
    def figure(self) -> Fraction | None:
        """The sum, or the rate; None where there is nothing to divide by."""
        if self.down is None:
            return self.up
        return self.up / self.down if self.down else None

    def __add__(self, other: Sides) -> Sides:
        down = None if self.down is None or other.down is None else self.down + other.down
        return Sides(self.up + other.up, down)


Pair = tuple[Sides, Sides]
"""The same in the period before, and in the one after."""


@dataclass(frozen=True)
class Part:
    """What one value of a dimension has to do with a change.

    Attributes:
        value: of the dimension; None for rows without one.
        before, after: its own sides.
        rate: what its own sum or rate has changed.
        mix: what is due to its share of the denominator; 0 of a sum.
        excess: how far the part is from what it were if all values had moved alike.
    """

    value: object
    before: Sides
    after: Sides
    rate: Fraction
    mix: Fraction
    excess: Fraction

    @property
    def whole(self) -> Fraction:
        """What it adds to the change."""
        return self.rate + self.mix


def total(pairs: Iterable[Pair], *, is_rate: bool) -> Pair:
    """The sides of all values together."""
    nothing = Sides.of(0, is_rate=is_rate)
    before = after = nothing
    for one, other in pairs:
        before, after = before + one, after + other
    return before, after


def split(values: Mapping[object, Pair], *, is_rate: bool) -> list[Part]:
    """The parts of a change, those that explain most first; none where a period has nothing to divide by."""
    before, after = total(values.values(), is_rate=is_rate)
    if before.figure is None or after.figure is None:
        return []
    parts = [
        _of_rate(value, pair, before, after) if is_rate else _of_sum(value, pair, before, after)
        for value, pair in values.items()
    ]
    return sorted(parts, key=lambda part: (-abs(part.whole), str(part.value)))


def _of_sum(value: object, pair: Pair, before: Sides, after: Sides) -> Part:
    changed = pair[1].up - pair[0].up
    change = after.up - before.up
    of, whole = (pair[0], before) if before.up else (pair[1], after)
    share = of.up / whole.up if whole.up else Fraction(0)
    return Part(value, *pair, rate=changed, mix=Fraction(0), excess=changed - share * change)


def _of_rate(value: object, pair: Pair, before: Sides, after: Sides) -> Part:
    assert before.down
    assert after.down
    one, other = pair
    share, later = (one.down or 0) / before.down, (other.down or 0) / after.down
    of_all = (before.up / before.down + after.up / after.down) / 2
    own = [side.figure for side in pair if side.figure is not None]
    mean = sum(own, Fraction(0)) / len(own) if own else of_all
    changed = other.up / after.down - one.up / before.down
    rate = changed - mean * (later - share)
    mix = (mean - of_all) * (later - share)
    change = after.up / after.down - before.up / before.down
    return Part(value, *pair, rate=rate, mix=mix, excess=rate + mix - (share + later) / 2 * change)
