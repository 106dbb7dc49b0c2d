"""An engine that fails is told in one line: what happened, what to do, and where all of it stands."""

from __future__ import annotations

import os
import signal
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake.exceptions import DeltaError

from pipelines.delta.engine_errors import RUNNING, STARTING, explained, meaning, plain, telling
from pipelines.errors import LakehouseError
from pipelines.settings import load_settings
from tests.engine_runs import NEEDS_DELTA, Ended, vermeil
from vermeil.cli.output import progress

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

ONCE = pytest.mark.skipif(
    load_settings().engine != "embedded", reason="starts an engine itself: once is enough, embedded"
)
TOO_OLD = """#!/bin/sh
# As Java 11 answers to classes that were compiled for Java 17.
echo 'Error: LinkageError occurred while loading main class org.apache.spark.launcher.Main' >&2
echo 'java.lang.UnsupportedClassVersionError: org/apache/spark/launcher/Main has been compiled by a more recent' \\
  'version of the Java Runtime (class file version 61.0), this version of the Java Runtime only recognizes class' \\
  'file versions up to 55.0' >&2
exit 1
"""

Batches = Iterator[pa.RecordBatch]
Does = Callable[[Batches], Batches]


def raising() -> Does:
    def raises(batches: Batches) -> Batches:
        raise ValueError("a record that nobody thought of")

    return raises


def dying() -> Does:
    def dies(batches: Batches) -> Batches:
        os.kill(os.getpid(), signal.SIGKILL)
        return batches

    return dies


def at_charges(spark: SparkSession, does: Does) -> None:
    with progress(quiet=True) as starting:
        starting("silver.charges")
        spark.range(1).mapInArrow(does, "id bigint").collect()


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (raising(), "the engine failed: ValueError: a record that nobody thought of"),
        (dying(), "a Python process of an executor died: it was killed, or memory ran out"),
    ],
    ids=["raises", "killed"],
)
def test_a_job_that_fails_in_an_executor(jvm_spark: SparkSession, does: Does, told: str) -> None:
    with pytest.raises(Exception, match=r".") as found:
        at_charges(jvm_spark, does)
    said = plain(found.value, load_settings({"engine": "sc://cluster"}))
    assert str(said).startswith(f"silver.charges: {told}")
    assert "\n" not in str(said)
    assert "Nothing of the batch" not in str(said), "nothing was being written"


def test_a_writer_is_told_what_became_of_its_batch(lake: Lakehouse) -> None:
    with pytest.raises(DeltaError) as found, lake.writing():
        raise DeltaError("a log that nobody can read")
    said = str(plain(found.value, lake.settings))
    assert said.endswith("Nothing of the batch at hand was published: the next run goes on from there")


def test_an_error_of_our_own_stays_what_it_is() -> None:
    assert plain(LakehouseError("no table"), load_settings()) is None
    assert plain(ZeroDivisionError("a fault of ours"), load_settings()) is None
    assert plain(OSError("No space left on device"), load_settings()) is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", "ran out of memory"),
        ("ExecutorLostFailure (executor 1 exited) Reason: Command exited with code 52", "ran out of memory"),
        (
            "The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
            "ran out of memory",
        ),
        ("ExecutorLostFailure (executor 1 exited) Reason: worker lost", "executors ended again and again"),
        (
            "results of 2 tasks (1.5 GiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)",
            "ask for less",
        ),
        ("py4j.protocol.Py4JError: Answer from Java side is empty", "process of Spark is gone"),
        ("ModuleNotFoundError: No module named 'pipelines'", "install it there"),
        ('IOException: Cannot run program "/opt/python": error=2', "find no Python"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker has different version", "run another Python"),
        ("[DATA_SOURCE_NOT_FOUND] Failed to find the data source: delta.", "has no Delta"),
        ("java.lang.NoSuchMethodError: 'void org.apache.spark.sql.X'", "made for another Spark"),
        ("io.delta.exceptions.ConcurrentAppendException: [DELTA_CONCURRENT_APPEND]", "another program wrote"),
        ("[INVALID_HANDLE.SESSION_NOT_FOUND] The handle is invalid", "was started again"),
        ("StatusCode.UNAVAILABLE: failed to connect to all addresses", "has ended"),
    ],
)
def test_what_a_running_engine_says_is_told_plainly(said: str, told: str) -> None:
    assert told in str(meaning(said, RUNNING))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("System memory 104857600 must be at least 471859200.", "1g or more"),
        ("OpenJDK 64-Bit Server VM warning: ... Cannot allocate memory", "lower spark.driver.memory"),
        ("java.lang.NoClassDefFoundError: org/apache/spark/sql/X", "made for another Spark"),
        ("Reason: All masters are unresponsive! Giving up.", "no master answers at spark.master"),
    ],
)
def test_what_an_engine_says_that_does_not_start_is_told_plainly(said: str, told: str) -> None:
    assert told in str(meaning(said, STARTING))


