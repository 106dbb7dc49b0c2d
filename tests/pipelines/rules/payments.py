"""Payments with a few features, labels and scores, as gold holds them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.rules.columns import SCORED
from pipelines.rules.tree import Kind

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]

NAMES: dict[str, Kind] = {
    "amount_minor": "number",
    "card_country": "text",
    "ip_country": "text",
    "card_declines_1h": "number",
    **SCORED,
}

_PAYMENTS = (
    "account string, charge_id string, date date, created_at timestamp, currency string, amount_minor bigint, "
    "card_country string, ip_country string, card_declines_1h double"
)
_SCORES = (
    "account string, charge_id string, model_version string, role string, scored_at timestamp, "
    "probability double, score bigint"
)


def payment(charge_id: str, label: str = "legitimate", **fields: Any) -> Row:
    """A payment of 10.00 USD from where its card is; its label is left out of what features hold."""
    day: date = fields.pop("date", date(2026, 3, 1))
    made = datetime(day.year, day.month, day.day, fields.pop("hour", 12), tzinfo=UTC)
    row = {"account": "acct_a", "charge_id": charge_id, "date": day, "created_at": made, "currency": "USD"}
    row |= {"amount_minor": 1000, "card_country": "US", "ip_country": "US", "card_declines_1h": 0.0}
    return row | {"label": label} | fields


def score(charge_id: str, given: int, version: str = "fraud/1", role: str = "serving", hour: int = 1) -> Row:
    """What a model version said of a payment, at an hour of the day after."""
    scored = datetime(2026, 3, 2, hour, tzinfo=UTC)
    row = {"account": "acct_a", "charge_id": charge_id, "model_version": version, "role": role}
    return row | {"scored_at": scored, "probability": given / 100, "score": given}


def features(spark: SparkSession, *rows: Row) -> DataFrame:
    """gold.features_payments."""
    return _frame(spark, rows, _PAYMENTS)


def training(spark: SparkSession, *rows: Row) -> DataFrame:
    """gold.training_fraud."""
    return _frame(spark, rows, f"{_PAYMENTS}, label string")


def scores(spark: SparkSession, *rows: Row) -> DataFrame:
    """gold.payment_scores."""
    return _frame(spark, rows, _SCORES)


def _frame(spark: SparkSession, rows: tuple[Row, ...], schema: str) -> DataFrame:
    names = [column.split()[0] for column in schema.split(", ")]
    return spark.createDataFrame([tuple(row[name] for name in names) for row in rows], schema)
