"""All features of one entity type for one bucket of rows: numpy, without a loop over rows or entities.

Facts are sorted once by entity and second. A window is then a span of positions ``[low, high)``, found by binary
search, and each aggregation is a way to look at many spans at once: differences of running sums, which are exact
because they are sums of whole numbers; two overlapping blocks of a table of powers of two for the greatest and least;
for distinct values, the stretch of probes for which a fact is the newest of its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.features.units import LIMIT

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

WRAP = float(2**64)
"""Running sums of squares count modulo this."""


@dataclass(frozen=True)
class Wanted:
    """A feature as the kernel sees it: names are those of a bucket's columns.

    Attributes:
        name: what it is called in the result.
        aggregation: what is made of the facts.
        seconds: length of the window.
        baseline_seconds: length of the longer window, for velocity.
        column: what is aggregated; None where nothing is.
        where: flags that say which facts count; None for all.
    """

    name: str
    aggregation: str
    seconds: int
    baseline_seconds: int | None = None
    column: str | None = None
    where: str | None = None

    @property
    def longest(self) -> int:
        """The longest that it looks back."""
        return max(self.seconds, self.baseline_seconds or 0)


@dataclass(frozen=True)
class Bucket:
    """Rows of many entities, each with all of its facts and probes. A row may be a fact, a probe, or both.

    Attributes:
        entity: a number that stands for the row's entity; of no meaning where ``known`` is false.
        known: whether the row has an entity.
        available_at: second from which the row is known as a fact.
        is_fact: whether it is one.
        at: second that the row asks about as a probe.
        is_probe: whether it asks.
        values: by column: values in units, or for ``distinct`` numbers that stand for values.
        valid: by column: where there is a value.
        flags: by condition: where it holds.
        units: by column: units in a 1.
    """

    entity: Ints
    known: Flags
    available_at: Ints
    is_fact: Flags
    at: Ints
    is_probe: Flags
    values: Mapping[str, Floats | Ints]
    valid: Mapping[str, Flags]
    flags: Mapping[str, Flags]
    units: Mapping[str, int]


def compute(bucket: Bucket, wanted: Sequence[Wanted]) -> dict[str, Floats]:
    """Each feature for each row of a bucket; NaN where there is none, as for rows that are no probes."""
    probes = np.flatnonzero(bucket.is_probe & bucket.known)
    found = {feature.name: np.full(len(bucket.at), np.nan) for feature in wanted}
    if not len(probes) or not wanted:
        return found
    sight = _Sight(bucket, probes, max(feature.longest for feature in wanted))
    streams: dict[tuple[str | None, str | None], _Stream] = {}
    for feature in wanted:
        counted = (feature.column, feature.where)
        if counted not in streams:
            streams[counted] = _Stream(sight, *counted)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[feature.name][sight.probes] = _AGGREGATIONS[feature.aggregation](streams[counted], feature)
    return found


class _Sight:
    """Facts and probes of a bucket in one order: by entity, then by second. A *place* is that order as a number."""

    def __init__(self, bucket: Bucket, probes: Ints, longest: int) -> None:
        self.bucket = bucket
        at = bucket.at[probes]
        origin, end = int(at.min()) - longest, int(at.max())
        within = (bucket.available_at >= origin) & (bucket.available_at < end)
        facts = np.flatnonzero(bucket.is_fact & bucket.known & within)
        self.facts = facts[np.lexsort((bucket.available_at[facts], bucket.entity[facts]))]
        entity = bucket.entity[self.facts]
        first = np.append(True, entity[1:] != entity[:-1])[: len(entity)]
        self.group = np.cumsum(first) - 1
        self.span = end - origin + 1
        self.available_at = bucket.available_at[self.facts]
        self.places = self.group * self.span + (self.available_at - origin)
        asked = _positions(entity[first], bucket.entity[probes]) * self.span + (at - origin)
        order = np.argsort(asked, kind="stable")
        self.probes, self.asked = probes[order], asked[order]
        self.at = bucket.at[self.probes]
        self._low: dict[int, Ints] = {}

    @cached_property
    def high(self) -> Ints:
        """For each probe, the position behind the last fact that it may see."""
        return _found(self.places, self.asked, "left")

    def low(self, seconds: int) -> Ints:
        """For each probe, the position of the first fact in a window."""
        if seconds not in self._low:
            self._low[seconds] = _found(self.places, self.asked - seconds, "left")
        return self._low[seconds]

    @cached_property
    def seen_from(self) -> Ints:
        """For each fact, the position of the first probe that may see it."""
        return _found(self.asked, self.places, "right")

    def seen_until(self, seconds: int) -> Ints:
        """For each fact, the position behind the last probe of its entity whose window reaches back to it."""
        last = (self.group + 1) * self.span - 1
        return _found(self.asked, np.minimum(self.places + seconds, last), "right")


class _Stream:
    """The facts that have a value in a column and for which a condition holds, with what is summed up along them."""

    def __init__(self, sight: _Sight, column: str | None, where: str | None) -> None:
        self.sight = sight
        counts = np.ones(len(sight.facts), dtype=bool)
        if column:
            counts &= sight.bucket.valid[column][sight.facts]
        if where:
            counts &= sight.bucket.flags[where][sight.facts]
        self.members = np.flatnonzero(counts)
        self.before = None if len(self.members) == len(counts) else _running(counts)
        self.column = column
        self.units = sight.bucket.units[column] if column else 1

    def spans(self, seconds: int) -> tuple[Ints, Ints]:
        """For each probe, the positions among the members that are in its window."""
        low, high = self.sight.low(seconds), self.sight.high
        return (low, high) if self.before is None else (self.before[low], self.before[high])

    @cached_property
    def available_at(self) -> Ints:
        return self.sight.available_at[self.members]

    @cached_property
    def values(self) -> Any:
        return self.sight.bucket.values[str(self.column)][self.sight.facts[self.members]]

    @cached_property
    def whole(self) -> Ints:
        """The values, as whole numbers of the unit."""
        return _whole(self.values, self.units)

    @cached_property
    def sums(self) -> Any:
        return _running(self.whole)

    @cached_property
    def squares(self) -> tuple[Ints, Floats]:
        """Running sums of squares: exact but modulo 2⁶⁴, and about. Together they are exact."""
        return _running(self.whole * self.whole), _running(self.whole.astype(np.float64) ** 2)

    @cached_property
    def greatest(self) -> Callable[[Ints, Ints], Floats]:
        return _greatest(self.values)

    @cached_property
    def least(self) -> Callable[[Ints, Ints], Floats]:
        found = _greatest(-self.values)
        return lambda low, high: -found(low, high)

    @cached_property
    def newest(self) -> Floats:
        """Up to each position, the greatest value of the newest second; a window's end never cuts a second."""
        places = self.sight.places[self.members]
        first = np.append(True, places[1:] != places[:-1])[: len(places)]
        starts = np.flatnonzero(first)
        return np.asarray(np.maximum.reduceat(self.values, starts)[np.cumsum(first) - 1], dtype=np.float64)

    @cached_property
    def seen_from(self) -> Ints:
        return self.sight.seen_from[self.members]

    @cached_property
    def replaced(self) -> Ints:
        """For each member, the first probe that sees a newer one of the same entity with the same value."""
        group = self.sight.group[self.members]
        order = np.lexsort((self.values, group))
        one, other = order[:-1], order[1:]
        same = (group[one] == group[other]) & (self.values[one] == self.values[other])
        found = np.full(len(order), len(self.sight.asked))
        found[one[same]] = self.seen_from[other[same]]
        return found


