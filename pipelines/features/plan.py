"""A feature set as one PySpark plan: per entity one exchange, in which a kernel computes all of its features.

Probes and facts become rows of one frame, which goes from entity to entity: ``groupBy(bucket).applyInArrow(kernel)``
adds the entity's features and leaves away what only they needed. Nothing is sorted or joined by the engine. A bucket
holds all rows of the entities in it: an entity is never split. Apache Spark holds a bucket a core; Sail (0.7.2) holds
all of them, about 1 kB a row at 50 features, so that long histories are computed some days at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import DoubleType, StructField, StructType

from pipelines.features.bucket import Bucket, plausible
from pipelines.features.feature import NEED_PROBE, Feature, FeatureError, FeatureSet, check_columns
from pipelines.features.kernel import Wanted, compute
from pipelines.features.units import FRACTIONS
from pipelines.features.windows import UNITS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

BUCKETS = 8
"""Parts that an entity's rows are split into where the caller does not say. Some 300,000 rows a part do well."""

AT, AVAILABLE_AT, BUCKET = "_at", "_available_at", "_bucket"
"""Seconds since 1970, null for a row that is no probe or no fact; and the part that a row is in."""

WHOLE = ("tinyint", "smallint", "int", "bigint", "boolean")
FRACTIONAL = ("float", "double", "decimal")


def features_of(
    probes: DataFrame, facts: DataFrame, feature_set: FeatureSet, buckets: int = BUCKETS
) -> DataFrame:
    """The probes with their features: one double column a feature, null where it is unknown.

    Args:
        probes: rows with ``at``, a timestamp, and the entities' keys; all of their columns are kept. A row whose ``at``
            is null asks about no moment, and is left out.
        facts: rows with ``available_at``, the same keys, and what features aggregate. Where ``available_at`` is null
            nothing is ever known.
        feature_set: what to compute.
        buckets: parts that the rows of an entity are split into.

    Raises:
        FeatureError: a column is not there, is of a type that cannot be aggregated, or is in a feature's way.
    """
    check_columns(feature_set, facts.columns, probes.columns)
    types = dict(facts.dtypes) | dict(probes.dtypes)
    used = {*feature_set.fact_columns} - {"available_at"}
    names = [*probes.columns, *sorted(used.difference(probes.columns))]

    def shaped(frame: DataFrame, there: Collection[str], at: Column, available_at: Column) -> DataFrame:
        """The rows with all columns, null where they have none, and their two moments."""
        columns = (F.col(n) if n in there else F.lit(None).cast(types[n]).alias(n) for n in names)
        return frame.select(*columns, at.alias(AT), available_at.alias(AVAILABLE_AT))

    asking = shaped(probes, probes.columns, _second("at"), _nothing())
    known = shaped(facts, used, _nothing(), _second("available_at"))
    return _computed(asking.unionByName(known), types, probes.columns, feature_set, buckets)


def features_of_events(events: DataFrame, feature_set: FeatureSet, buckets: int = BUCKETS) -> DataFrame:
    """The same for rows that are probes and facts at once, as payments are: half as many rows to move.

    Args:
        events: rows with ``at``, null for one that is no probe, and ``available_at``, null for one that is no fact. The
            probes are given back with all of their columns.
        feature_set: what to compute.
        buckets: parts that the rows of an entity are split into.

    Raises:
        FeatureError: as above.
    """
    check_columns(feature_set, events.columns, events.columns)
    seconds = (_second("at").alias(AT), _second("available_at").alias(AVAILABLE_AT))
    return _computed(events.select("*", *seconds), dict(events.dtypes), events.columns, feature_set, buckets)


