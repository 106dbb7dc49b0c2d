"""What was scored next to what its models have learnt from: figures for audits, and words that name what moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures, Values
from pipelines.frames.measures import count_if
from pipelines.models.drift.counts import References, counted
from pipelines.models.drift.reference import NOTEWORTHY, PROBABILITY, SERIOUS, Reference, null_share
from pipelines.models.task import Task

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEAST = 500
"""Payments of one version from which on a batch is compared: of fewer, chance alone makes some column look moved."""

LEAST_SPAN = timedelta(hours=20)
"""Time over which these must spread: payments of one hour differ from those of whole weeks, and nothing is wrong."""

NULLS_RISEN = 0.1
"""How much greater than in what was learnt from the share of unknown values may be."""

MEAN_TIMES = 3
"""How many times greater, or smaller, than on the test days the mean probability may be."""

HIGH_SCORE = 50
"""A score that says: more likely positive than not."""

MOST_HIGH, LEAST_JUDGED = 0.5, 100
"""Share of a batch with such scores that no attack explains, from so many payments on. It may be most of an hour."""

FEATURES_MOVED = "feature_stability_index"
PROBABILITY_MOVED = "probability_stability_index"
NULLS = "null_share_risen"
MEAN = "probability_mean_ratio"
HIGH = "high_score_share"

SHOWN = 5
"""Columns that are named."""


@dataclass(frozen=True)
class Scored:
    """The payments of one version in a batch.

    Attributes:
        version: its name.
        payments: how many.
        mean: of their probabilities.
        high: share of them with a high score.
        is_spread: whether they were made over enough time to say something of other days.
        has_reference: whether it is known what the version has learnt from.
    """

    version: str
    payments: int
    mean: float
    high: float
    is_spread: bool
    has_reference: bool

    @property
    def is_whole(self) -> bool:
        """Whether they are enough, over enough time, to be compared."""
        return self.has_reference and self.is_spread and self.payments >= LEAST


@dataclass(frozen=True)
class Moved:
    """A column of one version, compared with what the version has learnt from.

    Attributes:
        version: its name.
        payments: that were looked at.
        name: of the column.
        index: population stability index; 0 where nothing was learnt from.
        risen: how much greater the share of unknown values is than it was.
    """

    version: str
    payments: int
    name: str
    index: float
    risen: float


def of_columns(task: Task, moved: Sequence[Moved]) -> Figures:
    """Figures of a task's compared columns, the worst of each, and which columns these are."""
    features = [one for one in moved if one.name != PROBABILITY]
    probability = [one for one in moved if one.name == PROBABILITY]
    values: Values = {
        FEATURES_MOVED: max((one.index for one in features), default=None),
        PROBABILITY_MOVED: max((one.index for one in probability), default=None),
        NULLS: max((one.risen for one in features), default=None),
    }
    told = {
        FEATURES_MOVED: _of_index(task, features),
        PROBABILITY_MOVED: _of_index(task, probability),
        NULLS: _of_nulls(task, features),
    }
    return _figures(values, told)


def of_batch(task: Task, rows: DataFrame, references: References, left_out: Sequence[str] = ()) -> Figures:
    """Figures of a batch of a task's scores, the worst of its versions, and what they are made of.

    Args:
        task: the task.
        rows: of the batch.
        references: of its versions; a version without is not compared.
        left_out: features that are not compared, such as those that follow from the clock: a batch is no whole week.
    """
    scored = _scored(task, rows, references)
    whole = [one for one in scored if one.is_whole]
    columns = of_columns(task, [one for one in _moved(rows, whole, references) if one.name not in left_out])
    times = [(one, by) for one in whole if (by := _times(one, references[one.version]))]
    judged = [one for one in scored if one.is_spread and one.payments >= LEAST_JUDGED]
    values: Values = {
        MEAN: max((by for _, by in times), key=lambda by: max(by, 1 / by), default=None),
        HIGH: max((one.high for one in judged), default=None),
    }
    told = {MEAN: _of_means(task, times), HIGH: _of_high(task, judged)}
    return _figures({**columns.values, **values}, {**columns.told, **told})


def _figures(values: Values, told: Mapping[str, str]) -> Figures:
    return Figures(values, {name: text for name, text in told.items() if text})


