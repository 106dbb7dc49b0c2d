"""What the page about a task's models reads: added up in Spark, so that little comes out however much was scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import pandas as pd
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if
from pipelines.models.drift.reference import PROBABILITY
from pipelines.models.task import Task
from pipelines.report.figures import Figure
from pipelines.report.models.versions import Version
from pipelines.tasks.shared.performance import told

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

WINDOW_DAYS = 28
"""Trailing days that a figure over time is made from: a shorter window has too little fraud."""

REASON_DAYS = 56
"""Days of scores that reasons are counted over."""

EDGES = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 70, 90, 101)
"""Scores at which the bins of the calibration curve begin: finer where most payments are."""

MOVES = 5
"""Columns of each version that are followed over time: those that have moved most by now."""

FLAGGED = 10
"""Score from which a payment counts as flagged where reasons are counted."""

TRADEOFFS = (
    "model_version", "currency", "cut_score", "first_date", "last_date", "payments_count", "fraud_count", "fraud_minor",
    "caught_fraud_count", "caught_fraud_minor", "missed_fraud_minor", "blocked_good_count", "blocked_good_minor",
    "cost_minor",
)  # fmt: skip
"""Columns that are shown of trade-offs."""


@dataclass(frozen=True)
class ModelFacts:
    """What the charts are made from, with columns as they are called where payments and their fraud are told.

    Attributes:
        task: what the models predict.
        versions: of models, the one that serves first, then the newest.
        performance: of all merchants together, windows of :data:`WINDOW_DAYS`.
        merchants: the same by merchant and currency, the newest day of each version.
        tradeoffs: by version, currency and cut.
        calibration: matured payments by ``model_version`` and ``bin``: ``payments``, ``frauds`` and ``predicted``, the
            sum of probabilities.
        spread: scored payments by ``model_version``, ``week`` and ``bin``.
        reasons: flagged payments of the last days by ``model_version`` and ``top_reason``, and how many are ``frauds``.
        drift: windows of :data:`WINDOW_DAYS`, the newest day of each version.
        moves: the same for every day, of the columns that have moved most by then, and of the probability.
        decisions: payments by ``action`` and ``decided_by``: ``payments``, ``matured`` and ``frauds``.
        decided: the first and the last day of the decisions.
    """

    task: Task
    versions: tuple[Version, ...] = ()
    performance: pd.DataFrame = field(default_factory=pd.DataFrame)
    merchants: pd.DataFrame = field(default_factory=pd.DataFrame)
    tradeoffs: pd.DataFrame = field(default_factory=pd.DataFrame)
    calibration: pd.DataFrame = field(default_factory=pd.DataFrame)
    spread: pd.DataFrame = field(default_factory=pd.DataFrame)
    reasons: pd.DataFrame = field(default_factory=pd.DataFrame)
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)
    moves: pd.DataFrame = field(default_factory=pd.DataFrame)
    decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    decided: tuple[date, date] | None = None

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies of scored payments, the one with most payments first."""
        if self.tradeoffs.empty:
            return ()
        counted = self.tradeoffs.groupby("currency")["payments_count"].max()
        return tuple(sorted(counted.index, key=lambda code: (-counted[code], code)))

    def of(self, frame: pd.DataFrame, version: Version) -> pd.DataFrame:
        """The rows of a version."""
        return frame[frame["model_version"] == version.name] if len(frame) else frame

    def drawn(self, frame: pd.DataFrame, figure: Callable[[pd.DataFrame], Figure]) -> dict[str, Figure]:
        """A figure for each version that has rows, by the place of the version."""
        return {
            str(place): figure(rows)
            for place, version in enumerate(self.versions)
            if len(rows := self.of(frame, version))
        }


def read_facts(lake: Lakehouse, task: Task, shown: Sequence[Version]) -> ModelFacts:
    """The facts of a lakehouse about some versions of a task's model; without a version only what was decided."""
    known = lake.table(task.labels_table)
    labels = told(task, known, known)
    facts = ModelFacts(task)
    if task.table("decisions") in lake.tables:
        decisions = lake.table(task.table("decisions"))
        facts = replace(facts, decisions=_decisions(task, decisions, labels), decided=_days(decisions))
    if not shown:
        return facts
    is_shown = F.col("model_version").isin([version.name for version in shown])
    in_window = is_shown & (F.col("window_days") == WINDOW_DAYS)
    scores = lake.table(task.table("scores")).filter(is_shown)
    performance = lake.table(task.table("performance_daily")).filter(in_window)
    moved = lake.table(task.table("drift_daily")).filter(in_window)
    if task.table("tradeoffs") in lake.tables:
        tradeoffs = lake.table(task.table("tradeoffs")).filter(is_shown)
        facts = replace(facts, tradeoffs=_named(task, tradeoffs, TRADEOFFS).toPandas())
    return replace(
        facts,
        versions=tuple(shown),
        performance=_all_merchants(task, performance),
        merchants=_by_merchant(task, performance),
        calibration=_calibration(task, scores, labels),
        spread=_spread(scores),
        reasons=_reasons(task, scores, labels),
        drift=(newest := _newest(moved)),
        moves=_moves(moved, newest),
    )


