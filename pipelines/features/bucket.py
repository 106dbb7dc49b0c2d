"""Facts and probes of one bucket of rows in one order, and which facts each probe may see.

Facts are sorted once by entity and second. A window is then a span of positions ``[low, high)``, found by binary
search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.features.units import LIMIT

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


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


class Sight:
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


class Stream:
    """The facts that have a value in a column and for which a condition holds, with what is summed up along them."""

    def __init__(self, sight: Sight, column: str | None, where: str | None) -> None:
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
        """Second from which each member is known."""
        return self.sight.available_at[self.members]

    @cached_property
    def values(self) -> Any:
        """The column of each member."""
        return self.sight.bucket.values[str(self.column)][self.sight.facts[self.members]]

    @cached_property
    def whole(self) -> Ints:
        """The values, as whole numbers of the unit."""
        return in_units(self.values, self.units)

    @cached_property
    def sums(self) -> Any:
        """Running sums of the values, as whole numbers of the unit."""
        return _running(self.whole)

    @cached_property
    def squares(self) -> tuple[Ints, Floats]:
        """Running sums of squares: exact but modulo 2⁶⁴, and about. Together they are exact."""
        return _running(self.whole * self.whole), _running(self.whole.astype(np.float64) ** 2)

    @cached_property
    def greatest(self) -> Callable[[Ints, Ints], Floats]:
        """Answers which value is the greatest in spans."""
        return _greatest(self.values)

    @cached_property
    def least(self) -> Callable[[Ints, Ints], Floats]:
        """Answers which value is the least in spans."""
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
        """For each member, the position of the first probe that may see it."""
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


def in_units(values: Any, units: int) -> Ints:
    """Values as whole numbers of a unit."""
    return np.asarray(np.rint(values * units), dtype=np.int64)


def _running(values: Any) -> Any:
    """Sums of the first 0, 1, 2, … values."""
    sums = np.zeros(len(values) + 1, dtype=np.float64 if values.dtype == np.float64 else np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


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
