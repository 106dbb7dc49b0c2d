"""How the scores of each version of a task's model have turned out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.schemas import arrow_schema
from pipelines.frames.days import around, reached
from pipelines.frames.united import united
from pipelines.gold.shared.contract import count, dimension
from pipelines.gold.shared.recipe import ByDay
from pipelines.models.judging.performance import (
    CUTS,
    FALSE_ALARMS,
    LOST_MARGIN_PERCENT,
    Outcomes,
    figures,
    windows,
)
from pipelines.models.task import Task
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

ALL = "all"
"""Stands in a dimension for all of its values together."""

SEGMENTS: Mapping[str, tuple[int, ...]] = {"all": (1, 7, 28), "currency": (1, 7, 28), "account": (28,)}
"""What a row is about, and the trailing windows in days that it is made for: a merchant's day has too little fraud."""

MATURITIES = ("matured", "known")

_GROUP = ["model_version", "task", "segment", "account", "currency"]

_LONGEST = max(max(lengths) for lengths in SEGMENTS.values())


def performance(task: Task, *, unlabelled: str = "") -> ByDay:
    """The performance of a task's model.

    Args:
        task: the task.
        unlabelled: what is scored and never gets a label, such as: attempts that were declined or blocked.
    """
    table = _table(task, f": {unlabelled} have none" if unlabelled else "")
    return ByDay(
        table,
        inputs=(task.table("scores"), task.labels_table),
        dates=partial(_dates, task),
        build=partial(_build, task, table),
        lists_days=True,
        group="models",
    )


def _table(task: Task, why: str) -> Table:
    return Table(
        name=task.table("performance_daily"),
        doc=(
            "One row per model version, segment, day, trailing window and maturity of labels: how the scores have "
            "turned out. Choose one segment, one window and one maturity before adding anything: the same "
            f"{task.entities} are in several rows. A single day has little {task.positive}: read windows of 28 days, "
            f"and do not take the mean of daily figures. Only {task.entities} that have a label "
            f"count{why}."
        ),
        key=("segment", "account", "currency", "date", "window_days", "label_maturity", "model_version"),
        columns=(
            *_dimensions(task),
            *_counts(task),
            *_quality(task),
            *(c for cut in CUTS for c in _at(task, cut)),
        ),
    )


def _dimensions(task: Task) -> tuple[Column, ...]:
    return (
        dimension("model_version", f"The model and its version, as in {task.table('scores')}."),
        Column(
            "segment",
            "string",
            "What the row is about. all: all merchants and currencies, without money. currency: all merchants, one "
            "currency. account: one merchant in one currency.",
            required=True,
            known=tuple(SEGMENTS),
        ),
        dimension("account", "The merchant; all where the row is about all of them."),
        dimension("currency", "ISO 4217 code of the amounts; all where the row is about all currencies."),
        Column(
            "date", "date", f"Last day of the window, by the day of the {task.entities}, UTC.", required=True
        ),
        Column("window_days", "bigint", "Days that the window has.", required=True, minimum=1),
        Column(
            "label_maturity",
            "string",
            f"matured: only {task.entities} that are old enough for silence to mean that they were good. known: all "
            f"{task.entities}, those without a sign of {task.positive} taken as good, which is wrong about some until "
            "they have matured.",
            required=True,
            known=MATURITIES,
        ),
        dimension("task", f"What the model predicts, such as {task.positive}."),
    )


def _counts(task: Task) -> tuple[Column, ...]:
    named, many, one = task.column, task.entities, task.positive
    return (
        count(named("payments_count"), f"{many.capitalize()} with a score and a label."),
        count(named("fraud_count"), f"Of them, {one} as far as it is known now."),
        Column(
            named("expected_fraud_count"),
            "double",
            f"Sum of the probabilities: how much {one} the model expects.",
            required=True,
            minimum=0,
        ),
        _amount(named("payments_minor"), f"Amount of the {many}."),
        _amount(named("fraud_minor"), f"Amount of the {one}."),
        _rate(named("fraud_rate"), f"{named('fraud_count')} / {named('payments_count')}."),
    )


def _quality(task: Task) -> tuple[Column, ...]:
    named, many, one = task.column, task.entities, task.positive
    return (
        _rate(
            "roc_auc",
            f"Chance that a random {one} has a higher probability than a random good {task.entity}.",
        ),
        _rate("average_precision", "Area under precision and recall."),
        *(
            _rate(
                f"recall_at_{percent}_percent_rate",
                f"Share of {one} caught while at most {percent} % of good {many} is flagged.",
            )
            for percent in (1, 5)
        ),
        _rate(
            named("card_precision_100_rate"),
            f"Of the 100 most suspicious {task.inspected}s of each day, the share with {one} on that day, as the mean "
            f"of the days; a {task.inspected} that was found is left out on later days of the window.",
        ),
        _rate(
            "value_detected_rate",
            f"Share of the {one}'s amount caught with at most {FALSE_ALARMS} false alarms for each caught {one}.",
        ),
        Column(
            "calibration_ratio",
            "double",
            f"{named('expected_fraud_count')} / {named('fraud_count')}: 1 is right; null without {one}.",
            minimum=0,
        ),
        _rate(
            "calibration_error",
            f"Expected calibration error: mean difference of probability and share of {one}, over ten groups of equal "
            "size.",
        ),
        _rate("brier_score", "Mean squared difference of probability and outcome; 0 is perfect."),
    )