def _named(task: Task, rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Some columns, as they are called where payments and their fraud are told."""
    return rows.select(*(F.col(task.column(name)).alias(name) for name in columns))


def _all_merchants(task: Task, performance: DataFrame) -> pd.DataFrame:
    columns = (
        "model_version", "date", "label_maturity", "payments_count", "fraud_count", "expected_fraud_count", "roc_auc",
        "average_precision", "recall_at_1_percent_rate", "recall_at_5_percent_rate",
    )  # fmt: skip
    rows = _named(task, performance.filter("segment = 'all'"), columns).toPandas()
    return rows.sort_values(["model_version", "label_maturity", "date"], ignore_index=True)


def _by_merchant(task: Task, performance: DataFrame) -> pd.DataFrame:
    known = performance.filter("segment = 'account' and label_maturity = 'known'")
    own = Window.partitionBy("model_version", "account", "currency").orderBy(F.desc("date"))
    newest = known.withColumn("place", F.row_number().over(own)).filter("place = 1")
    columns = (
        "model_version", "account", "currency", "payments_count", "fraud_count", "expected_fraud_count", "roc_auc",
    )  # fmt: skip
    return _named(task, newest, columns).toPandas().sort_values(["account", "currency"], ignore_index=True)


def _bin() -> Expression:
    """The bin of a score: how many of the inner edges it has reached."""
    reached = [(F.col("score") >= F.lit(edge)).cast("int") for edge in EDGES[1:-1]]
    return reduce(lambda one, other: one + other, reached).alias("bin")


def _calibration(task: Task, scores: DataFrame, labels: DataFrame) -> pd.DataFrame:
    matured = scores.join(labels.filter("is_matured"), list(task.key))
    added = matured.groupBy("model_version", _bin()).agg(
        F.count("*").alias("payments"),
        count_if(F.col("is_fraud")).alias("frauds"),
        F.sum("probability").alias("predicted"),
    )
    return added.toPandas().sort_values(["model_version", "bin"], ignore_index=True)


def _spread(scores: DataFrame) -> pd.DataFrame:
    week = F.date_trunc("week", F.col("date").cast("timestamp")).cast("date").alias("week")
    counted = scores.groupBy("model_version", week, _bin()).agg(F.count("*").alias("payments"))
    return counted.toPandas().sort_values(["model_version", "week", "bin"], ignore_index=True)


def _reasons(task: Task, scores: DataFrame, labels: DataFrame) -> pd.DataFrame:
    newest = scores.groupBy("model_version").agg(F.max("date").alias("newest"))
    recent = scores.join(newest, "model_version").filter(
        (F.col("date") > F.date_sub("newest", REASON_DAYS)) & (F.col("score") >= FLAGGED)
    )
    labelled = recent.filter("top_reason is not null").join(labels, list(task.key), "left")
    counted = labelled.groupBy("model_version", "top_reason").agg(
        F.count("*").alias("payments"), count_if(F.col("is_fraud")).alias("frauds")
    )
    return counted.toPandas().sort_values(["model_version", "top_reason"], ignore_index=True)


def _newest(moved: DataFrame) -> pd.DataFrame:
    last = moved.groupBy("model_version").agg(F.max("date").alias("newest"))
    rows = moved.join(last, "model_version").filter("date = newest").drop("newest").toPandas()
    return rows.sort_values(["model_version", "column_name"], ignore_index=True)


def _moves(moved: DataFrame, newest: pd.DataFrame) -> pd.DataFrame:
    """Every day of a few columns of each version."""
    ranked = newest.sort_values(["stability_index", "column_name"], ascending=[False, True])
    most = ranked[ranked["column_name"] != PROBABILITY].groupby("model_version").head(MOVES)
    chosen = [
        (F.col("model_version") == version) & F.col("column_name").isin(*names, PROBABILITY)
        for version, names in most.groupby("model_version")["column_name"]
    ]
    rows = moved.filter(reduce(or_, chosen)) if chosen else moved.filter("false")
    drawn = rows.select("model_version", "column_name", "date", "stability_index").toPandas()
    return drawn.sort_values(["model_version", "column_name", "date"], ignore_index=True)


def _decisions(task: Task, decisions: DataFrame, labels: DataFrame) -> pd.DataFrame:
    labelled = decisions.join(labels, list(task.key), "left")
    counted = labelled.groupBy("decided_by", "action").agg(
        F.count("*").alias("payments"),
        count_if(F.col("is_matured")).alias("matured"),
        count_if(F.col("is_matured") & F.col("is_fraud")).alias("frauds"),
    )
    return counted.toPandas().sort_values(["decided_by", "action"], ignore_index=True)


def _days(decisions: DataFrame) -> tuple[date, date] | None:
    [first, last] = decisions.agg(F.min("date"), F.max("date")).collect()[0]
    return (first, last) if first else None
