"""The declarations: what a feature is. One declaration serves the batch, the serving tables and an online store.

A feature looks at *facts*: rows with ``available_at``, the moment from which they may be used, to the second. It is
asked for a *probe*: an entity at a moment, ``at``. It sees the facts of that entity with
``at - window <= available_at < at``: strictly earlier ones only, so nothing of the same second.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Literal, get_args

from pipelines.errors import VermeilError
from pipelines.features import windows
from pipelines.features.conditions import ConditionError, parse
from pipelines.features.windows import WindowError

Aggregation = Literal[
    "count",
    "sum",
    "mean",
    "std",
    "min",
    "max",
    "last",
    "distinct",
    "share",
    "seconds_since_last",
    "seconds_since_first",
    "ratio",
    "zscore",
    "velocity",
]
"""What is made of the facts in a window.

======================  ==================================================================================
count                   how many; needs no column
sum, mean, min, max     of the column's values
std                     their sample standard deviation; null below two values
last                    the newest value; of several in that second the greatest
distinct                how many different values
share                   the share (0 to 1) of facts of which a condition holds, among those where it is known
seconds_since_last      from the newest fact to the probe; needs no column
seconds_since_first     from the oldest fact in the window to the probe; needs no column
ratio                   the probe's own value of the column, divided by the mean
zscore                  the probe's own value less the mean, divided by the standard deviation
velocity                facts per second in the window, divided by those in the longer ``baseline``
======================  ==================================================================================

Of no facts, count, sum and distinct are 0 and all others null: a share of nothing is unknown. So is what would be
divided by 0. Of an entity that is not known, because part of its key is null, every feature is null, counts too.
"""

WITHOUT_COLUMN = ("count", "seconds_since_last", "seconds_since_first", "velocity")
NEED_PROBE = ("ratio", "zscore")
"""Aggregations that compare the probe's own value with the entity's past."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FeatureError(VermeilError):
    """A feature set that is not valid; the text names the set, the feature, the word and the allowed ones."""


@dataclass(frozen=True)
class Entity:
    """What features are about: a card, a customer, a card at a merchant.

    Attributes:
        name: snake_case.
        keys: columns of facts and probes that together name one. A row with a null among them belongs to none. A pair
            of entities is an entity with the keys of both; amounts of one currency have the currency among their keys.
        doc: what one is.
    """

    name: str
    keys: tuple[str, ...]
    doc: str = ""


@dataclass(frozen=True)
class Feature:
    """One number about an entity at a moment.

    Attributes:
        name: snake_case; ends in its window.
        entity: name of an entity of the set.
        aggregation: what is made of the facts in the window.
        window: how far back it looks, such as 5m, 1h or 30d; at most 365d.
        column: the facts' column that is aggregated; for ``share`` a condition, of which a boolean column is one.
            Fractions count to four decimals; a value of 2⁴⁰ (1.1e12) units or more is none.
        where: only facts of which this condition holds (see :mod:`pipelines.features.conditions`).
        baseline: the longer window that ``velocity`` compares with.
        doc: what it means.
    """

    name: str
    entity: str
    aggregation: Aggregation
    window: str
    column: str | None = None
    where: str | None = None
    baseline: str | None = None
    doc: str = ""

    @property
    def seconds(self) -> int:
        """Length of the window."""
        return windows.seconds(self.window)

    @property
    def baseline_seconds(self) -> int | None:
        """Length of the baseline, where there is one."""
        return windows.seconds(self.baseline) if self.baseline else None

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions in it, as SQL."""
        shared = self.column if self.aggregation == "share" else None
        return tuple(filter(None, (self.where, shared)))


@dataclass(frozen=True)
class Own:
    """A number that follows from the probe's own columns: the hour of the day, whether two countries differ.

    Attributes:
        name: snake_case.
        sql: any Spark SQL over the probe's columns.
        doc: what it means.
    """

    name: str
    sql: str
    doc: str = ""


def over(
    names: str,
    entity: str,
    aggregation: Aggregation,
    lengths: str,
    column: str | None = None,
    where: str | None = None,
    baseline: str | None = None,
    doc: str = "",
) -> tuple[Feature, ...]:
    """The same feature over several windows: ``over("card_declines", "card", "count", "1h 1d", where="is_declined")``.

    Args:
        names: what their names begin with; ``_`` and the window follow.
        entity: as in :class:`Feature`, like all that is not said here.
        aggregation: what is made of the facts.
        lengths: the windows, with spaces between them.
        column: what is aggregated.
        where: which facts count.
        baseline: what velocity compares with.
        doc: what they mean.
    """
    return tuple(
        Feature(f"{names}_{window}", entity, aggregation, window, column, where, baseline, doc)
        for window in lengths.split()
    )


@dataclass(frozen=True)
class FeatureSet:
    """Features that are computed together, from one kind of facts for one kind of probes.

    Attributes:
        name: snake_case.
        doc: what they are for.
        entities: what the features are about.
        features: over the facts of an entity.
        own: over the probe alone; they come first among the columns.

    Raises:
        FeatureError: it is not valid.
    """

    name: str
    doc: str
    entities: tuple[Entity, ...]
    features: tuple[Feature, ...]
    own: tuple[Own, ...] = field(default=())

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise FeatureError(f"feature set {self.name}: {problem}")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it adds to a probe, in their order."""
        return (*(own.name for own in self.own), *(feature.name for feature in self.features))

    @property
    def longest_window(self) -> int:
        """Days of facts before a probe that suffice for all of its features."""
        lengths = [max(f.seconds, f.baseline_seconds or 0) for f in self.features]
        return ceil(max(lengths, default=0) / windows.UNITS["d"])

    def entity(self, name: str) -> Entity:
        """An entity by name.

        Raises:
            FeatureError: there is none of that name.
        """
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise FeatureError(
            f"feature set {self.name}: no entity {name!r}; there are {_list(self.entity_names)}"
        )

    @property
    def entity_names(self) -> tuple[str, ...]:
        """Names of its entities."""
        return tuple(entity.name for entity in self.entities)

    def of_entity(self, name: str) -> tuple[Feature, ...]:
        """The features of an entity."""
        return tuple(feature for feature in self.features if feature.entity == name)

    @property
    def fact_columns(self) -> tuple[str, ...]:
        """Columns that facts must have."""
        return tuple(sorted({"available_at", *self._keys, *(n for f in self.features for n in _names(f))}))

    @property
    def _keys(self) -> set[str]:
        return {key for entity in self.entities for key in entity.keys}


