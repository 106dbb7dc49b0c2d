"""Features of cards, customers, merchants, domains and networks as of now, and training rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipelines.catalog import all_tables, declared
from pipelines.delta.schemas import arrow_schema
from pipelines.gold.shared.recipe import Apart, Last
from tests.pipelines.gold.silver_rows import Row, Tables, at, charge, frames, refund

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


CARDS, HISTORY, REFUNDS = "gold.features_cards", "silver.charge_history", "silver.refunds"
NOW = paid("ch_now", "2026-05-02T12:00:00", card_fingerprint="f_now")
"""A payment by which the data's clock moves on."""

BEFORE: Tables = {
    HISTORY: [
        paid("ch_old", "2026-02-01T11:00:00", card_fingerprint="f_old"),
        paid("ch_1", "2026-04-02T11:00:00", card_fingerprint="f_month"),
        paid("ch_2", "2026-04-20T10:00:00", card_fingerprint="f_1"),
        paid("ch_3", "2026-05-01T11:00:00", card_fingerprint="f_1", amount_minor=70),
        paid("ch_4", "2026-05-01T12:00:00", card_fingerprint="f_2"),
    ],
    REFUNDS: [refund("re_1", "ch_2", "2026-04-21", known_at=at("2026-04-21"), reason="fraudulent")],
}


def with_rows(*rows: Row, table: str = HISTORY, without: Sequence[str] = ()) -> Tables:
    """The tables of before with some rows more, and without those of some payments or refunds."""
    id_of = "charge_id" if table == HISTORY else "refund_id"
    return {**BEFORE, table: [*(row for row in BEFORE[table] if row[id_of] not in without), *rows]}


def by_key(name: str, rows: DataFrame) -> dict[tuple[Any, ...], Row]:
    key = all_tables()[name].key
    return {tuple(row[column] for column in key): row for row in rows.toArrow().to_pylist()}


def renewed(spark: SparkSession, name: str, after: Tables, **marked: float) -> dict[tuple[Any, ...], Row]:
    """A table of before, in which every row may be marked, as it is renewed for what came in after."""
    changed = {
        table: [row for row in after.get(table, ()) if row not in BEFORE.get(table, ())]
        + [row for row in BEFORE.get(table, ()) if row not in after.get(table, ())]
        for table in {*BEFORE, *after}
    }
    how = declared()[name].recipe
    then = [row | marked for row in by_key(name, how.build(frames(spark, name, BEFORE))).values()]
    rows = spark.createDataFrame(pa.Table.from_pylist(then, arrow_schema(how.table)))
    last = Last(rows, frames(spark, name, changed))
    return by_key(name, how.renew(frames(spark, name, after), last, Apart()))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(with_rows(NOW), id="windows that moved"),
        pytest.param(with_rows(paid("ch_5", "2026-06-10")), id="more than a month later"),
        pytest.param(with_rows(paid("ch_5", "2026-12-10")), id="nobody left of before"),
        pytest.param(with_rows(paid("ch_5", "2026-04-30", card_fingerprint="f_2")), id="a late payment"),
        pytest.param(
            with_rows(NOW, paid("ch_2", "2026-04-20T10:00:00", card_fingerprint="f_3"), without=["ch_2"]),
            id="a payment of another card",
        ),
        pytest.param(with_rows(without=["ch_2", "ch_3"]), id="a card that is forgotten"),
        pytest.param(
            with_rows(
                refund("re_1", "ch_old", "2026-04-21", known_at=at("2026-04-21"), reason="fraudulent"),
                table=REFUNDS,
                without=["re_1"],
            ),
            id="a refund of another payment",
        ),
        pytest.param(
            with_rows(refund("re_2", "ch_old", "2026-05-01", known_at=at("2026-05-01")), table=REFUNDS),
            id="a refund of an old payment",
        ),
    ],
)
def test_what_is_renewed_is_what_is_made_anew(spark: SparkSession, after: Tables) -> None:
    anew = declared()[CARDS].recipe.build(frames(spark, CARDS, after))
    assert renewed(spark, CARDS, after) == by_key(CARDS, anew)


def test_only_who_is_touched_is_looked_at_again(spark: SparkSession) -> None:
    seconds_later = paid("ch_now", "2026-05-01T12:00:10", card_fingerprint="f_now")
    found = renewed(spark, CARDS, with_rows(seconds_later), card_velocity_1h=-1.0)
    marked = {row["card_fingerprint"]: row["card_velocity_1h"] for row in found.values()}
    assert marked == {"f_month": -1, "f_1": -1, "f_2": -1, "f_now": 720}
    assert found["acct_a", "USD", "f_2"]["card_seconds_since_last_90d"] == 11


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
