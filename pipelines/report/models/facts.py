"""What the page about models reads: added up in Spark, so that what comes out is small however much was scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import pandas as pd
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if
from pipelines.gold.model_performance_daily import told
from pipelines.models.drift.reference import PROBABILITY
from pipelines.report.figures import Figure
from pipelines.report.models.versions import Version

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


@dataclass(frozen=True)
class ModelFacts:
    """What the charts are made from.

    Attributes:
        versions: of models, the one that serves first, then the newest.
        performance: gold.model_performance_daily of all merchants together, windows of :data:`WINDOW_DAYS`.
        merchants: the same by merchant and currency, the newest day of each version.
        tradeoffs: gold.threshold_tradeoffs.
        calibration: matured payments by ``model_version`` and ``bin``: ``payments``, ``frauds`` and ``predicted``, the
            sum of probabilities.
        spread: scored payments by ``model_version``, ``week`` and ``bin``.
        reasons: flagged payments of the last days by ``model_version`` and ``top_reason``, and how many are ``frauds``.
        drift: gold.model_drift_daily, windows of :data:`WINDOW_DAYS`, the newest day of each version.
        moves: the same for every day, of the columns that have moved most by then, and of the probability.
        decisions: payments by ``action`` and ``decided_by``: ``payments``, ``matured`` and ``frauds``.
        decided: the first and the last day of the decisions.
    """

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


def read_facts(lake: Lakehouse, shown: Sequence[Version]) -> ModelFacts:
    """The facts of a lakehouse about some versions of a model; without a version only what was decided."""
    decisions = lake.table("gold.payment_decisions")
    known = lake.table("gold.fraud_labels")
    labels = told(known, known)
    decided, days = _decisions(decisions, labels), _days(decisions)
    if not shown:
        return ModelFacts(decisions=decided, decided=days)
    names = [version.name for version in shown]
    scores = lake.table("gold.payment_scores").filter(F.col("model_version").isin(names))
    performance = lake.table("gold.model_performance_daily").filter(
        F.col("model_version").isin(names) & (F.col("window_days") == WINDOW_DAYS)
    )
    moved = lake.table("gold.model_drift_daily").filter(
        F.col("model_version").isin(names) & (F.col("window_days") == WINDOW_DAYS)
    )
    return ModelFacts(
        versions=tuple(shown),
        performance=_all_merchants(performance),
        merchants=_by_merchant(performance),
        tradeoffs=lake.table("gold.threshold_tradeoffs")
        .filter(F.col("model_version").isin(names))
        .toPandas(),
        calibration=_calibration(scores, labels),
        spread=_spread(scores),
        reasons=_reasons(scores, labels),
        drift=(newest := _newest(moved)),
        moves=_moves(moved, newest),
        decisions=decided,
        decided=days,
    )


def _all_merchants(performance: DataFrame) -> pd.DataFrame:
    columns = (
        "model_version", "date", "label_maturity", "payments_count", "fraud_count", "expected_fraud_count", "roc_auc",
        "average_precision", "recall_at_1_percent_rate", "recall_at_5_percent_rate",
    )  # fmt: skip
    rows = performance.filter("segment = 'all'").select(*columns).toPandas()
    return rows.sort_values(["model_version", "label_maturity", "date"], ignore_index=True)


def _by_merchant(performance: DataFrame) -> pd.DataFrame:
    known = performance.filter("segment = 'account' and label_maturity = 'known'")
    own = Window.partitionBy("model_version", "account", "currency").orderBy(F.desc("date"))
    newest = known.withColumn("place", F.row_number().over(own)).filter("place = 1")
    columns = (
        "model_version", "account", "currency", "payments_count", "fraud_count", "expected_fraud_count", "roc_auc",
    )  # fmt: skip
    return newest.select(*columns).toPandas().sort_values(["account", "currency"], ignore_index=True)


def _bin() -> Expression:
    """The bin of a score: how many of the inner edges it has reached."""
    reached = [(F.col("score") >= F.lit(edge)).cast("int") for edge in EDGES[1:-1]]
    return reduce(lambda one, other: one + other, reached).alias("bin")


def _calibration(scores: DataFrame, labels: DataFrame) -> pd.DataFrame:
    matured = scores.join(labels.filter("is_matured"), ["account", "charge_id"])
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


def _reasons(scores: DataFrame, labels: DataFrame) -> pd.DataFrame:
    newest = scores.groupBy("model_version").agg(F.max("date").alias("newest"))
    recent = scores.join(newest, "model_version").filter(
        (F.col("date") > F.date_sub("newest", REASON_DAYS)) & (F.col("score") >= FLAGGED)
    )
    labelled = recent.filter("top_reason is not null").join(labels, ["account", "charge_id"], "left")
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


def _decisions(decisions: DataFrame, labels: DataFrame) -> pd.DataFrame:
    labelled = decisions.join(labels, ["account", "charge_id"], "left")
    counted = labelled.groupBy("decided_by", "action").agg(
        F.count("*").alias("payments"),
        count_if(F.col("is_matured")).alias("matured"),
        count_if(F.col("is_matured") & F.col("is_fraud")).alias("frauds"),
    )
    return counted.toPandas().sort_values(["decided_by", "action"], ignore_index=True)


def _days(decisions: DataFrame) -> tuple[date, date] | None:
    [first, last] = decisions.agg(F.min("date"), F.max("date")).collect()[0]
    return (first, last) if first else None
