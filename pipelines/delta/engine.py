"""Where Spark runs: in this process (Sail), in a JVM, or on a cluster. The rest of the code sees a SparkSession."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.delta.engine_errors import explained
from pipelines.delta.jvm import EXTENSIONS, SESSION_CONF, UNTRACED_CONF, WIDE_CONF, open_classic, spark_conf
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.settings import Settings

CONNECT_PORT = 15002
"""Where a Spark Connect server listens unless its URL says otherwise."""

NO_TABLE = "file:///vermeil/no/such/table"

LISTEN_SECONDS = 5.0
"""How long a server may take to accept a connection."""

RETRIES = 6
"""How often a server that does not answer is asked again: for a minute. A server that was started again has lost the
session, and by default it would be asked for ten."""


@contextmanager
def open_spark(settings: Settings) -> Iterator[SparkSession]:
    """A SparkSession on the engine that the settings name, closed at the end.

    Raises:
        SettingsError: there is none, or it has no Delta; the message says what to do.
    """
    _silence()
    if settings.engine == "embedded":
        with _embedded_server() as url, _connected(url, UNTRACED_CONF) as spark:
            yield spark
    elif settings.engine == "spark":
        with open_classic(settings.spark_conf, settings.spark_log) as spark:
            if EXTENSIONS in spark_conf(
                settings.spark_conf
            ):  # a site may have taken it out, to compute alone
                _check_delta(spark, settings)
            yield spark
    else:
        from pyspark.sql.connect.client.retries import DefaultPolicy

        _check_listens(settings.engine)
        with _connected(settings.engine, WIDE_CONF | settings.spark_conf) as spark:
            spark.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
            _check_delta(spark, settings)
            yield spark


def _silence() -> None:
    # PySpark prints an error that it raises, with its trace, besides raising it.
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def listens(url: str) -> bool:
    """Whether anything listens where a Spark Connect URL points to."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname or "", place.port or CONNECT_PORT), LISTEN_SECONDS):
            return True
    except OSError:
        return False


def _check_listens(url: str) -> None:
    # By itself the client would go on trying for ten minutes.
    if not listens(url):
        raise SettingsError(
            f"nothing listens at {urlsplit(url).netloc}: start the Spark Connect server, or mend VERMEIL_ENGINE"
        )


def _check_delta(spark: SparkSession, settings: Settings) -> None:
    # A Spark without Delta, or with another's, starts like any: what asks for a table fails, in the middle of a run.
    try:
        _ = spark.read.format("delta").load(NO_TABLE).schema
    except Exception as error:
        if not re.search("PATH_NOT_FOUND|DELTA_", str(error)):
            raise SettingsError(explained(error, settings)) from error


_SAIL = {
    "RUST_LOG": "error",
    # Of a filtered scan, only the rows that pass are decoded: each silver table is of a few of bronze's payloads.
    "SAIL_PARQUET__PUSHDOWN_FILTERS": "true",
    "SAIL_PARQUET__REORDER_FILTERS": "true",
}


@contextmanager
def _embedded_server() -> Iterator[str]:
    for name, value in _SAIL.items():
        os.environ.setdefault(name, value)
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