def _scored(task: Task, rows: DataFrame, references: References) -> list[Scored]:
    by_version = rows.groupBy("model_version").agg(
        F.count("*").alias("payments"),
        F.avg("probability").alias("mean"),
        count_if(F.col("score") >= HIGH_SCORE).alias("high"),
        (F.unix_seconds(F.max(task.at)) - F.unix_seconds(F.min(task.at))).alias("seconds"),
    )
    found = (
        Scored(
            version=row["model_version"],
            payments=row["payments"],
            mean=row["mean"],
            high=row["high"] / row["payments"],
            is_spread=row["seconds"] >= LEAST_SPAN.total_seconds(),
            has_reference=row["model_version"] in references,
        )
        for row in by_version.collect()
    )
    return sorted(found, key=lambda one: one.version)


def _moved(rows: DataFrame, scored: Sequence[Scored], references: References) -> Iterator[Moved]:
    """Every column of some versions; no query where there is no version."""
    chosen = {one.version: references[one.version] for one in scored}
    counts = _counts(rows, chosen) if chosen else {}
    for one in scored:
        for name, learnt in chosen[one.version].items():
            now = counts[one.version, name]
            risen = null_share(now) - learnt.null_share
            yield Moved(one.version, one.payments, name, learnt.stability_index(now) or 0.0, risen)


def _counts(rows: DataFrame, references: References) -> dict[tuple[str, str], list[int]]:
    """Payments by bin, of each version and column."""
    found = {
        (version, name): [0] * len(learnt.counts)
        for version, spread in references.items()
        for name, learnt in spread.items()
    }
    for row in counted(rows, references).collect():
        found[row["model_version"], row["column_name"]][row["bin"]] += row["payments_count"]
    return found


def _times(scored: Scored, spread: Mapping[str, Reference]) -> float | None:
    """The mean probability over that of the test days; None where that is not known."""
    mean = spread[PROBABILITY].mean
    return scored.mean / mean if mean else None


def _way_out(task: Task) -> str:
    return f"see Drift in {task.file}; mend the source if it changed, else learn anew with 'vermeil train'"


def _of_index(task: Task, columns: Sequence[Moved]) -> str:
    """Columns that have shifted; if there is none, those worth a look; an empty text if there is none either."""
    shifted = {one: one.index for one in columns if one.index > SERIOUS}
    if shifted:
        return (
            f"population stability index above {SERIOUS:g}: {_named(task, shifted, '.2f')}; {_way_out(task)}"
        )
    noteworthy = {one: one.index for one in columns if one.index > NOTEWORTHY}
    return f"notable, above {NOTEWORTHY:g}: {_named(task, noteworthy, '.2f')}" if noteworthy else ""


def _of_nulls(task: Task, columns: Sequence[Moved]) -> str:
    risen = {one: one.risen for one in columns if one.risen > NULLS_RISEN}
    if not risen:
        return ""
    return f"not known for more {task.entities} than learnt: {_named(task, risen, '+.0%')}; {_way_out(task)}"


def _of_means(task: Task, times: Sequence[tuple[Scored, float]]) -> str:
    said = [
        f"{one.version} gives {one.payments:,} {task.entities} {one.mean:.2%} on average, {by:.2g} times that of its "
        "test days"
        for one, by in times
        if not 1 / MEAN_TIMES <= by <= MEAN_TIMES
    ]
    return f"{'; '.join(said)}; it is an attack, or {_way_out(task)}" if said else ""


def _of_high(task: Task, judged: Sequence[Scored]) -> str:
    said = [
        f"{one.version} gives {one.high:.0%} of {one.payments:,} {task.entities} a score of at least {HIGH_SCORE}"
        for one in judged
        if one.high > MOST_HIGH
    ]
    way = f"look for a feature in {task.features_table} that broke, or train anew with 'vermeil train'"
    return f"{'; '.join(said)}; {way}" if said else ""


def _named(task: Task, columns: Mapping[Moved, float], form: str) -> str:
    """Columns with their figures, the greatest first, by version."""
    versions = dict.fromkeys((one.version, one.payments) for one in columns)
    return "; ".join(_of_version(task, version, payments, columns, form) for version, payments in versions)


def _of_version(task: Task, version: str, payments: int, columns: Mapping[Moved, float], form: str) -> str:
    own = sorted((-value, one.name) for one, value in columns.items() if one.version == version)
    named = ", ".join(f"{name} {-value:{form}}" for value, name in own[:SHOWN])
    more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
    return f"{named}{more} ({payments:,} {task.entities}, {version})"