def _at(task: Task, cut: int) -> tuple[Column, ...]:
    many, one = task.entities, task.positive
    return (
        count(f"flagged_at_{cut}_count", f"{many.capitalize()} with a score of at least {cut}."),
        count(f"caught_at_{cut}_count", f"Of them, {one}."),
        _rate(f"precision_at_{cut}_rate", f"caught_at_{cut}_count / flagged_at_{cut}_count."),
        _rate(f"recall_at_{cut}_rate", f"caught_at_{cut}_count / {task.column('fraud_count')}."),
        _amount(f"caught_at_{cut}_minor", f"Amount of the {one} with a score of at least {cut}."),
        _amount(
            f"cost_at_{cut}_minor",
            f"What blocking from a score of {cut} on would have cost: the amount of missed {one}, and "
            f"{LOST_MARGIN_PERCENT} % of the amount of good {many} that were turned away.",
        ),
    )


def _amount(name: str, doc: str) -> Column:
    return Column(name, "bigint", f"{doc} Null where there is more than one currency.", minimum=0)


def _rate(name: str, doc: str) -> Column:
    return Column(name, "double", f"{doc} From 0 to 1; null where it is not defined.", minimum=0)


def _dates(task: Task, changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose windows have another score or label, up to the newest day with a score."""
    scores = task.table("scores")
    touched = changed[scores].select("date").unionByName(changed[task.labels_table].select("date"))
    return reached(touched, now[scores], _LONGEST)


def _build(task: Task, table: Table, now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The rows of some days (ISO dates)."""

    def performance(rows: pa.Table) -> pa.Table:  # no partial: Spark reads these hints
        return pa.Table.from_pylist(_performance(task, rows, asked), schema)

    schema, asked = arrow_schema(table), tuple(dates)
    outcomes = _segmented(task, _outcomes(task, now, dates)).groupBy(*_GROUP)
    return outcomes.applyInArrow(performance, table.spark_schema())


def _outcomes(task: Task, now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The scores of what has a label, of the days that windows up to some days reach."""
    near = partial(around, column="date", dates=dates, before=_LONGEST - 1, after=0)
    labels = told(task, near(now[task.labels_table]), now[task.labels_table])
    return near(now[task.table("scores")]).join(labels, list(task.key))


def told(task: Task, labels: DataFrame, everything: DataFrame) -> DataFrame:
    """Of each entity whether it is positive as far as is known (``is_fraud``), and whether its label is final.

    Args:
        task: the task.
        labels: of its table of labels, those that are asked about.
        everything: all labels: the newest says what time it is.
    """
    return labels.select(
        *task.key,
        (F.col(task.label) == task.positive).alias("is_fraud"),
        _is_matured(task, everything).alias("is_matured"),
    )


def _is_matured(task: Task, labels: DataFrame) -> Expression:
    """Whether an entity is so old that its label is final. The clock of the labels is when the newest one was known."""
    [[clock]] = labels.agg(F.max(F.unix_seconds(task.known_at))).collect()
    return F.unix_seconds(task.matures_at) <= F.lit(-1 if clock is None else clock)


def _segmented(task: Task, rows: DataFrame) -> DataFrame:
    """The rows once for each segment that they belong to."""
    currency, account = F.col(task.currency), F.col(task.segment)
    dimensions: Mapping[str, Mapping[str, Expression]] = {
        "all": {"account": F.lit(ALL), "currency": F.lit(ALL)},
        "currency": {"account": F.lit(ALL), "currency": currency},
        "account": {"account": account, "currency": currency},
    }
    parts = [
        rows.select(
            "model_version", "task", F.lit(name).alias("segment"), *(value.alias(to) for to, value in of.items()),
            F.concat_ws(" ", *task.key[::-1]).alias("entity"), "date", "probability", "score",
            F.col(task.unit).alias("card"), F.col(task.amount).alias("amount"), "is_fraud", "is_matured",
        )
        for name, of in dimensions.items()
    ]  # fmt: skip
    return united(parts)


def _performance(task: Task, rows: pa.Table, dates: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of one segment, from all that is in it."""
    named = rows.select(_GROUP).slice(0, 1).to_pylist()[0]
    # In one order, whatever the engine's: sums of fractions depend on it, and so does which of equal cards comes first.
    ordered = rows.sort_by([("date", "ascending"), ("entity", "ascending"), ("probability", "ascending")])
    found = _windows(ordered, named["segment"], dates)
    return [named | {task.column(name): value for name, value in one.items()} for one in found]


def _windows(rows: pa.Table, segment: str, dates: Sequence[str]) -> Iterator[dict[str, Any]]:
    everything = _arrays(rows)
    matured = everything.of(rows["is_matured"].to_numpy())
    days = [(date.fromisoformat(day) - date(1970, 1, 1)).days for day in dates]
    for length in SEGMENTS[segment]:
        for maturity, outcomes in zip(MATURITIES, (matured, everything), strict=True):
            for day, window in windows(outcomes, days, length):
                yield {
                    "date": date(1970, 1, 1) + timedelta(day),
                    "window_days": length,
                    "label_maturity": maturity,
                    **figures(window, money=segment != ALL),
                }


def _arrays(rows: pa.Table) -> Outcomes:
    cards = rows["card"].combine_chunks().dictionary_encode()
    return Outcomes(
        days=rows["date"].cast(pa.int32()).to_numpy().astype(np.int64),
        probabilities=rows["probability"].to_numpy(),
        scores=rows["score"].to_numpy(),
        is_fraud=rows["is_fraud"].to_numpy(),
        amounts=rows["amount"].to_numpy(),
        cards=cards.indices.fill_null(-1).to_numpy().astype(np.int64),
    )
