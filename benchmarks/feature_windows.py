"""The features of the benchmark as window functions of SQL: one text, for DuckDB, Sail and Spark.

``python -m benchmarks.feature_windows duckdb payments.parquet folder``; or ``sail``, or ``spark``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.feature_plan import FEATURES
from pipelines.features.feature import Feature

AGGREGATES = {
    "count": "count(*) over {window}",
    "sum": "coalesce(sum({column}) over {window}, 0)",
    "mean": "avg({column}) over {window}",
    "std": "stddev_samp({column}) over {window}",
    "max": "max({column}) over {window}",
    "share": "avg(cast({column} as int)) over {window}",
}


def query(features: Sequence[Feature], source: str) -> str:
    """The features of every payment of a source, which has its time as ``second``, strictly earlier ones only."""
    columns = [
        AGGREGATES[feature.aggregation].format(column=feature.column, window=_name(feature))
        + f" as {feature.name}"
        for feature in features
    ]
    windows = {
        _name(feature): f"(partition by {feature.entity} order by second "
        f"range between {feature.seconds} preceding and 1 preceding)"
        for feature in features
    }
    named = ", ".join(f"{name} as {window}" for name, window in windows.items())
    return f"select payment, {', '.join(columns)} from {source} window {named}"


def _name(feature: Feature) -> str:
    return f"{feature.entity}_{feature.window}"


def duckdb(file: str, folder: str) -> None:
    """With DuckDB, whose window functions keep trees over each partition."""
    import duckdb

    Path(folder).mkdir(parents=True, exist_ok=True)
    source = f"(select *, epoch(created_at)::bigint as second from '{file}')"
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder}/spill'")
        connection.execute(f"copy ({query(FEATURES.features, source)}) to '{folder}/features.parquet'")


def sail(file: str, folder: str) -> None:
    """With the embedded engine's window functions."""
    from pipelines.delta.engine import open_spark
    from pipelines.settings import load_settings

    with open_spark(load_settings()) as session:
        session.read.parquet(file).selectExpr("*", "unix_seconds(created_at) second").createOrReplaceTempView(
            "payments"
        )
        session.sql(query(FEATURES.features, "payments")).write.parquet(folder, mode="overwrite")


def spark(file: str, folder: str) -> None:
    """With Apache Spark's, on all cores of this machine."""
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(f"local[{os.cpu_count()}]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "16")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.local.dir", folder)
        .getOrCreate()
    )
    session.read.parquet(file).selectExpr("*", "unix_seconds(created_at) second").createOrReplaceTempView(
        "payments"
    )
    session.sql(query(FEATURES.features, "payments")).write.parquet(f"{folder}/features", mode="overwrite")
    session.stop()


if __name__ == "__main__":
    {"duckdb": duckdb, "sail": sail, "spark": spark}[sys.argv[1]](*sys.argv[2:])