def check_columns(
    feature_set: FeatureSet, facts: Collection[str], probes: Collection[str] | None = None
) -> None:
    """Refuse a feature set that names columns which are not there, before anything is computed.

    Args:
        feature_set: what will be computed.
        facts: columns of the facts.
        probes: columns of the probes; None if only facts matter.

    Raises:
        FeatureError: a column is missing, or one of a probe is in the way of a feature.
    """
    place = f"feature set {feature_set.name}"
    places = {"facts": facts} if probes is None else {"facts": facts, "probes": probes}
    for what, columns in places.items():
        for where, names in _uses(feature_set, what):
            for name in sorted(set(names) - set(columns)):
                raise FeatureError(
                    f"{place}, {where}: the {what} have no column {name!r}; they have {_list(columns)}"
                )
    for name in feature_set.names:
        if probes is not None and name in probes:
            raise FeatureError(f"{place}, feature {name}: the probes have a column of that name already")


def _uses(feature_set: FeatureSet, what: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Which columns of facts or probes are used, and where."""
    yield "time", ["available_at" if what == "facts" else "at"]
    for entity in feature_set.entities:
        yield f"entity {entity.name}", entity.keys
    for feature in feature_set.features:
        if what == "facts":
            yield f"feature {feature.name}", _names(feature)
        elif feature.aggregation in NEED_PROBE:
            yield f"feature {feature.name}", [str(feature.column)]


def _names(feature: Feature) -> set[str]:
    """Columns of facts that a feature looks at."""
    names = {name for sql in feature.conditions for name in parse(sql).names}
    return names | ({feature.column} if feature.column and feature.aggregation != "share" else set())


def _problems(feature_set: FeatureSet) -> Iterator[str]:
    """What is wrong with a feature set, one after another."""
    if not _NAME.fullmatch(feature_set.name):
        yield _bad_name(feature_set.name)
    for entity in feature_set.entities:
        if not _NAME.fullmatch(entity.name):
            yield f"entity {entity.name!r}: {_bad_name(entity.name)}"
        if not entity.keys:
            yield f"entity {entity.name}: it has no key"
    for name in _twice(feature_set.entity_names):
        yield f"entity {name}: declared twice"
    for name in _twice(feature_set.names):
        yield f"feature {name}: declared twice"
    for own in feature_set.own:
        if not _NAME.fullmatch(own.name):
            yield f"feature {own.name!r}: {_bad_name(own.name)}"
    for feature in feature_set.features:
        for problem in _feature_problems(feature, feature_set.entity_names):
            yield f"feature {feature.name}: {problem}"


def _feature_problems(feature: Feature, entities: Collection[str]) -> Iterator[str]:
    if not _NAME.fullmatch(feature.name):
        yield _bad_name(feature.name)
    if feature.entity not in entities:
        yield f"no entity {feature.entity!r}; there are {_list(entities)}"
    if feature.aggregation not in get_args(Aggregation):
        yield f"no aggregation {feature.aggregation!r}; there are {_list(get_args(Aggregation))}"
    if feature.aggregation in WITHOUT_COLUMN and feature.column:
        yield f"{feature.aggregation} takes no column, but is given {feature.column!r}; where says which facts count"
    if feature.aggregation not in WITHOUT_COLUMN and not feature.column:
        yield f"{feature.aggregation} needs a column"
    yield from _window_problems(feature)
    for sql in feature.conditions:
        try:
            parse(sql)
        except ConditionError as error:
            yield f"condition {error}"


def _window_problems(feature: Feature) -> Iterator[str]:
    try:
        length, baseline = feature.seconds, feature.baseline_seconds
    except WindowError as error:
        yield str(error)
        return
    if not feature.name.endswith(f"_{feature.window}"):
        yield f"its name must end in _{feature.window}, its window"
    if (feature.aggregation == "velocity") != bool(baseline):
        yield "velocity needs a baseline, such as 30d, and nothing else takes one"
    elif baseline and baseline <= length:
        yield f"its baseline {feature.baseline} must be longer than its window {feature.window}"


def _bad_name(name: str) -> str:
    return f"{name!r} is no name: lower-case letters, digits and underscores"


def _twice(names: Collection[str]) -> list[str]:
    return sorted({name for name in names if list(names).count(name) > 1})


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
