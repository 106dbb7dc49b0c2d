"""Where Spark runs: in this process (Sail), in a JVM, or on a cluster. The rest of the code sees a SparkSession."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.delta import s3a
from pipelines.delta.engine_errors import explained
from pipelines.delta.jvm import open_server
from pipelines.delta.spark_settings import EXTENSIONS, SESSION_CONF, UNTRACED_CONF, WIDE_CONF, spark_conf
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from pipelines.delta.commits import Committer, StandsOn
    from pipelines.delta.log import DeltaLog
    from pipelines.settings import Settings

CONNECT_PORT = 15002
"""Where a Spark Connect server listens unless its URL says otherwise."""

NO_TABLE = "file:///vermeil/no/such/table"

LISTEN_SECONDS = 5.0
"""How long a server may take to accept a connection."""

NO_PROXY = "no_grpc_proxy"
"""Hosts that gRPC asks directly; where it is not set, those of ``no_proxy``."""

RETRIES = 6
"""How often a server that does not answer is asked again: for a minute. A server that was started again has lost the
session, and by default it would be asked for ten."""


@dataclass(frozen=True)
class Engine:
    """What differs between engines.

    Attributes:
        kind: Dagster's name for what computes.
        open: starts it, or connects to it; its session is closed at the end.
        committer: what commits on it, given the settings, the logs of the tables, the session for where that is the
            engine itself, and what is told of the versions that commits stand on.
        at_version: the rows of a table, by its URI, as one of its versions has them.
        reads_here: raw files are read by processes of this machine, and otherwise by executors.
        files_by_name: a table on a disk that has at most so many files is read by their names, and not through Delta.
        plans_in_parts: it cannot run all of silver and gold in one plan.
        wants_java: it is started by this process, in a JVM.
        is_remote: it is a server, at the URL that the setting has.
    """

    kind: str
    open: Callable[[Settings], AbstractContextManager[SparkSession]]
    committer: Callable[[Settings, DeltaLog, Callable[[], SparkSession], StandsOn], Committer]
    at_version: Callable[[Settings, SparkSession, str, int], DataFrame]
    reads_here: bool = False
    files_by_name: int = 0
    plans_in_parts: bool = False
    wants_java: bool = False
    is_remote: bool = False


def engine_of(settings: Settings) -> Engine:
    """The engine that the settings name.

    Raises:
        SettingsError: there is none of that name.
    """
    name, place, _ = settings.engine.partition("://")
    found = ENGINES.get(name)
    if found is None or found.is_remote != bool(place):
        known = [f"{name}://host:port" if one.is_remote else name for name, one in ENGINES.items()]
        said = f"use {', '.join(known[:-1])}, or {known[-1]}"
        raise SettingsError(f"VERMEIL_ENGINE: {settings.engine!r} is no engine: {said}")
    return found


@contextmanager
def open_spark(settings: Settings) -> Iterator[SparkSession]:
    """A SparkSession on the engine that the settings name, closed at the end.

    Raises:
        SettingsError: there is none, or it has no Delta; the message says what to do.
    """
    _silence()
    with engine_of(settings).open(settings) as spark:
        yield spark


@contextmanager
def _embedded(settings: Settings) -> Iterator[SparkSession]:
    del settings
    with _embedded_server() as url, connected(url, UNTRACED_CONF) as spark:
        yield spark


@contextmanager
def _in_a_jvm(settings: Settings) -> Iterator[SparkSession]:
    conf = s3a.settings_of(settings)
    with open_server(conf, settings.spark_log) as url, connected(url, {}) as spark:
        spark.client.set_retry_policies([])  # nothing is between it and us: what does not answer is gone
        # Others may have started it with theirs; what is empty removes a default.
        for name, value in conf.items():
            if value and name.startswith("spark.sql.") and spark.conf.isModifiable(name):
                spark.conf.set(name, value)
        if EXTENSIONS in spark_conf(conf):  # a site may have taken it out, to compute alone
            _check_delta(spark, settings)
        yield spark


@contextmanager
def _remote(settings: Settings) -> Iterator[SparkSession]:
    from pyspark.sql.connect.client.retries import DefaultPolicy

    _check_listens(settings.engine)
    with connected(settings.engine, WIDE_CONF | settings.spark_conf) as spark:
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
    # With them, Sail (0.7.2) asks for pages that it has left out: reading a table with many versions fails, and now and
    # then what a first load of some ten thousand payments has staged.
    # https://github.com/apache/arrow-rs/issues/9516 and 10733; tests/soak/test_large_loads.py
    "SAIL_PARQUET__ENABLE_PAGE_INDEX": "false",
    "SAIL_PARQUET__MAX_PREDICATE_CACHE_SIZE": "0",
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


def _pass_by_proxies() -> None:
    """Have what is on this machine not be asked through a site's proxy, which would be waited for without an end."""
    known = os.environ.get(NO_PROXY) or os.environ.get("no_proxy") or ""
    named = dict.fromkeys(name for name in (*known.split(","), "localhost", "127.0.0.1") if name)
    os.environ[NO_PROXY] = ",".join(named)


@contextmanager
def connected(url: str, conf: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session of its own on the Spark Connect server at a URL, with our settings and these; closed at the end."""
    from pyspark.sql import SparkSession

    _pass_by_proxies()
    spark = SparkSession.builder.remote(url).create()
    try:
        for name, value in {**SESSION_CONF, **conf}.items():
            spark.conf.set(name, value)
        yield spark
    finally:
        # Sail ends at an interrupt, too; by default the client would look for it for ten minutes.
        spark.client.set_retry_policies([])
        spark.stop()


def _delta_rs(
    settings: Settings, log: DeltaLog, spark: Callable[[], SparkSession], stands_on: StandsOn
) -> Committer:
    from pipelines.delta.delta_rs import DeltaRs

    del settings, spark
    return DeltaRs(log, stands_on)


def _by_size(
    settings: Settings, log: DeltaLog, spark: Callable[[], SparkSession], stands_on: StandsOn
) -> Committer:
    from pipelines.delta.by_size import BySize
    from pipelines.delta.delta_rs import DeltaRs
    from pipelines.delta.delta_spark import DeltaSpark

    # Spark does not say what a commit stands on before it commits: it looks itself for what was written meanwhile.
    on_spark = DeltaSpark(spark(), log)
    return BySize(DeltaRs(log, stands_on), on_spark, log, settings.driver_commit_bytes)


def _by_files(settings: Settings, spark: SparkSession, uri: str, version: int) -> DataFrame:
    from pipelines.delta import versions

    return versions.rows(spark, uri, version, settings.storage_options)


def _by_option(settings: Settings, spark: SparkSession, uri: str, version: int) -> DataFrame:
    del settings
    return spark.read.format("delta").option("versionAsOf", str(version)).load(uri)


FILES_BY_NAME = 32
"""Delta's extension takes most of a second to plan the first reading after a commit, with jobs of its own, for what our
log knows already; a run reads each table several times. Of more files than these Spark lists the names in a job, and
Delta's skipping by what a file holds is worth its price."""

_SPARK = Engine("spark", _in_a_jvm, _by_size, _by_option, files_by_name=FILES_BY_NAME, wants_java=True)

ENGINES: Mapping[str, Engine] = {
    "embedded": Engine("sail", _embedded, _delta_rs, _by_files, reads_here=True, plans_in_parts=True),
    "spark": _SPARK,
    "sc": replace(_SPARK, open=_remote, wants_java=False, is_remote=True),
}
"""By what the setting says, or begins with."""
