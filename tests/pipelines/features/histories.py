"""Small histories drawn by hypothesis, and what their features are by the plainest Python there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import isnan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from pipelines.features.bucket import Bucket, plausible
from pipelines.features.conditions import parse
from pipelines.features.feature import Entity, Feature, FeatureSet, over
from pipelines.features.kernel import Wanted, compute
from pipelines.features.units import FRACTIONS, LIMIT

Row = dict[str, Any]
Answer = float | None

START = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = (
    "card string, shop string, amount bigint, weight double, status string, is_night boolean, "
    "at timestamp, available_at timestamp"
)
DECLINED = "status = 'declined'"
DAY = "not is_night and status in ('paid', 'declined')"


def everything(entity: str, windows: str) -> tuple[Feature, ...]:
    """Each aggregation of each kind of column."""
    return (
        *over(f"{entity}_count", entity, "count", windows),
        *over(f"{entity}_declined", entity, "count", windows, where=DECLINED),
        *over(f"{entity}_sum", entity, "sum", windows, "amount"),
        *over(f"{entity}_declined_sum", entity, "sum", windows, "amount", where=DECLINED),
        *over(f"{entity}_mean", entity, "mean", windows, "amount"),
        *over(f"{entity}_weight_mean", entity, "mean", windows, "weight", where=DAY),
        *over(f"{entity}_std", entity, "std", windows, "amount"),
        *over(f"{entity}_weight_std", entity, "std", windows, "weight"),
        *over(f"{entity}_min", entity, "min", windows, "amount"),
        *over(f"{entity}_max", entity, "max", windows, "weight", where=DECLINED),
        *over(f"{entity}_last", entity, "last", windows, "amount"),
        *over(f"{entity}_amounts", entity, "distinct", windows, "amount"),
        *over(f"{entity}_statuses", entity, "distinct", windows, "status", where=DAY),
        *over(f"{entity}_night_share", entity, "share", windows, "is_night"),
        *over(f"{entity}_declined_share", entity, "share", windows, DECLINED),
        *over(f"{entity}_since_last", entity, "seconds_since_last", windows),
        *over(f"{entity}_since_first", entity, "seconds_since_first", windows, where=DECLINED),
        *over(f"{entity}_ratio", entity, "ratio", windows, "amount"),
        *over(f"{entity}_zscore", entity, "zscore", windows, "weight"),
        *over(f"{entity}_velocity", entity, "velocity", windows, baseline="30d"),
    )


EVERYTHING = FeatureSet(
    name="everything",
    doc="Each aggregation for one key and for two.",
    entities=(Entity("card", ("card",)), Entity("pair", ("card", "shop"))),
    features=(*everything("card", "5m 1d"), *everything("pair", "1h")),
)


def rows(facts: bool, at_least: int = 0, at_most: int = 25) -> st.SearchStrategy[list[Row]]:
    """Facts, or probes: few entities, many ties, times at the edges of windows, amounts of every size."""
    moments = st.builds(
        lambda steps, second: START + timedelta(seconds=sum(steps) + second),
        st.lists(st.sampled_from([300, 3_600, 86_400]), max_size=4),
        st.sampled_from([-1, 0, 0, 0.25, 1]),
    )
    amounts = st.one_of(
        st.none(), st.integers(-3, 3), st.integers(-(10**6), 10**6), st.integers(-LIMIT - 1, LIMIT + 1)
    )
    weights = st.one_of(
        st.none(), st.just(float("nan")), st.integers(-(10**9), 10**9).map(lambda ticks: ticks / FRACTIONS)
    )
    return st.lists(
        st.fixed_dictionaries(
            {
                "card": st.sampled_from(["a", "b", None]),
                "shop": st.sampled_from(["x", "y", "y", None]),
                "amount": amounts,
                "weight": weights,
                "status": st.sampled_from(["paid", "declined", "it's", None]),
                "is_night": st.sampled_from([True, False, None]),
                "at": st.none() if facts else moments,
                "available_at": st.one_of(moments, st.none()) if facts else st.none(),
            }
        ),
        min_size=at_least,
        max_size=at_most,
    )


def second(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def expected(feature: Feature, keys: Sequence[str], facts: Iterable[Row], probe: Row) -> Answer:
    """A feature, by looking at every fact."""
    if any(probe[key] is None for key in keys):
        return None
    at = second(probe["at"])

    def seen(window: int) -> list[Row]:
        mine = [f for f in facts if f["available_at"] and all(f[key] == probe[key] for key in keys)]
        mine = [f for f in mine if at - window <= second(f["available_at"]) < at]
        return [f for f in mine if _CONDITIONS[feature.where](f)]

    found = seen(feature.seconds)
    ages = [at - second(f["available_at"]) for f in found]
    match feature.aggregation:
        case "count":
            return len(found)
        case "seconds_since_last":
            return min(ages, default=None)
        case "seconds_since_first":
            return max(ages, default=None)
        case "velocity":
            usual = Fraction(len(seen(feature.baseline_seconds)), feature.baseline_seconds)
            return float(Fraction(len(found), feature.seconds) / usual) if usual else None
        case "share":
            known = [_CONDITIONS[feature.column](f) for f in found]
            known = [holds for holds in known if holds is not None]
            return sum(known) / len(known) if known else None
        case "distinct":
            return len({f[feature.column] for f in found} - {None})
    values = [_exact(f[feature.column]) for f in found if _exact(f[feature.column]) is not None]
    total, count = sum(values), len(values)
    if feature.aggregation == "sum":
        return float(total)
    if not count:
        return None
    squares = sum((value - total / count) ** 2 for value in values)
    own = _exact(probe[feature.column])
    match feature.aggregation:
        case "mean":
            return float(total / count)
        case "std":
            return sqrt(squares / (count - 1)) if count > 1 else None
        case "min":
            return float(min(values))
        case "max":
            return float(max(values))
        case "last":
            newest = [f for f in found if _exact(f[feature.column]) is not None]
            latest = max(second(f["available_at"]) for f in newest)
            return float(max(f[feature.column] for f in newest if second(f["available_at"]) == latest))
        case "ratio":
            return float(own / (total / count)) if own is not None and total else None
        case "zscore":
            return (
                float(own - total / count) / sqrt(squares / (count - 1))
                if own is not None and squares
                else None
            )
    raise AssertionError(feature.aggregation)


def _exact(value: float | int | None) -> Fraction | None:
    if value is None or value != value:
        return None
    units = FRACTIONS if isinstance(value, float) else 1
    exact = Fraction(round(value * units), units)
    return exact if abs(value) < LIMIT / units else None


_CONDITIONS: Mapping[str | None, Callable[[Row], bool | None]] = {
    None: lambda fact: True,
    "is_night": lambda fact: fact["is_night"],
    DECLINED: lambda fact: None if fact["status"] is None else fact["status"] == "declined",
    DAY: lambda fact: fact["is_night"] is False and fact["status"] in ("paid", "declined"),
}


def by_hand(feature_set: FeatureSet, facts: list[Row], probes: list[Row]) -> list[list[Answer]]:
    """The features of each probe, in their order."""
    keys = {entity.name: entity.keys for entity in feature_set.entities}
    return [[expected(f, keys[f.entity], facts, probe) for f in feature_set.features] for probe in probes]


def by_kernel(feature_set: FeatureSet, facts: list[Row], probes: list[Row]) -> list[list[Answer]]:
    """The same through the kernel, without an engine around it."""
    events = [*facts, *probes]
    found: dict[str, Any] = {}
    for entity in feature_set.entities:
        wanted = [_wanted(feature) for feature in feature_set.of_entity(entity.name)]
        found |= compute(_bucket(events, entity.keys, wanted), wanted)
    columns = [found[name][len(facts) :] for name in feature_set.names]
    return [[None if isnan(value) else float(value) for value in row] for row in zip(*columns, strict=True)]


def _wanted(feature: Feature) -> Wanted:
    column = f"codes of {feature.column}" if feature.aggregation == "distinct" else feature.column
    return Wanted(
        feature.name, feature.aggregation, feature.seconds, feature.baseline_seconds, column, feature.where
    )


def _bucket(events: list[Row], keys: Sequence[str], wanted: Iterable[Wanted]) -> Bucket:
    named = [tuple(event[key] for key in keys) for event in events]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(named))}
    columns = {f.column: _numbers(events, f.column) for f in wanted if f.column}
    units = {name: FRACTIONS if values.dtype == float else 1 for name, (values, _) in columns.items()}
    return Bucket(
        entity=np.array([numbers[name] for name in named], dtype=np.int64),
        known=np.array([None not in name for name in named], dtype=bool),
        available_at=_seconds(events, "available_at"),
        is_fact=np.array([event["available_at"] is not None for event in events], dtype=bool),
        at=_seconds(events, "at"),
        is_probe=np.array([event["at"] is not None for event in events], dtype=bool),
        values={name: values for name, (values, _) in columns.items()},
        valid={name: there & plausible(values, units[name]) for name, (values, there) in columns.items()},
        flags={f.where: _flags(events, f.where) for f in wanted if f.where},
        units=units,
    )


def _numbers(events: list[Row], column: str) -> tuple[Any, Any]:
    if column.startswith("codes of "):
        values = [event[column.removeprefix("codes of ")] for event in events]
        codes = {value: code for code, value in enumerate(dict.fromkeys(values))}
        values = [None if value is None else codes[value] for value in values]
    else:
        values = [parse(column).holds(event) for event in events]
    kind = float if column == "weight" else np.int64
    return np.array([value or 0 for value in values], dtype=kind), np.array(
        [v is not None for v in values], dtype=bool
    )


def _seconds(events: list[Row], column: str) -> Any:
    return np.array([second(event[column]) if event[column] else 0 for event in events], dtype=np.int64)


def _flags(events: list[Row], sql: str) -> Any:
    return np.array([bool(parse(sql).holds(event)) for event in events], dtype=bool)


def assert_same(
    found: list[list[Answer]], wanted: list[list[Answer]], feature_set: FeatureSet = EVERYTHING
) -> None:
    """Every feature of every probe agrees to twelve digits, and what is unknown is unknown."""
    assert len(found) == len(wanted)
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        for feature, value, right in zip(feature_set.features, one, other, strict=True):
            said = f"probe {number}, {feature.name}: {value}, expected {right}"
            assert (value is None) == (right is None), said
            assert value is None or value == pytest.approx(right, rel=1e-12, abs=1e-12), said
