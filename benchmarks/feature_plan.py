"""What the benchmark of features computes: 50 of them over 5 entities; and ours, as a process of its own.

``python -m benchmarks.feature_plan payments.parquet folder`` writes them to a folder of Parquet files.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from benchmarks.payments import KEYS
from pipelines.features.feature import Entity, Feature, FeatureSet, over


def features_of_key(key: str) -> tuple[Feature, ...]:
    """Ten features of one entity."""
    return (
        *over(f"{key}_count", key, "count", "1h 1d 7d 30d"),
        *over(f"{key}_sum", key, "sum", "1d 30d", "amount_minor"),
        *over(f"{key}_mean", key, "mean", "30d", "amount_minor"),
        *over(f"{key}_std", key, "std", "30d", "amount_minor"),
        *over(f"{key}_max", key, "max", "30d", "amount_minor"),
        *over(f"{key}_declines", key, "share", "7d", "is_declined"),
    )


FEATURES = FeatureSet(
    name="benchmark",
    doc="Ten features for each of five entities.",
    entities=tuple(Entity(key, (key,)) for key in KEYS),
    features=tuple(feature for key in KEYS for feature in features_of_key(key)),
)

BUCKET_ROWS = 150_000
"""Payments in a part, about."""


def main(file: str, folder: str) -> None:
    """Compute all features of all payments, and write them with the payment's number."""
    from pyspark.sql import functions as F  # noqa: N812

    from pipelines.delta.engine import open_spark
    from pipelines.features.plan import features_of_events
    from pipelines.features.stretches import stretches
    from pipelines.settings import load_settings

    with open_spark(load_settings()) as spark:
        payments = spark.read.parquet(file).withColumn("date", F.to_date("created_at"))
        rows = dict(payments.groupBy("date").count().collect())
        for number, days in enumerate(stretches(rows, rows, FEATURES)):
            since = days[0] - timedelta(days=FEATURES.longest_window)
            near = payments.filter(F.col("date").between(F.lit(since), F.lit(days[-1])))
            held = sum(count for day, count in rows.items() if since <= day <= days[-1])
            asked = F.when(F.col("date") >= F.lit(days[0]), F.col("created_at"))
            events = near.withColumn("at", asked).withColumn("available_at", F.col("created_at"))
            found = features_of_events(events, FEATURES, max(4, held // BUCKET_ROWS))
            found.select("payment", *FEATURES.names).write.parquet(
                folder, mode="append" if number else "overwrite"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
