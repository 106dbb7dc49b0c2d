"""gold.model_performance_daily: how the scores of each model version have turned out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.schemas import arrow_schema
from pipelines.frames.days import around, reached
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
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

SCORES = "gold.payment_scores"
LABELS = "gold.fraud_labels"
INPUTS = (SCORES, LABELS)

ALL = "all"
"""Stands in a dimension for all of its values together."""

SEGMENTS: Mapping[str, tuple[int, ...]] = {"all": (1, 7, 28), "currency": (1, 7, 28), "account": (28,)}
"""What a row is about, and the trailing windows in days that it is made for: a merchant's day has too little fraud."""

MATURITIES = ("matured", "known")

_GROUP = ["model_version", "task", "segment", "account", "currency"]

_LONGEST = max(max(lengths) for lengths in SEGMENTS.values())


def _amount(name: str, doc: str) -> Column:
    return Column(name, "bigint", f"{doc} Null where there is more than one currency.", minimum=0)


def _rate(name: str, doc: str) -> Column:
    return Column(name, "double", f"{doc} From 0 to 1; null where it is not defined.", minimum=0)


def _at(cut: int) -> tuple[Column, ...]:
    return (
        count(f"flagged_at_{cut}_count", f"Payments with a score of at least {cut}."),
        count(f"caught_at_{cut}_count", "Of them, fraud."),
        _rate(f"precision_at_{cut}_rate", f"caught_at_{cut}_count / flagged_at_{cut}_count."),
        _rate(f"recall_at_{cut}_rate", f"caught_at_{cut}_count / fraud_count."),
        _amount(f"caught_at_{cut}_minor", f"Amount of the fraud with a score of at least {cut}."),
        _amount(
            f"cost_at_{cut}_minor",
            f"What blocking from a score of {cut} on would have cost: the amount of missed fraud, and "
            f"{LOST_MARGIN_PERCENT} % of the amount of good payments that were turned away.",
        ),
    )


TABLE = Table(
    name="gold.model_performance_daily",
    doc=(
        "One row per model version, segment, day, trailing window and maturity of labels: how the scores have turned "
        "out. Choose one segment, one window and one maturity before adding anything: the same payments are in several "
        "rows. A single day has little fraud: read windows of 28 days, and do not take the mean of daily figures. Only "
        "payments that have a label count: attempts that were declined or blocked have none."
    ),
    key=("segment", "account", "currency", "date", "window_days", "label_maturity", "model_version"),
    columns=(
        dimension("model_version", "The model and its version, as in gold.payment_scores."),
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
        Column("date", "date", "Last day of the window, by the day of the payments, UTC.", required=True),
        Column("window_days", "bigint", "Days that the window has.", required=True, minimum=1),
        Column(
            "label_maturity",
            "string",
            "matured: only payments that are old enough for silence to mean that they were good. known: all payments, "
            "those without a sign of fraud taken as good, which is wrong about some until they have matured.",
            required=True,
            known=MATURITIES,
        ),
        dimension("task", "What the model predicts, such as fraud."),
        count("payments_count", "Payments with a score and a label."),
        count("fraud_count", "Of them, fraud as far as it is known now."),
        Column(
            "expected_fraud_count",
            "double",
            "Sum of the probabilities: how much fraud the model expects.",
            required=True,
            minimum=0,
        ),
        _amount("payments_minor", "Amount of the payments."),
        _amount("fraud_minor", "Amount of the fraud."),
        _rate("fraud_rate", "fraud_count / payments_count."),
        _rate("roc_auc", "Chance that a random fraud has a higher probability than a random good payment."),
        _rate("average_precision", "Area under precision and recall."),
        _rate(
            "recall_at_1_percent_rate", "Share of fraud caught while at most 1 % of good payments is flagged."
        ),
        _rate(
            "recall_at_5_percent_rate", "Share of fraud caught while at most 5 % of good payments is flagged."
        ),
        _rate(
            "card_precision_100_rate",
            "Of the 100 most suspicious cards of each day, the share with fraud on that day, as the mean of the days; "
            "a card that was found is left out on later days of the window.",
        ),
        _rate(
            "value_detected_rate",
            f"Share of the fraud's amount caught with at most {FALSE_ALARMS} false alarms for each caught fraud.",
        ),
        Column(
            "calibration_ratio",
            "double",
            "expected_fraud_count / fraud_count: 1 is right; null without fraud.",
            minimum=0,
        ),
        _rate(
            "calibration_error",
            "Expected calibration error: mean difference of probability and share of fraud, over ten groups of equal "
            "size.",
        ),
        _rate("brier_score", "Mean squared difference of probability and outcome; 0 is perfect."),
        *(column for cut in CUTS for column in _at(cut)),
    ),
)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose windows have a payment with another score or label, up to the newest day with a score."""
    touched = changed[SCORES].select("date").unionByName(changed[LABELS].select("date"))
    return reached(touched, now[SCORES], _LONGEST)


def build(now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The rows of some days (ISO dates)."""

    def performance(rows: pa.Table) -> pa.Table:  # no partial: Spark reads these hints
        return _performance(rows, asked)

    asked = tuple(dates)
    outcomes = _segmented(_outcomes(now, dates)).groupBy(*_GROUP)
    return outcomes.applyInArrow(performance, TABLE.spark_schema())


