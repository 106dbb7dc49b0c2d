"""Where Spark runs: in this process (Sail), in a JVM, or on a cluster. The rest of the code sees a SparkSession."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.settings import Settings

DELTA_CONF = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
"""What Apache Spark needs to read and write Delta."""

LOCAL_CONF = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Delta's and Spark's defaults are for clusters: dozens of partitions for a snapshot or a shuffle of a few rows.
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "4g",
}
"""What makes Spark bearable on one machine."""

SESSION_CONF = {
    "spark.sql.session.timeZone": "UTC",
    # A cast that fails is a fault that is found and explained row by row; it must not stop the batch.
    "spark.sql.ansi.enabled": "false",
}
"""What the transformations rely on, on every engine."""


@contextmanager
def open_spark(settings: Settings) -> Iterator[SparkSession]:
    """A SparkSession on the engine that the settings name, stopped at the end."""
    if settings.engine == "embedded":
        with _embedded_server() as url, _connected(url, {}) as spark:
            yield spark
    elif settings.engine == "spark":
        with _classic(settings.spark_conf) as spark:
            yield spark
    else:
        with _connected(settings.engine, settings.spark_conf) as spark:
            yield spark


@contextmanager
def _embedded_server() -> Iterator[str]:
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(port=0)
    server.start(background=True)
    try:
        host, port = server.listening_address
        yield f"sc://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _connected(url: str, conf: Mapping[str, str]) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(url).create()
    try:
        for name, value in {**SESSION_CONF, **conf}.items():
            spark.conf.set(name, value)
        yield spark
    finally:
        # Sail ends at an interrupt, too; by default the client would look for it for ten minutes.
        spark.client.set_retry_policies([])
        spark.stop()


@contextmanager
def _classic(conf: Mapping[str, str]) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("vermeil")
    for name, value in spark_conf(conf).items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise SettingsError(
            f"Spark did not start: {_last_line(error)}. The engine 'spark' needs Java 17 and the Delta jar, by default "
            "from Maven; where that cannot be reached, point spark.jars at a file in VERMEIL_SPARK_CONF and set "
            "spark.jars.packages to an empty text. VERMEIL_ENGINE=embedded needs neither."
        ) from error
    try:
        yield spark
    finally:
        spark.stop()


def spark_conf(overrides: Mapping[str, str]) -> dict[str, str]:
    """Settings of a Spark that this process starts: local unless overridden; an empty value removes one."""
    local = {} if overrides.get("spark.master", "local").split("[")[0] != "local" else LOCAL_CONF
    merged = (
        {"spark.master": "local[*]", "spark.jars.packages": delta_package()}
        | local
        | DELTA_CONF
        | SESSION_CONF
        | dict(overrides)
    )
    return {name: value for name, value in merged.items() if value != ""}


def delta_package() -> str:
    """Maven coordinates of the Delta jar for the installed pyspark and delta-spark."""
    spark_line = ".".join(version("pyspark").split(".")[:2])
    return f"io.delta:delta-spark_{spark_line}_2.13:{version('delta-spark')}"


def _last_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
