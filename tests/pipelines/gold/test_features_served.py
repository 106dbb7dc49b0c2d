"""Features of cards, customers, merchants, domains and networks as of now, and training rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from silver_rows import Row, at, charge, frames

from pipelines.catalog import all_tables, declared

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def paid(charge_id: str, made: str, **facts: Any) -> Row:
    moment = at(made)
    own = {"card_fingerprint": "f_1", "customer_id": "cus_1", "is_current": True, "version": "1"}
    times = {"occurred_at": moment, "known_at": moment, "version_id": f"evt_{charge_id}"}
    return charge(charge_id, made) | own | times | facts


def test_what_a_card_would_see_now(spark: SparkSession) -> None:
    """Now is the second after the newest one that the data know, so the newest payment is seen."""
    rows = [
        paid("ch_1", "2026-05-01T10:00:00"),
        paid("ch_2", "2026-05-01T10:30:00", amount_minor=3000),
        paid("ch_3", "2026-05-01T11:00:00", amount_minor=50, currency="EUR"),
        paid("ch_4", "2026-05-01T11:00:00", card_fingerprint="f_2", livemode=False),
        paid("ch_5", "2026-01-01", card_fingerprint="f_3"),
    ]
    name = "gold.features_cards"
    served = declared()[name].recipe.build(frames(spark, name, {"silver.charge_history": rows}))
    found = {(row["card_fingerprint"], row["currency"]): row.asDict() for row in served.collect()}
    assert found.keys() == {("f_1", "USD"), ("f_1", "EUR")}
    dollars, euros = found["f_1", "USD"], found["f_1", "EUR"]
    assert dollars["card_payments_1h"] == euros["card_payments_1h"] == 2
    assert (dollars["card_amount_sum_30d"], euros["card_amount_sum_30d"]) == (4000, 50)
    assert dollars["card_amount_ratio_mean_30d"] == 2000
    assert dollars["as_of_at"].astimezone(UTC) == datetime(2026, 5, 1, 11, 0, 1, tzinfo=UTC)


def filled(spark: SparkSession, name: str, *rows: Row) -> DataFrame:
    """A gold table of some rows; columns that a row does not name are null."""
    table = all_tables()[name]
    given = [tuple(row.get(column) for column in table.column_names) for row in rows]
    return spark.createDataFrame(given, table.spark_schema())


def test_training_rows_are_payments_with_a_label(spark: SparkSession) -> None:
    def payment(charge_id: str, day: str, **facts: Any) -> Row:
        return {"account": "acct_a", "charge_id": charge_id, "date": date.fromisoformat(day)} | facts

    name = "gold.training_fraud"
    now = {
        "gold.features_payments": filled(
            spark,
            "gold.features_payments",
            payment("ch_1", "2026-05-01", card_payments_1h=2.0),
            payment("ch_declined", "2026-05-01"),
            payment("ch_2", "2026-05-02"),
        ),
        "gold.fraud_labels": filled(
            spark,
            "gold.fraud_labels",
            payment("ch_1", "2026-05-01", label="fraud"),
            payment("ch_2", "2026-05-02", label="unknown"),
        ),
    }
    rows = declared()[name].recipe.build(now, ["2026-05-01"]).collect()
    assert [(row["charge_id"], row["label"], row["card_payments_1h"]) for row in rows] == [
        ("ch_1", "fraud", 2.0)
    ]
    changed = {source: frame.filter("charge_id = 'ch_2'") for source, frame in now.items()}
    assert {str(row[0]) for row in declared()[name].recipe.dates(changed, now).collect()} == {"2026-05-02"}
