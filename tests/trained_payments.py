"""Gold tables of made-up payments, long enough a history to train on, without the silver that they would come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipelines.delta.commits import Replace
from pipelines.delta.schemas import arrow_schema
from pipelines.features.payments import PAYMENTS
from pipelines.flow import gold as flow_gold

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

BEGIN = date(2026, 1, 1)
MATURE_DAYS = 90
TELLING = "card_declines_1h"
"""The feature that tells fraud in these payments; two others are chance, and the rest is not known."""

TABLES = ("gold.features_payments", "gold.fraud_labels", "gold.training_fraud")


def publish(lake: Lakehouse, *, days: int, payments_per_day: int = 12) -> None:
    """Publish features, labels and the training table of so many days; the last ``MATURE_DAYS`` have not matured."""
    rows = list(payments(days, payments_per_day))
    with lake.writing("a test"):
        for name in TABLES:
            put(lake, name, rows)
        lake.staging.clear()


def put(lake: Lakehouse, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Publish a table of some rows: of each what the table has a column for."""
    table = lake.declaration(name)
    filled = pa.Table.from_pylist([_row(table, row) for row in rows], arrow_schema(table))
    lake.create(name)
    staged = lake.staging.write(name, "made-up", lake.spark.createDataFrame(filled))
    lake.publish(name, staged, Replace(), {"rows": len(rows), **flow_gold.edition(lake, name, None)})


def payments(days: int, a_day: int) -> list[dict[str, Any]]:
    """Payments of so many days, with all that any of the tables says of them."""
    chance = np.random.default_rng(3)
    end = datetime(BEGIN.year, BEGIN.month, BEGIN.day, tzinfo=UTC) + timedelta(days=days)
    found = []
    for number in range(days * a_day):
        day = BEGIN + timedelta(days=number // a_day)
        at = datetime(day.year, day.month, day.day, number % a_day, tzinfo=UTC)
        is_fraud = bool(chance.random() < 0.06) and at + timedelta(days=20) < end
        matures_at = at + timedelta(days=MATURE_DAYS)
        is_mature = matures_at <= end
        known_at = at + timedelta(days=12) if is_fraud else matures_at if is_mature else None
        found.append(
            {
                "account": "acct_1",
                "charge_id": f"ch_{number:06d}",
                "date": day,
                "created_at": at,
                "currency": "USD",
                "amount_minor": int(chance.integers(500, 20_000)),
                "card_fingerprint": f"card_{chance.integers(300)}",
                "label": "fraud" if is_fraud else "legitimate" if is_mature else "unknown",
                "fraud_source": "dispute" if is_fraud else None,
                "fraud_sources": "dispute" if is_fraud else None,
                "is_friendly": False,
                "label_known_at": known_at,
                "matures_at": matures_at,
                TELLING: float(chance.poisson(3.0 if is_fraud else 0.2)),
                PAYMENTS.own[0].name: float(chance.random()),
                PAYMENTS.features[-1].name: float(chance.random()) if number % 3 else None,
            }
        )
    return found


def _row(table: Table, payment: dict[str, Any]) -> dict[str, Any]:
    return {name: payment.get(name) for name in table.column_names}
