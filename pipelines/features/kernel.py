"""All features of one entity type for one bucket of rows: numpy, without a loop over rows or entities.

Each aggregation is a way to look at many spans of facts at once: differences of running sums, which are exact because
they are sums of whole numbers; two overlapping blocks of a table of powers of two for the greatest and least; for
distinct values, the stretch of probes for which a fact is the newest of its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.features.bucket import Bucket, Floats, Ints, Sight, Stream, in_units

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


def compute(bucket: Bucket, wanted: Sequence[Wanted]) -> dict[str, Floats]:
    """Each feature for each row of a bucket; NaN where there is none, as for rows that are no probes."""
    probes = np.flatnonzero(bucket.is_probe & bucket.known)
    found = {feature.name: np.full(len(bucket.at), np.nan) for feature in wanted}
    if not len(probes) or not wanted:
        return found
    sight = Sight(bucket, probes, max(feature.longest for feature in wanted))
    streams: dict[tuple[str | None, str | None], Stream] = {}
    for feature in wanted:
        counted = (feature.column, feature.where)
        if counted not in streams:
            streams[counted] = Stream(sight, *counted)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[feature.name][sight.probes] = _AGGREGATIONS[feature.aggregation](streams[counted], feature)
    return found


def _count(stream: Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return (high - low).astype(np.float64)


def _sum(stream: Stream, feature: Wanted) -> Floats:
    return np.asarray(_total(stream, feature) / stream.units, dtype=np.float64)


def _total(stream: Stream, feature: Wanted) -> Any:
    low, high = stream.spans(feature.seconds)
    return stream.sums[high] - stream.sums[low]


def _mean(stream: Stream, feature: Wanted) -> Floats:
    return np.asarray(_total(stream, feature) / _count(stream, feature) / stream.units, dtype=np.float64)


def _std(stream: Stream, feature: Wanted) -> Floats:
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


def _min(stream: Stream, feature: Wanted) -> Floats:
    return stream.least(*stream.spans(feature.seconds))


def _max(stream: Stream, feature: Wanted) -> Floats:
    return stream.greatest(*stream.spans(feature.seconds))


def _last(stream: Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return _where_any(low, high, high - 1, lambda: stream.newest)


def _distinct(stream: Stream, feature: Wanted) -> Floats:
    """Each fact stands for its value from where it is seen to where it leaves or a newer one takes over."""
    sight = stream.sight
    until = np.minimum(sight.seen_until(feature.seconds)[stream.members], stream.replaced)
    size = len(sight.asked) + 1
    change = np.bincount(stream.seen_from, minlength=size) - np.bincount(until, minlength=size)
    return np.cumsum(change)[:-1].astype(np.float64)


def _seconds_since_last(stream: Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return stream.sight.at - _where_any(low, high, high - 1, lambda: stream.available_at)


def _seconds_since_first(stream: Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    return stream.sight.at - _where_any(low, high, low, lambda: stream.available_at)


def _ratio(stream: Stream, feature: Wanted) -> Floats:
    """The mean is the total by the count; multiplied before it is divided, nothing is lost."""
    low, high = stream.spans(feature.seconds)
    return _of_asking(stream, lambda own: own * (high - low) / _total(stream, feature))


def _zscore(stream: Stream, feature: Wanted) -> Floats:
    low, high = stream.spans(feature.seconds)
    spread = _std(stream, feature) * (high - low) * stream.units
    return _of_asking(stream, lambda own: (own * (high - low) - _total(stream, feature)) / spread)


def _of_asking(stream: Stream, compared: Callable[[Ints], Any]) -> Floats:
    """What becomes of the probes' own values, as whole numbers of the unit; NaN where there is none."""
    bucket, probes, name = stream.sight.bucket, stream.sight.probes, str(stream.column)
    own = in_units(bucket.values[name][probes], stream.units)
    return _defined(np.where(bucket.valid[name][probes], compared(own), np.nan))


def _velocity(stream: Stream, feature: Wanted) -> Floats:
    """Multiplied before it is divided: both products are whole numbers, and exact."""
    low, high = stream.spans(feature.baseline_seconds or 0)
    usual = (high - low) * float(feature.seconds)
    return _defined(_count(stream, feature) * float(feature.baseline_seconds or 0) / usual)


_AGGREGATIONS: Mapping[str, Callable[[Stream, Wanted], Floats]] = {
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


def _defined(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _where_any(low: Ints, high: Ints, position: Ints, values: Callable[[], Any]) -> Floats:
    """Values at positions; NaN for spans that hold nothing."""
    some = high > low
    found = np.full(len(low), np.nan)
    if some.any():
        found[some] = values()[position[some]]
    return found
