"""The book's features are the book's, and none of ours knows what was not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.handbook import features
from tests.pipelines.handbook.made_up import BEGIN, charges, payments

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIRST, LAST, UNTIL = "2018-06-01", "2018-06-20", datetime(2018, 6, 21, tzinfo=UTC)


def real_payments(folder: Path) -> pd.DataFrame:
    """Twenty days of the handbook, at one terminal in fifty."""
    files = [file for file in sorted(folder.glob("*.csv.gz")) if FIRST <= file.name[:10] <= LAST]
    rows = pd.concat([pd.read_csv(file, parse_dates=["TX_DATETIME"]) for file in files])
    rows = rows[rows["TERMINAL_ID"] % 50 == 0]
    return pd.DataFrame(
        {
            "charge_id": "tx_" + rows["TRANSACTION_ID"].astype(str),
            "customer_id": "cus_" + rows["CUSTOMER_ID"].astype(str),
            "terminal_id": "tmr_" + rows["TERMINAL_ID"].astype(str),
            "amount_minor": (rows["TX_AMOUNT"] * 100).round().astype("int64"),
            "created_at": rows["TX_DATETIME"].dt.tz_localize("UTC"),
            "is_fraud": rows["TX_FRAUD"] == 1,
        }
    ).reset_index(drop=True)


def as_the_book_says(made: pd.DataFrame, payment: pd.Series) -> dict[str, float]:
    """The 15 features of a payment, by looking at every other one."""
    at = payment["created_at"]
    found = {
        "amount": payment["amount_minor"],
        "is_weekend": at.weekday() >= 5,
        "is_night": at.hour <= 6,
    }
    own = made[made["customer_id"] == payment["customer_id"]]
    there = made[made["terminal_id"] == payment["terminal_id"]]
    for days in (1, 7, 30):
        window, delay = timedelta(days=days), timedelta(days=7)
        earlier = own[(own["created_at"] < at) & (own["created_at"] >= at - window)]
        amounts = [*earlier["amount_minor"], payment["amount_minor"]]
        found[f"customer_payments_{days}d"] = len(amounts)
        found[f"customer_mean_{days}d"] = sum(amounts) / len(amounts)
        moments = there["created_at"]
        settled = there[(moments < at - delay) & (moments >= at - delay - window)]
        found[f"terminal_payments_{days}d"] = len(settled)
        found[f"terminal_risk_{days}d"] = settled["is_fraud"].mean() if len(settled) else 0
    return {name: float(value) for name, value in found.items()}


def test_the_fifteen_features_of_the_book(handbook: Path, spark: SparkSession) -> None:
    made = real_payments(handbook)
    asked = made[made["created_at"] >= UNTIL - timedelta(days=1)]
    expected = {row["charge_id"]: as_the_book_says(made, row) for _, row in asked.iterrows()}
    frame = features.book_features(features.payments(charges(spark, made)), UNTIL - timedelta(days=1), UNTIL)
    found = {row["charge_id"]: row.asDict() for row in frame.collect()}
    assert found.keys() == expected.keys()
    assert any(one["terminal_risk_30d"] for one in expected.values())
    assert len(features.BOOK.names) == 15
    for charge, wanted in expected.items():
        assert {name: found[charge][name] for name in wanted} == pytest.approx(wanted), charge


def test_no_feature_of_ours_knows_a_label_of_the_last_week_or_a_later_payment(spark: SparkSession) -> None:
    made = payments(days=40, a_day=60)
    day = BEGIN + timedelta(days=30)
    noon = day + timedelta(hours=12)
    other = made.copy()
    # From noon on it is known what the payments of a week before noon, and later, were.
    other.loc[made["created_at"] >= noon - timedelta(days=features.DELAY_DAYS), "is_fraud"] ^= True
    other.loc[made["created_at"] >= noon, "amount_minor"] += 50_000

    def known(rows: pd.DataFrame) -> dict[str, tuple[float | None, ...]]:
        paid = features.payments(charges(spark, rows))
        frame = features.our_features(paid, day, day + timedelta(days=1))
        return {row[0]: tuple(row)[1:] for row in frame.select("charge_id", *features.OURS).collect()}

    before, after = known(made), known(other)
    today = made[made["created_at"].between(day, noon, inclusive="left")]["charge_id"].tolist()
    assert len(today) > 10
    assert [after[charge] for charge in today] == [before[charge] for charge in today]
    assert before != after, "what is known from noon on must be seen from noon on"


def test_a_fraud_that_amount_and_card_do_not_explain_makes_its_terminal_suspect_a_week_later(
    spark: SparkSession,
) -> None:
    made = pd.DataFrame(
        [
            ("tx_large", "cus_1", "tmr_1", 30_000, 0, True),
            ("tx_odd", "cus_1", "tmr_2", 5_000, 0.5, True),
            ("tx_good", "cus_2", "tmr_2", 5_000, 1, False),
            ("tx_too_early", "cus_3", "tmr_2", 5_000, 7, False),
            ("tx_at_large", "cus_3", "tmr_1", 5_000, 9, False),
            ("tx_at_odd", "cus_3", "tmr_2", 5_000, 9, False),
        ],
        columns=["charge_id", "customer_id", "terminal_id", "amount_minor", "day", "is_fraud"],
    )
    made["created_at"] = [BEGIN + timedelta(days=day) for day in made.pop("day")]
    paid = features.payments(charges(spark, made))
    frame = features.our_features(paid, BEGIN, BEGIN + timedelta(days=10))
    found = {row["charge_id"]: row for row in frame.collect()}
    names = ("odd_frauds_28d", "good_28d", "last_is_odd_fraud_28d", "since_odd_fraud_28d")
    assert [found["tx_too_early"][name] for name in names] == [0, 0, None, None]
    assert [found["tx_at_large"][name] for name in names] == [0, 0, 0, None]
    assert [found["tx_at_odd"][name] for name in names] == [1, 1, 0, 1.5 * 86_400]
