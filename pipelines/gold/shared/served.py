"""Tables of one row an entity, with its features as of now: only what changes or time have touched is made anew.

Of an entity that no new or changed record is about, and none of whose facts has come into a window or left one, the
features are what they were, but for the seconds since a fact: these have gone on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.features.feature import Feature, FeatureSet
from pipelines.features.plan import features_at, serving
from pipelines.frames import clock
from pipelines.gold.shared.features import ENTITY_KEYS, INPUTS, columns
from pipelines.gold.shared.recipe import Apart, Frames, Last, Once, Renewed
from pipelines.payments import events
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

AGING = ("seconds_since_last", "seconds_since_first")
"""Aggregations that go on with time, as long as no fact comes or goes."""

CHANGED = "is_changed"
"""Column of rows beside facts that say who and what changed rows are about."""


@dataclass(frozen=True, kw_only=True)
class Served(Renewed):
    """A table of one row an entity, with its features as of now.

    Attributes:
        feature_set: whose features.
        entities: the entity; also the same by currency, whose key has the entity's.
    """

    feature_set: FeatureSet
    entities: tuple[str, ...]

    @property
    def features(self) -> Iterator[Feature]:
        """The features that it has."""
        yield from serving(self.feature_set, *self.entities).features


def served(name: str, doc: str, feature_set: FeatureSet, *entities: str) -> Served:
    """How such a table, ``gold.features_…``, is made of the features of a set."""
    table = _table(name, doc, feature_set, entities)

    def renew(now: Frames, last: Last | None, once: Once) -> DataFrame:
        return _renewed(now, last, once, feature_set, entities).select(*table.column_names)

    def build(now: Frames) -> DataFrame:
        return renew(now, None, Apart())

    return Served(
        table,
        inputs=INPUTS,
        build=build,
        renew=renew,
        feature_set=feature_set,
        entities=entities,
    )


def _table(name: str, doc: str, feature_set: FeatureSet, entities: Sequence[str]) -> Table:
    named = {key for entity in entities for key in feature_set.entity(entity).keys}
    keys = tuple(key for key in ENTITY_KEYS if key in named)
    of_key = (replace(ENTITY_KEYS[key], required=True) for key in keys)
    as_of_at = Column(
        "as_of_at",
        "timestamp",
        "The moment of which the features are: the newest that the data know.",
        required=True,
    )
    return Table(
        name=name, doc=doc, key=keys, columns=(*of_key, as_of_at, *columns(serving(feature_set, *entities)))
    )


def _renewed(
    now: Frames, last: Last | None, once: Once, feature_set: FeatureSet, entities: Sequence[str]
) -> DataFrame:
    """The rows of such a table: each entity that was seen within the longest window.

    The moment is the second after the newest one that the data know, so that this one is seen.
    """
    second = once.value("moment", lambda: clock.newest(now, INPUTS) + 1)
    then = last.rows.agg(F.max(F.unix_seconds("as_of_at"))).collect()[0][0] if last else None
    if last is None or then is None or then > second:
        facts = once.rows("facts", lambda: _facts(now, [second], feature_set))
        return _as_of(facts, second, feature_set, entities)
    changed = last.changed
    facts = once.rows(f"facts_since_{then}", lambda: _with_changes(changed, now, [then, second], feature_set))
    wanted, keys = serving(feature_set, *entities), list(feature_set.entity(entities[0]).keys)
    of_touched = facts.filter(F.col(CHANGED) | _passed(then, second, wanted))
    touched = of_touched.select(*keys).dropna().distinct()
    fresh = _as_of(facts.join(touched, keys, "left_semi"), second, feature_set, entities)
    aged = {f.name: F.col(f.name) + (second - then) for f in wanted.features if f.aggregation in AGING}
    kept = last.rows.join(touched, keys, "left_anti")
    return fresh.unionByName(kept.withColumns({**aged, "as_of_at": F.timestamp_seconds(F.lit(second))}))


def _as_of(facts: DataFrame, second: int, feature_set: FeatureSet, entities: Sequence[str]) -> DataFrame:
    at = datetime.fromtimestamp(second, UTC)
    return features_at(facts, feature_set, at, *entities).withColumnRenamed("at", "as_of_at")


def _facts(now: Frames, seconds: Sequence[int], feature_set: FeatureSet) -> DataFrame:
    """What features of some moments see."""
    found = events.events(now, _days(seconds), feature_set.longest_window)
    return found.select(*feature_set.fact_columns)


def _with_changes(changed: Frames, now: Frames, seconds: Sequence[int], feature_set: FeatureSet) -> DataFrame:
    """The same, and rows that are no fact, for who and what changed rows are about."""
    about = events.payers(changed, now, _days(seconds), feature_set.longest_window)
    facts = _facts(now, seconds, feature_set).withColumn(CHANGED, F.lit(False))
    return facts.unionByName(about.withColumn(CHANGED, F.lit(True)), allowMissingColumns=True)


def _days(seconds: Sequence[int]) -> list[str]:
    return [datetime.fromtimestamp(second, UTC).date().isoformat() for second in seconds]


def _passed(then: int, second: int, feature_set: FeatureSet) -> Expression:
    """Whether a fact has come into a window, or left one, between two moments."""
    at = F.unix_seconds("available_at")
    lengths = {length for f in feature_set.features for length in (f.seconds, f.baseline_seconds) if length}
    bounds = [
        F.coalesce((at >= then - back) & (at < second - back), F.lit(False)) for back in sorted({0, *lengths})
    ]
    return reduce(lambda one, other: one | other, bounds)
