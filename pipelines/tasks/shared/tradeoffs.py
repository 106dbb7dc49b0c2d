"""What blocking from each score of a task on would have done, in numbers and in money."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, ratio, sum_if
from pipelines.gold.shared.contract import amount, count, dimension, rate
from pipelines.gold.shared.recipe import Whole
from pipelines.models.judging.performance import LOST_MARGIN_PERCENT
from pipelines.models.task import Task
from pipelines.table import Column, Table
from pipelines.tasks.shared.performance import told

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TRAILING_DAYS = 56
"""Days of payments that are looked at: the last eight weeks of those whose labels have matured."""

CUTS = range(101)

_WHOLE = ["model_version", "task", "currency"]
_COUNTED = ("good_count", "good_minor", "fraud_count", "fraud_minor")


def tradeoffs(task: Task) -> Whole:
    """The trade-offs of a task whose positives would be blocked."""
    table = Table(
        name=task.table("tradeoffs"),
        doc=(
            f"One row per model version, currency and cut: what blocking every {task.entity} with at least that score "
            f"would have done, over the last {TRAILING_DAYS} days of the version's {task.entities} whose labels have "
            "matured. Cut 0 blocks everything. Counts may be added over currencies, amounts never, and nothing over "
            "cuts: each holds those above."
        ),
        key=("currency", "cut_score", "model_version"),
        columns=(*_dimensions(task), *_counts(task), *_shares(task)),
    )
    return Whole(
        table,
        inputs=(task.table("scores"), task.labels_table),
        build=partial(_build, task, table),
        group="models",
    )


def _dimensions(task: Task) -> tuple[Column, ...]:
    return (
        dimension("model_version", f"The model and its version, as in {task.table('scores')}."),
        dimension("currency", "ISO 4217 code of the amounts; two currencies are never added."),
        Column(
            "cut_score", "bigint", "The lowest score that is blocked, 0 to 100.", required=True, minimum=0
        ),
        dimension("task", f"What the model predicts, such as {task.positive}."),
        Column(
            "first_date", "date", f"Day of the oldest {task.entity} that is looked at, UTC.", required=True
        ),
        Column("last_date", "date", "Day of the newest one.", required=True),
    )


def _counts(task: Task) -> tuple[Column, ...]:
    named, many, one = task.column, task.entities, task.positive
    return (
        count(named("payments_count"), f"{many.capitalize()} with a score and a matured label."),
        amount(named("payments_minor"), "Amount of them."),
        count(named("fraud_count"), f"Of them, {one}."),
        amount(named("fraud_minor"), f"Amount of the {one}."),
        count("blocked_good_count", f"Good {many} that would have been blocked."),
        amount("blocked_good_minor", "Amount of them."),
        count(named("caught_fraud_count"), f"{one.capitalize()} that would have been blocked."),
        amount(named("caught_fraud_minor"), "Amount of it."),
        amount(named("missed_fraud_minor"), f"Amount of the {one} that would not have been blocked."),
        amount(
            "cost_minor",
            f"{named('missed_fraud_minor')}, and {LOST_MARGIN_PERCENT} % of blocked_good_minor, rounded down: the "
            f"margin that is lost on good {many}.",
        ),
    )


def _shares(task: Task) -> tuple[Column, ...]:
    many, one = task.entities, task.positive
    return (
        rate("blocked_rate", f"Share of all {many} that would have been blocked."),
        rate("precision_rate", f"Share of what would have been blocked that is {one}."),
        rate("recall_rate", f"Share of the {one} that would have been blocked, by count."),
        rate("value_recall_rate", f"Share of the {one} that would have been blocked, by amount."),
        rate("false_positive_rate", f"Share of the good {many} that would have been blocked."),
    )


def _build(task: Task, table: Table, now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    by_score = _by_score(_recent(_matured(task, now)))
    from_there = Window.partitionBy(*_WHOLE).orderBy(F.desc("score"))
    everything = Window.partitionBy(*_WHOLE)
    above = {f"above_{name}": F.sum(name).over(from_there) for name in _COUNTED}
    whole = {f"all_{name}": F.sum(name).over(everything) for name in _COUNTED}
    days = {
        "first_date": F.min("first_date").over(everything),
        "last_date": F.max("last_date").over(everything),
    }
    found = by_score.withColumns(above | whole | days).select(*_figures()).select("*", *_rates())
    named = {task.column(name): F.col(name) for name in found.columns}
    return found.select(*(named[name].alias(name) for name in table.column_names))


def _matured(task: Task, now: Mapping[str, DataFrame]) -> DataFrame:
    """The scores of what has a final label, with currency and amount under one name whatever the task's."""
    labels = now[task.labels_table]
    matured = told(task, labels, labels).filter("is_matured")
    scores = now[task.table("scores")].join(matured, list(task.key))
    return scores.withColumns({"currency": F.col(task.currency), "amount_minor": F.col(task.amount)})


def _recent(rows: DataFrame) -> DataFrame:
    """Those of the last days of each version."""
    newest = rows.groupBy("model_version").agg(F.max("date").alias("newest"))
    young = F.col("date") > F.date_sub("newest", TRAILING_DAYS)
    return rows.join(newest, "model_version").filter(young)


def _by_score(rows: DataFrame) -> DataFrame:
    """Counts and amounts of each score from 0 to 100, also of those that nothing has."""
    good = ~F.col("is_fraud")
    counted = rows.groupBy(*_WHOLE, "score").agg(
        count_if(good).alias("good_count"),
        sum_if(good, "amount_minor").alias("good_minor"),
        count_if(~good).alias("fraud_count"),
        sum_if(~good, "amount_minor").alias("fraud_minor"),
        F.min("date").alias("first_date"),
        F.max("date").alias("last_date"),
    )
    cuts = F.explode(F.array(*(F.lit(cut).cast("bigint") for cut in CUTS))).alias("score")
    every = counted.select(*_WHOLE).distinct().select(*_WHOLE, cuts)
    return every.join(counted, [*_WHOLE, "score"], "left").fillna(0, list(_COUNTED))


def _figures() -> list[Expression]:
    caught, hurt = F.col("above_fraud_count"), F.col("above_good_count")
    missed = F.col("all_fraud_minor") - F.col("above_fraud_minor")
    lost = F.floor(F.col("above_good_minor") * LOST_MARGIN_PERCENT / 100)
    named = {
        "cut_score": F.col("score"),
        "payments_count": F.col("all_good_count") + F.col("all_fraud_count"),
        "payments_minor": F.col("all_good_minor") + F.col("all_fraud_minor"),
        "fraud_count": F.col("all_fraud_count"),
        "fraud_minor": F.col("all_fraud_minor"),
        "blocked_good_count": hurt,
        "blocked_good_minor": F.col("above_good_minor"),
        "caught_fraud_count": caught,
        "caught_fraud_minor": F.col("above_fraud_minor"),
        "missed_fraud_minor": missed,
        "cost_minor": missed + lost,
    }
    return [
        *map(F.col, (*_WHOLE, "first_date", "last_date")),
        *(v.cast("bigint").alias(n) for n, v in named.items()),
    ]


def _rates() -> list[Expression]:
    caught, hurt = F.col("caught_fraud_count"), F.col("blocked_good_count")
    return [
        ratio(caught + hurt, "payments_count").alias("blocked_rate"),
        ratio(caught, caught + hurt).alias("precision_rate"),
        ratio(caught, "fraud_count").alias("recall_rate"),
        ratio("caught_fraud_minor", "fraud_minor").alias("value_recall_rate"),
        ratio(hurt, F.col("payments_count") - F.col("fraud_count")).alias("false_positive_rate"),
    ]