def _outcomes(now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The scores of payments that have a label, of the days that windows up to some days reach."""
    near = partial(around, column="date", dates=dates, before=_LONGEST - 1, after=0)
    labels = told(near(now[LABELS]), now[LABELS])
    return near(now[SCORES]).join(labels, ["account", "charge_id"])


def told(labels: DataFrame, everything: DataFrame) -> DataFrame:
    """Of each payment whether it is fraud as far as is known, and whether its label is final.

    Args:
        labels: of gold.fraud_labels, those that are asked about.
        everything: all labels: the newest says what time it is.
    """
    return labels.select(
        "account",
        "charge_id",
        (F.col("label") == "fraud").alias("is_fraud"),
        _is_matured(everything).alias("is_matured"),
    )


def _is_matured(labels: DataFrame) -> Expression:
    """Whether a payment is so old that its label is final. The clock of the labels is when the newest one was known."""
    [[clock]] = labels.agg(F.max(F.unix_seconds("label_known_at"))).collect()
    return F.unix_seconds("matures_at") <= F.lit(-1 if clock is None else clock)


def _segmented(rows: DataFrame) -> DataFrame:
    """The rows once for each segment that they belong to."""
    dimensions: Mapping[str, Mapping[str, Expression]] = {
        "all": {"account": F.lit(ALL), "currency": F.lit(ALL)},
        "currency": {"account": F.lit(ALL), "currency": F.col("currency")},
        "account": {"account": F.col("account"), "currency": F.col("currency")},
    }
    parts = [
        rows.select(
            "model_version", "task", F.lit(name).alias("segment"), *(value.alias(to) for to, value in of.items()),
            "charge_id", "date", "probability", "score", "card_fingerprint", "amount_minor", "is_fraud", "is_matured",
        )
        for name, of in dimensions.items()
    ]  # fmt: skip
    return reduce(lambda one, other: one.unionByName(other), parts)


def _performance(rows: pa.Table, dates: Sequence[str]) -> pa.Table:
    """The rows of one segment, from all of its payments."""
    named = rows.select(_GROUP).slice(0, 1).to_pylist()[0]
    # In one order, whatever the engine's: sums of fractions depend on it, and so does which of equal cards comes first.
    ordered = rows.sort_by([("date", "ascending"), ("charge_id", "ascending"), ("probability", "ascending")])
    found = [named | one for one in _windows(ordered, named["segment"], dates)]
    return pa.Table.from_pylist(found, arrow_schema(TABLE))


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
    cards = rows["card_fingerprint"].combine_chunks().dictionary_encode()
    return Outcomes(
        days=rows["date"].cast(pa.int32()).to_numpy().astype(np.int64),
        probabilities=rows["probability"].to_numpy(),
        scores=rows["score"].to_numpy(),
        is_fraud=rows["is_fraud"].to_numpy(),
        amounts=rows["amount_minor"].to_numpy(),
        cards=cards.indices.fill_null(-1).to_numpy().astype(np.int64),
    )


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build, group="models")
