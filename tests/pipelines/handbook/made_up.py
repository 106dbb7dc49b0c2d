"""Made-up payments with the handbook's columns, as silver.charges has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BEGIN = datetime(2018, 6, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def payments(days: int, a_day: int, seed: int = 0) -> pd.DataFrame:
    """Payments of some days on 40 cards at 20 terminals; the large ones are fraud, and some others."""
    chance = np.random.default_rng(seed)
    rows = days * a_day
    seconds = np.sort(chance.choice(days * 86_400, rows, replace=False))
    amounts = chance.integers(100, 20_000, rows)
    large = chance.random(rows) < 0.05
    return pd.DataFrame(
        {
            "charge_id": [f"tx_{number}" for number in range(rows)],
            "customer_id": [f"cus_{number}" for number in chance.integers(0, 40, rows)],
            "terminal_id": [f"tmr_{number}" for number in chance.integers(0, 20, rows)],
            "amount_minor": np.where(large, amounts + 23_000, amounts),
            "created_at": [BEGIN + timedelta(seconds=int(second)) for second in seconds],
            "is_fraud": large | (chance.random(rows) < 0.02),
        }
    )


def charges(spark: SparkSession, made: pd.DataFrame) -> DataFrame:
    """The payments as rows of silver.charges, as far as the benchmark reads them."""
    return spark.createDataFrame(_table(made))


def _table(made: pd.DataFrame) -> pa.Table:
    at = [moment.to_pydatetime() for moment in made["created_at"]]
    fraud = made["is_fraud"].tolist()
    moment, text = pa.timestamp("us", "UTC"), pa.string()
    columns: dict[str, Any] = {
        "account": pa.array(["handbook"] * len(made), text),
        "charge_id": pa.array(made["charge_id"].tolist(), text),
        "customer_id": pa.array(made["customer_id"].tolist(), text),
        "terminal_id": pa.array(made["terminal_id"].tolist(), text),
        "amount_minor": pa.array(made["amount_minor"].tolist(), pa.int64()),
        "currency": pa.array(["EUR"] * len(made), text),
        "created_at": pa.array(at, moment),
        "fraud_report_by_merchant": pa.array(["fraudulent" if found else None for found in fraud], text),
        "fraud_reported_at": pa.array(
            [when + WEEK if found else None for when, found in zip(at, fraud, strict=True)], moment
        ),
    }
    return pa.table(columns)
