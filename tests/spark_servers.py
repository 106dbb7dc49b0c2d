"""Spark Connect servers from pyspark's own jars, on a free port of this machine, started and ended by who asks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.delta.spark_settings import DELTA_CONF, IVY_FOLDER, LOCAL_CONF, SESSION_CONF, fetched_jars

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180
STARTED = re.compile(r"Spark Connect server started at: (\S+:\d+)")
SERVER_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
SERVER_CONF = {
    **SESSION_CONF,
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""Tests have tens of rows: code that is made for them takes longer to compile than they take."""
COMPILED = {"spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "FALLBACK"}
"""As Apache Spark does it by default."""
SMALL = {
    name: value for name, value in LOCAL_CONF.items() if name.startswith(("spark.sql.", "spark.databricks."))
} | {
    **INTERPRETED,
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.defaultJavaOptions": LOCAL_CONF["spark.driver.defaultJavaOptions"],
    "spark.driver.memory": "2g",
}
"""What makes a server bearable on one machine, as for a Spark that is started here."""


def delta_jars() -> list[Path]:
    """The jars that a server needs for Delta; [] where Spark has not fetched them yet."""
    jars = list(fetched_jars(IVY_FOLDER.expanduser()))
    return jars if all(jar.exists() for jar in jars) else []


def with_delta(**conf: str) -> dict[str, str]:
    """Settings of a server that knows Delta."""
    return {**DELTA_CONF, **SMALL, "spark.jars": ",".join(map(str, delta_jars())), **conf}


@contextmanager
def spark_server(home: Path, conf: Mapping[str, str]) -> Iterator[str]:
    """A server, by the URL that a client connects to."""
    import pyspark

    spark_home = Path(pyspark.__file__).parent
    settings = {**SERVER_CONF, "spark.local.dir": str(home), **conf}
    command = [str(spark_home / "bin" / "spark-submit"), "--class", SERVER_CLASS]
    command += [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    log = home / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "spark-internal"],
            cwd=home,
            # Executors run functions of these packages; a cluster's have them installed.
            env={
                **os.environ,
                "SPARK_HOME": str(spark_home),
                "PYTHONPATH": str(ROOT),
                "PYSPARK_PYTHON": sys.executable,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"sc://{_address(server, log)}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except (
            subprocess.TimeoutExpired
        ):  # its tests are over: how long a busy machine takes to end it is no matter
            server.kill()
            server.wait()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it listens: a port picked beforehand could be somebody else's by now."""
    limit = time.monotonic() + START_SECONDS
    while True:
        ended = server.poll() is not None
        said = log.read_text(encoding="utf-8", errors="replace")
        if found := STARTED.search(said):
            return found[1]
        if ended or time.monotonic() > limit:
            raise RuntimeError(f"Apache Spark did not start: {said[-2000:]}")
        time.sleep(0.1)
