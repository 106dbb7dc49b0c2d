"""The same features as state that is carried forward, event by event: what an online store has to hold and to answer.

Plain Python, one fact and one probe at a time. The batch is compared with it; a store in another language can be, too.
"""

from __future__ import annotations

import operator
from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime
from math import sqrt
from typing import Any

from pipelines.features.conditions import Condition, parse
from pipelines.features.feature import NEED_PROBE, Feature, FeatureSet
from pipelines.features.units import FRACTIONS, number

Row = Mapping[str, Any]


class OnlineState:
    """What is known about every entity of a feature set, up to the longest window.

    Time runs forward: facts come in the order of ``available_at``, probes in the order of ``at``, and a probe is asked
    before the facts of its own second, or of later ones, or after them: it sees earlier seconds only.

    ``own`` features are left out: they need no state.
    """

    def __init__(self, feature_set: FeatureSet) -> None:
        self.feature_set = feature_set
        self._readings = {feature.name: _Reading(feature) for feature in feature_set.features}
        self._entities: dict[tuple[str, Any], _Entity] = {}
        self._expiring: deque[tuple[int, tuple[str, Any]]] = deque()

    def update(self, fact: Row) -> None:
        """Take in a fact; one that is never available is none."""
        if fact["available_at"] is None:
            return
        second = _second(fact["available_at"])
        for name in self.feature_set.entity_names:
            if (key := self._key(name, fact)) is not None:
                if key not in self._entities:
                    self._entities[key] = _Entity(self.feature_set.of_entity(name), self._readings)
                self._entities[key].update(second, fact)
                self._expiring.append((second, key))

    def features(self, probe: Row, at: datetime) -> dict[str, float | None]:
        """All features of a probe at a moment, which forgets what left the longest window.

        Args:
            probe: the columns of the entities' keys, and those that ratios and z-scores compare.
            at: not earlier than in the calls before.
        """
        second = _second(at)
        self._forget(second)
        found: dict[str, float | None] = {}
        for name in self.feature_set.entity_names:
            features = self.feature_set.of_entity(name)
            key = self._key(name, probe)
            entity = self._entities.get(key) if key else None
            if key and not entity:
                entity = _Entity(features, self._readings)  # not seen in any window: counts are 0
            for feature in features:
                found[feature.name] = entity.answer(feature, probe, second) if entity else None
        return {name: found[name] for name in self._readings}

    def _key(self, name: str, row: Row) -> tuple[str, Any] | None:
        values = tuple(row[key] for key in self.feature_set.entity(name).keys)
        return None if None in values else (name, values)

    def _forget(self, second: int) -> None:
        """Drop entities of which nothing happened within the longest window."""
        earliest = second - self.feature_set.longest_window * 86_400
        while self._expiring and self._expiring[0][0] < earliest:
            _, key = self._expiring.popleft()
            if key in self._entities and self._entities[key].newest < earliest:
                del self._entities[key]


class _Reading:
    """What a feature takes from a fact."""

    def __init__(self, feature: Feature) -> None:
        self.feature = feature
        self.where: Condition | None = parse(feature.where) if feature.where else None
        self.share = parse(str(feature.column)) if feature.aggregation == "share" else None

    def value(self, fact: Row) -> Any:
        """The value that counts; None where the fact does not."""
        if self.where and not self.where.holds(fact):
            return None
        if self.share:
            holds = self.share.holds(fact)
            return None if holds is None else int(holds)
        column = self.feature.column
        if not column:
            return 1
        return fact[column] if self.feature.aggregation == "distinct" else number(fact[column])