def _count(stream: _Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return (high - low).astype(np.float64)


def _sum(stream: _Stream, feature: Wanted) -> Floats:
    return np.asarray(_total(stream, feature) / stream.units, dtype=np.float64)


def _total(stream: _Stream, feature: Wanted) -> Any:
    low, high = stream.spans(feature.seconds)
    return stream.sums[high] - stream.sums[low]


def _mean(stream: _Stream, feature: Wanted) -> Floats:
    return np.asarray(_total(stream, feature) / _count(stream, feature) / stream.units, dtype=np.float64)


def _std(stream: _Stream, feature: Wanted) -> Floats:
    """Squares are summed up around the whole number nearest to the mean, so that nothing cancels out."""
    low, high = stream.spans(feature.seconds)
    count, total = high - low, _total(stream, feature)
    some = np.maximum(count, 1)
    centre = total // some
    centre += 2 * (total - centre * some) >= some
    exact, about = (running[high] - running[low] for running in stream.squares)
    exact = exact - 2 * centre * total + count * centre * centre
    middle = centre.astype(np.float64)
    about = about - 2 * middle * total + count * middle * middle
    squares = exact + np.rint((about - exact) / WRAP) * WRAP
    off = (total - count * centre).astype(np.float64)
    variance = np.maximum(squares - off * off / some, 0) / (count - 1)
    return np.where(count > 1, np.sqrt(variance), np.nan) / stream.units


def _min(stream: _Stream, feature: Wanted) -> Floats:
    return stream.least(*stream.spans(feature.seconds))


def _max(stream: _Stream, feature: Wanted) -> Floats:
    return stream.greatest(*stream.spans(feature.seconds))


def _last(stream: _Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return _where_any(low, high, high - 1, lambda: stream.newest)


def _distinct(stream: _Stream, feature: Wanted) -> Floats:
    """Each fact stands for its value from where it is seen to where it leaves or a newer one takes over."""
    sight = stream.sight
    until = np.minimum(sight.seen_until(feature.seconds)[stream.members], stream.replaced)
    size = len(sight.asked) + 1
    change = np.bincount(stream.seen_from, minlength=size) - np.bincount(until, minlength=size)
    return np.cumsum(change)[:-1].astype(np.float64)


def _seconds_since_last(stream: _Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return stream.sight.at - _where_any(low, high, high - 1, lambda: stream.available_at)


def _seconds_since_first(stream: _Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return stream.sight.at - _where_any(low, high, low, lambda: stream.available_at)


def _ratio(stream: _Stream, feature: Wanted) -> Floats:
    """The mean is the total by the count; multiplied before it is divided, nothing is lost."""
    low, high = stream.spans(feature.seconds)
    return _of_asking(stream, lambda own: own * (high - low) / _total(stream, feature))


def _zscore(stream: _Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    spread = _std(stream, feature) * (high - low) * stream.units
    return _of_asking(stream, lambda own: (own * (high - low) - _total(stream, feature)) / spread)


def _of_asking(stream: _Stream, compared: Callable[[Ints], Any]) -> Floats:
    """What becomes of the probes' own values, as whole numbers of the unit; NaN where there is none."""
    bucket, probes, name = stream.sight.bucket, stream.sight.probes, str(stream.column)
    own = _whole(bucket.values[name][probes], stream.units)
    return _defined(np.where(bucket.valid[name][probes], compared(own), np.nan))


def _velocity(stream: _Stream, feature: Wanted) -> Floats:
    """Multiplied before it is divided: both products are whole numbers, and exact."""
    low, high = stream.spans(feature.baseline_seconds or 0)
    usual = (high - low) * float(feature.seconds)
    return _defined(_count(stream, feature) * float(feature.baseline_seconds or 0) / usual)


_AGGREGATIONS: Mapping[str, Callable[[_Stream, Wanted], Floats]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "std": _std,
    "min": _min,
    "max": _max,
    "last": _last,
    "distinct": _distinct,
    "share": _mean,
    "seconds_since_last": _seconds_since_last,
    "seconds_since_first": _seconds_since_first,
    "ratio": _ratio,
    "zscore": _zscore,
    "velocity": _velocity,
}


def plausible(values: Floats | Ints, units: int) -> Flags:
    """Where values are numbers that can be summed up exactly."""
    return np.abs(values.astype(np.float64)) < LIMIT / units  # false for NaN, too


def _found(sorted_places: Ints, places: Ints, side: Literal["left", "right"]) -> Ints:
    """Where places would stand among sorted ones: before or behind those that are equal."""
    return np.asarray(np.searchsorted(sorted_places, places, side=side), dtype=np.int64)


def _positions(sorted_values: Ints, values: Ints) -> Ints:
    """Where each value stands among sorted ones; behind all of them if it is not there."""
    found = np.searchsorted(sorted_values, values)
    there = np.append(sorted_values, 0)[found] == values
    return np.where(there & (found < len(sorted_values)), found, len(sorted_values))


def _whole(values: Any, units: int) -> Ints:
    return np.asarray(np.rint(values * units), dtype=np.int64)


def _running(values: Any) -> Any:
    """Sums of the first 0, 1, 2, … values."""
    sums = np.zeros(len(values) + 1, dtype=np.float64 if values.dtype == np.float64 else np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def _defined(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _where_any(low: Ints, high: Ints, position: Ints, values: Callable[[], Any]) -> Floats:
    """Values at positions; NaN for spans that hold nothing."""
    some = high > low
    found = np.full(len(low), np.nan)
    if some.any():
        found[some] = values()[position[some]]
    return found


def _greatest(values: Any) -> Callable[[Ints, Ints], Floats]:
    """Answers which value is the greatest in spans: a span is covered by two blocks of a power of two."""

    blocks = [values]

    def of_spans(low: Ints, high: Ints) -> Floats:
        found = np.full(len(low), np.nan)
        powers = np.frexp((high - low).astype(np.float64))[1] - 1
        for power in range(int(powers.max(initial=-1)) + 1):
            if power == len(blocks):
                half = 1 << (power - 1)
                blocks.append(np.maximum(blocks[-1][:-half], blocks[-1][half:]))
            at = np.flatnonzero((powers == power) & (high > low))
            found[at] = np.maximum(blocks[power][low[at]], blocks[power][high[at] - (1 << power)])
        return found

    return of_spans
