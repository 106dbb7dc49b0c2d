"""Labels as they were known: a fraud is none before somebody has said so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.payments.fraud import label_as_of
from pipelines.payments.maturity import FRAUD, Maturity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def labels(spark: SparkSession) -> DataFrame:
    """Payments of May: one was called fraud in June, one in November, one never; the last one has no label yet."""
    times = pa.timestamp("us", "UTC")
    return spark.createDataFrame(
        pa.table(
            {
                "charge_id": ["early", "late", "never", "new"],
                "label": ["fraud", "fraud", "legitimate", "unknown"],
                "created_at": pa.array(
                    [at("2026-05-01"), at("2026-05-01"), at("2026-05-01"), at("2026-10-01")], times
                ),
                "label_known_at": pa.array(
                    [at("2026-06-01"), at("2026-11-01"), at("2026-07-30"), None], times
                ),
            }
        )
    )


THEN = {
    "2026-05-15": {"early": "unknown", "late": "unknown", "never": "unknown", "new": "unknown"},
    "2026-06-01": {"early": "fraud", "late": "unknown", "never": "unknown", "new": "unknown"},
    "2026-07-29T23:59:59": {"early": "fraud", "late": "unknown", "never": "unknown", "new": "unknown"},
    "2026-07-30": {"early": "fraud", "late": "legitimate", "never": "legitimate", "new": "unknown"},
    "2026-11-01": {"early": "fraud", "late": "fraud", "never": "legitimate", "new": "unknown"},
}


def test_a_label_as_it_was_known(any_spark: SparkSession) -> None:
    known = [label_as_of(at(moment)).alias(moment) for moment in THEN]
    rows = labels(any_spark).select("charge_id", *known).collect()
    assert {moment: {row["charge_id"]: row[moment] for row in rows} for moment in THEN} == THEN


def test_a_task_may_wait_for_another_time(spark: SparkSession) -> None:
    then = label_as_of(at("2026-05-31"), Maturity(30, "a demo"))
    found = labels(spark).filter("charge_id = 'never'").select(then.alias("then")).collect()
    assert [row["then"] for row in found] == ["legitimate"]
    assert FRAUD.days != 30