class _Entity:
    """What is known about one entity: for each feature a window, and one more for a baseline."""

    def __init__(self, features: tuple[Feature, ...], readings: Mapping[str, _Reading]) -> None:
        self.newest = 0
        self._readings = {feature.name: readings[feature.name] for feature in features}
        self._windows = {f.name: _Window(f.seconds, f.aggregation) for f in features}
        self._baselines = {
            f.name: _Window(f.baseline_seconds, "count") for f in features if f.baseline_seconds
        }

    def update(self, second: int, fact: Row) -> None:
        self.newest = second
        for windows in (self._windows, self._baselines):
            for name, window in windows.items():
                if (value := self._readings[name].value(fact)) is not None:
                    window.arriving.append((second, value))

    def answer(self, feature: Feature, probe: Row, second: int) -> float | None:
        window = self._windows[feature.name]
        window.move(second)
        if feature.aggregation == "velocity":
            baseline = self._baselines[feature.name]
            baseline.move(second)
            usual = len(baseline.facts) * window.seconds
            return len(window.facts) * baseline.seconds / usual if usual else None
        return window.answer(second, number(probe[str(feature.column)]) if window.compares else None)


class _Window:
    """The facts of the last so many seconds, and what changes by little when one comes or goes.

    Sums are of whole numbers of a unit, so what went leaves no trace. The greatest, or the least, is at the head of a
    queue from which each newcomer removes those that it outdoes.
    """

    def __init__(self, seconds: int, aggregation: str) -> None:
        self.seconds = seconds
        self.arriving: deque[tuple[int, Any]] = deque()
        self.facts: deque[tuple[int, Any]] = deque()
        self.compares = aggregation in NEED_PROBE
        self._aggregation = aggregation
        self._counts: Counter[Any] = Counter()
        self._total = self._squares = 0
        self._queue: deque[tuple[int, Any]] = deque()

    def move(self, second: int) -> None:
        """Let in what happened before a second, and out what is too old for it."""
        while self.arriving and self.arriving[0][0] < second:
            self._enter(*self.arriving.popleft())
        while self.facts and self.facts[0][0] < second - self.seconds:
            self._leave(*self.facts.popleft())

    def _enter(self, second: int, value: Any) -> None:
        self.facts.append((second, value))
        if self._aggregation == "distinct":
            self._counts[value] += 1
        elif self._aggregation in ("min", "max"):
            better = operator.ge if self._aggregation == "max" else operator.le
            while self._queue and better(value, self._queue[-1][1]):
                self._queue.pop()
            self._queue.append((second, value))
        else:
            self._add(value, 1)

    def _leave(self, second: int, value: Any) -> None:
        if self._aggregation == "distinct":
            self._counts[value] -= 1
            self._counts += Counter()  # without those that are at 0
        elif self._aggregation in ("min", "max"):
            while self._queue and self._queue[0][0] <= second:
                self._queue.popleft()
        else:
            self._add(value, -1)

    def _add(self, value: float, sign: int) -> None:
        units = round(value * FRACTIONS)
        self._total += sign * units
        self._squares += sign * units * units

    def answer(self, second: int, own: float | None) -> float | None:
        """The feature, of the facts that are in the window now."""
        count = len(self.facts)
        match self._aggregation:
            case "count":
                return count
            case "sum":
                return self._total / FRACTIONS
            case "distinct":
                return len(self._counts)
        if not count or (self.compares and own is None):
            return None
        return self._of_some(second, count, round((own or 0) * FRACTIONS))

    def _of_some(self, second: int, count: int, own: int) -> float | None:
        spread = sqrt((count * self._squares - self._total**2) / (count * (count - 1))) if count > 1 else None
        match self._aggregation:
            case "mean" | "share":
                return self._total / (count * FRACTIONS)
            case "std":
                return None if spread is None else spread / FRACTIONS
            case "min" | "max":
                return float(self._queue[0][1])
            case "last":
                newest = self.facts[-1][0]
                return float(max(value for at, value in reversed(self.facts) if at == newest))
            case "seconds_since_last":
                return second - self.facts[-1][0]
            case "seconds_since_first":
                return second - self.facts[0][0]
            case "ratio":
                return own * count / self._total if self._total else None
            case _:  # zscore
                return (own * count - self._total) / (count * spread) if spread else None


def _second(moment: datetime) -> int:
    return int(moment.timestamp() // 1)
