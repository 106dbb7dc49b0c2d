"""gold.threshold_tradeoffs: what blocking from each score on would have done, in payments and in money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, ratio, sum_if
from pipelines.gold.model_performance_daily import INPUTS, LABELS, SCORES, told
from pipelines.gold.shared.contract import amount, count, dimension, rate
from pipelines.gold.shared.recipe import Whole
from pipelines.models.judging.performance import LOST_MARGIN_PERCENT
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

__all__ = ["TABLE", "snapshot"]

TRAILING_DAYS = 56
"""Days of payments that are looked at: the last eight weeks of those whose labels have matured."""

CUTS = range(101)

TABLE = Table(
    name="gold.threshold_tradeoffs",
    doc=(
        "One row per model version, currency and cut: what blocking every payment with at least that score would have "
        f"done, over the last {TRAILING_DAYS} days of the version's payments whose labels have matured. Cut 0 blocks "
        "everything. Counts may be added over currencies, amounts never, and nothing over cuts: each holds those above."
    ),
    key=("currency", "cut_score", "model_version"),
    columns=(
        dimension("model_version", "The model and its version, as in gold.payment_scores."),
        dimension("currency", "ISO 4217 code of the amounts; two currencies are never added."),
        Column(
            "cut_score", "bigint", "The lowest score that is blocked, 0 to 100.", required=True, minimum=0
        ),
        dimension("task", "What the model predicts, such as fraud."),
        Column("first_date", "date", "Day of the oldest payment that is looked at, UTC.", required=True),
        Column("last_date", "date", "Day of the newest one.", required=True),
        count("payments_count", "Payments with a score and a matured label."),
        amount("payments_minor", "Amount of them."),
        count("fraud_count", "Of them, fraud."),
        amount("fraud_minor", "Amount of the fraud."),
        count("blocked_good_count", "Good payments that would have been blocked."),
        amount("blocked_good_minor", "Amount of them."),
        count("caught_fraud_count", "Fraud that would have been blocked."),
        amount("caught_fraud_minor", "Amount of it."),
        amount("missed_fraud_minor", "Amount of the fraud that would not have been blocked."),
        amount(
            "cost_minor",
            f"missed_fraud_minor, and {LOST_MARGIN_PERCENT} % of blocked_good_minor, rounded down: the margin that is "
            "lost on good payments.",
        ),
        rate("blocked_rate", "Share of all payments that would have been blocked."),
        rate("precision_rate", "Share of what would have been blocked that is fraud."),
        rate("recall_rate", "Share of the fraud that would have been blocked, by count."),
        rate("value_recall_rate", "Share of the fraud that would have been blocked, by amount."),
        rate("false_positive_rate", "Share of the good payments that would have been blocked."),
    ),
)

_WHOLE = ["model_version", "task", "currency"]
_COUNTED = ("good_count", "good_minor", "fraud_count", "fraud_minor")


def snapshot(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    by_score = _by_score(_recent(_matured(now)))
    from_there = Window.partitionBy(*_WHOLE).orderBy(F.desc("score"))
    everything = Window.partitionBy(*_WHOLE)
    above = {f"above_{name}": F.sum(name).over(from_there) for name in _COUNTED}
    whole = {f"all_{name}": F.sum(name).over(everything) for name in _COUNTED}
    days = {
        "first_date": F.min("first_date").over(everything),
        "last_date": F.max("last_date").over(everything),
    }
    return (
        by_score.withColumns(above | whole | days)
        .select(*_figures())
        .select("*", *_rates())
        .select(*TABLE.column_names)
    )


def _matured(now: Mapping[str, DataFrame]) -> DataFrame:
    matured = told(now[LABELS], now[LABELS]).filter("is_matured")
    return now[SCORES].join(matured, ["account", "charge_id"])


def _recent(rows: DataFrame) -> DataFrame:
    """The payments of the last days of each version."""
    newest = rows.groupBy("model_version").agg(F.max("date").alias("newest"))
    young = F.col("date") > F.date_sub("newest", TRAILING_DAYS)
    return rows.join(newest, "model_version").filter(young)


def _by_score(rows: DataFrame) -> DataFrame:
    """Counts and amounts of each score from 0 to 100, also of those that no payment has."""
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


RECIPE = Whole(TABLE, inputs=INPUTS, build=snapshot, group="models")