def features_at(
    facts: DataFrame, feature_set: FeatureSet, at: datetime, *entities: str, buckets: int = BUCKETS
) -> DataFrame:
    """The features of an entity as of one moment: what a store serves for the next payment.

    One row for each entity with a fact within its longest window: its key, ``at``, and its features. Of several, such
    as a card and a card in a currency, each of the last one, whose key has those of the others. A ratio or a z-score
    needs the payment's own value; the mean, and the standard deviation, stand in its place:
    ``card_amount_zscore_30d`` gives ``card_amount_zscore_mean_30d`` and ``card_amount_zscore_std_30d``.

    Args:
        facts: as in :func:`features_of`.
        feature_set: whose features.
        at: the moment, aware of its time zone.
        entities: names of the entities that they are about.
        buckets: parts that the rows are split into.

    Raises:
        FeatureError: as above, or there is no such entity.
    """
    served, asking = serving(feature_set, *entities), serving(feature_set, entities[-1])
    check_columns(served, facts.columns)
    second = int(at.timestamp() // 1)
    seen = _second("available_at").between(second - asking.longest_window * UNITS["d"], second - 1)
    probes = facts.filter(seen).select(*asking.entities[0].keys).dropna().distinct()
    return features_of(probes.withColumn("at", F.timestamp_seconds(F.lit(second))), facts, served, buckets)


def serving(feature_set: FeatureSet, *entities: str) -> FeatureSet:
    """The features of some entities that can be known before a payment is.

    Raises:
        FeatureError: there is no such entity.
    """
    features = tuple(
        part for name in entities for feature in feature_set.of_entity(name) for part in _served(feature)
    )
    return replace(feature_set, entities=tuple(map(feature_set.entity, entities)), features=features, own=())


def _served(feature: Feature) -> Iterator[Feature]:
    stem = feature.name.removesuffix(f"_{feature.window}")
    if feature.aggregation not in NEED_PROBE:
        yield feature
        return
    yield replace(feature, name=f"{stem}_mean_{feature.window}", aggregation="mean")
    if feature.aggregation == "zscore":
        yield replace(feature, name=f"{stem}_std_{feature.window}", aggregation="std")


@dataclass(frozen=True)
class _Stage:
    """What one exchange computes.

    Attributes:
        key: column that stands for the entity; null where the row has none.
        wanted: the features.
        columns: value columns that they need.
        flags: condition columns that they need.
    """

    key: str
    wanted: tuple[Wanted, ...]

    @property
    def columns(self) -> set[str]:
        return {name for feature in self.wanted for name in (feature.column,) if name}

    @property
    def flags(self) -> set[str]:
        return {feature.where for feature in self.wanted if feature.where}


def _computed(
    events: DataFrame, types: Mapping[str, str], kept: Sequence[str], feature_set: FeatureSet, buckets: int
) -> DataFrame:
    derived = _Derived(feature_set, types)
    frame = events.select(
        *kept, AT, AVAILABLE_AT, *(column.alias(name) for name, column in derived.columns.items())
    )
    # Asked for once: each time an engine is asked, it resolves the whole plan, which grows with each stage.
    schema, stages = frame.schema, derived.stages
    for number, stage in enumerate(stages):
        later = {name for rest in stages[number + 1 :] for name in (rest.key, *rest.columns, *rest.flags)}
        leaving = set(derived.columns) - later
        schema = StructType([field for field in schema if field.name not in leaving])
        frame, schema = _through(frame, stage, schema, buckets)
    own = [F.expr(own.sql).cast("double").alias(own.name) for own in feature_set.own]
    names = [feature.name for feature in feature_set.features]
    return frame.filter(F.col(AT).isNotNull()).select(*kept, *own, *names)


def _through(
    frame: DataFrame, stage: _Stage, schema: StructType, buckets: int
) -> tuple[DataFrame, StructType]:
    """The columns of a frame that are in a schema, with the features of one entity; and the schema with these."""
    names = schema.names
    found = StructType([*schema, *(StructField(feature.name, DoubleType()) for feature in stage.wanted)])
    # Rows without an entity go along; they are spread, so that no part is larger for them.
    part = F.coalesce(F.col(stage.key), F.xxhash64(AT, AVAILABLE_AT))

    def kernel(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held = list(batches)
        table = _with_features(pa.Table.from_batches(held), stage, names) if held else None
        del held  # what comes out is passed on; what went in need not wait for that
        if table:
            yield from table.to_batches()

    return frame.repartition(buckets, part).mapInArrow(kernel, found), found


def _with_features(table: pa.Table, stage: _Stage, remaining: Sequence[str]) -> pa.Table:
    found = compute(_bucket(table, stage), stage.wanted)
    table = table.select(list(remaining))
    for name, values in found.items():
        table = table.append_column(pa.field(name, pa.float64()), pa.array(values, mask=np.isnan(values)))
    return table


def _bucket(table: pa.Table, stage: _Stage) -> Bucket:
    values, valid = {}, {}
    units = {}
    for name in stage.columns:
        numbers, there = _numbers(table[name])
        units[name] = FRACTIONS if numbers.dtype == np.float64 else 1
        is_code = name.startswith(_CODE)
        values[name], valid[name] = numbers, there if is_code else there & plausible(numbers, units[name])
    entity, known = _numbers(table[stage.key])
    at, is_probe = _numbers(table[AT])
    available_at, is_fact = _numbers(table[AVAILABLE_AT])
    flags = {name: _numbers(table[name])[0] for name in stage.flags}
    return Bucket(entity, known, available_at, is_fact, at, is_probe, values, valid, flags, units)


def _numbers(column: Any) -> tuple[Any, Any]:
    """Values, zero where there is none, and whether there is one."""
    there = pc.is_valid(column).to_numpy()
    zero = pa.scalar(0, pa.int64()).cast(column.type)
    return pc.fill_null(column, zero).to_numpy(), there


_NUMBER, _CODE, _FLAG, _KEY = "_number_", "_code_", "_flag_", "_key_"
"""What the names of derived columns begin with."""


class _Derived:
    """The columns that the kernels of a feature set look at, each once, and the stages that need them."""

    def __init__(self, feature_set: FeatureSet, types: Mapping[str, str]) -> None:
        self.columns: dict[str, Column] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._set, self._types = feature_set, types
        self.stages: list[_Stage] = []
        for entity in feature_set.entities:
            if features := feature_set.of_entity(entity.name):
                self.columns[_KEY + entity.name] = _hash(*entity.keys)
                self.stages.append(_Stage(_KEY + entity.name, tuple(map(self._wanted, features))))

    def _wanted(self, feature: Feature) -> Wanted:
        return Wanted(
            name=feature.name,
            aggregation=feature.aggregation,
            seconds=feature.seconds,
            baseline_seconds=feature.baseline_seconds,
            column=self._column(feature),
            where=self._named(_FLAG, feature.where, _holds(feature.where)) if feature.where else None,
        )

    def _column(self, feature: Feature) -> str | None:
        if not feature.column:
            return None
        if feature.aggregation == "share":
            return self._named(_NUMBER, feature.column, F.expr(feature.column).cast("boolean").cast("bigint"))
        if feature.aggregation == "distinct":
            return self._named(_CODE, feature.column, _hash(feature.column))
        kind = self._types[feature.column].split("(")[0]
        if kind not in (*WHOLE, *FRACTIONAL):
            raise FeatureError(
                f"feature set {self._set.name}, feature {feature.name}: {feature.aggregation} needs numbers, and "
                f"{feature.column} is a {kind}; allowed are {', '.join((*WHOLE, *FRACTIONAL))}"
            )
        as_type = "bigint" if kind in WHOLE else "double"
        return self._named(_NUMBER + as_type, feature.column, F.col(feature.column).cast(as_type))

    def _named(self, kind: str, sql: str, column: Column) -> str:
        name = self._names.setdefault((kind, sql), f"{kind}{len(self._names)}")
        self.columns[name] = column
        return name


def _hash(*names: str) -> Column:
    """A number that stands for some values; null if one of them is. Two entities in 10¹³ pairs share a number."""
    some = F.lit(True)
    for name in names:
        some = some & F.col(name).isNotNull()
    return F.when(some, F.xxhash64(*names))


def _holds(sql: str) -> Column:
    return F.coalesce(F.expr(sql).cast("boolean"), F.lit(False))


def _second(name: str) -> Column:
    return F.unix_seconds(F.col(name).cast("timestamp"))


def _nothing() -> Column:
    return F.lit(None).cast("bigint")