def test_what_a_jvm_refuses_is_told_in_its_own_words() -> None:
    said = (
        "An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.\n"
        ": java.lang.IllegalArgumentException: requirement failed: a.timeout is too small.\n"
        "\tat scala.Predef$.require(Predef.scala:337)"
    )
    assert telling(RuntimeError(said)) == (
        "java.lang.IllegalArgumentException: requirement failed: a.timeout is too small"
    )


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        (
            "ERROR Application has been killed. Reason: All masters are unresponsive! Giving up.",
            "no master answers",
        ),
        (
            "ERROR Application has been killed. Reason: Master removed our application: FAILED",
            "executors ended",
        ),
        ("java.lang.OutOfMemoryError: Java heap space", "ran out of memory"),
        ("WARN Lost executor 1: Command exited with code 137", "process of Spark is gone"),
    ],
)
def test_where_spark_is_gone_its_log_says_why(tmp_path: Path, logged: str, told: str) -> None:
    settings = load_settings({"engine": "spark", "home": tmp_path})
    settings.spark_log.parent.mkdir()
    settings.spark_log.write_text(logged, encoding="utf-8")
    gone = DeltaError("Cannot call methods on a stopped SparkContext; SparkContext was shut down")
    assert told in explained(gone, settings)


def answered(
    home: Path, conf: dict[str, str] | None = None, env: dict[str, str | None] | None = None
) -> Ended:
    return vermeil("spark", home, "sql", "select 1", conf=conf, env=env)


def one_line(ended: Ended, told: str) -> None:
    """That a command ended with a sentence, and no trace."""
    *before, last = ended.said
    assert ended.code == 2, ended
    assert all(line.startswith("Fetching Delta's jars") for line in before), ended.err
    assert last.startswith("vermeil: "), ended.err
    assert told in last


@pytest.mark.slow
@ONCE
class TestStarting:
    def test_no_java(self, tmp_path: Path) -> None:
        tools = tmp_path / "bin"
        tools.mkdir()
        for name in ("bash", "dirname", "env"):  # what Spark's own scripts ask for
            (tools / name).symlink_to(Path("/usr/bin") / name)
        ended = answered(tmp_path, env={"PATH": str(tools), "JAVA_HOME": None})
        one_line(ended, "no Java was found: Apache Spark 4 needs Java 17 or 21")

    def test_a_java_that_is_too_old(self, tmp_path: Path) -> None:
        java = tmp_path / "java" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(TOO_OLD, encoding="utf-8")
        java.chmod(0o755)
        one_line(answered(tmp_path, env={"JAVA_HOME": str(java.parents[1])}), "this Java is too old")

    @NEEDS_DELTA
    def test_no_jar_and_no_network(self, tmp_path: Path) -> None:
        with socket.socket() as silent:  # bound and not listening: nobody else gets the port
            silent.bind(("127.0.0.1", 0))
            repository = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            ended = answered(
                tmp_path,
                {"spark.jars.ivy": str(tmp_path / "ivy")},
                {"DEFAULT_ARTIFACT_REPOSITORY": repository},
            )
        one_line(ended, "Delta's jars could not be fetched from Maven")

    @NEEDS_DELTA
    def test_a_jar_that_is_not_deltas(self, tmp_path: Path) -> None:
        jar = tmp_path / "delta.jar"
        with zipfile.ZipFile(jar, "w") as file:
            file.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        one_line(answered(tmp_path, {"spark.jars.packages": "", "spark.jars": str(jar)}), "has no Delta")

    @NEEDS_DELTA
    def test_a_port_that_is_taken(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            ended = answered(tmp_path, {"spark.driver.port": port, "spark.port.maxRetries": "0"})
        one_line(ended, "a port that Spark was told to listen at is taken")


def test_a_server_that_does_not_listen(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"sc://127.0.0.1:{taken.getsockname()[1]}"
        one_line(vermeil(url, tmp_path, "sql", "select 1"), "nothing listens at")
