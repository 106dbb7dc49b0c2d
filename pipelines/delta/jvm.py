"""Apache Spark in a JVM that this process starts: how it is started, spoken to and ended.

A process has one JVM and in it one Spark, which answers on the loopback address to who knows its token: spoken to by
Spark Connect, it analyzes a plan once and not at each step of its making. The last one to leave ends it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from threading import RLock
from typing import TYPE_CHECKING, Any

from pipelines.delta.engine_errors import STARTING, meaning, telling
from pipelines.delta.spark_settings import is_local, spark_conf, with_jars
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pyspark import SparkConf

PYTHON = "spark.pyspark.python"
PYTHON_VARIABLE = "PYSPARK_PYTHON"

TOKEN = "spark.connect.authenticate.token"
PLUGINS = "spark.plugins"
SERVER = "org.apache.spark.sql.connect.SparkConnectPlugin"
SERVER_CONF = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    # By default a session that nobody used for an hour is closed: one here lives as long as who opened it.
    "spark.connect.session.manager.defaultSessionTimeout": "-1",
}
"""How a Spark that this process starts is spoken to."""

END_SECONDS = 30
"""How long a JVM may take to end before it is killed."""


@contextmanager
def open_server(conf: Mapping[str, str], log: Path) -> Iterator[str]:
    """The URL of this process's Spark, which is started if it is not there and ended when nobody is left.

    Args:
        conf: the site's own settings of Spark; a Spark that is already there keeps those it was started with.
        log: file that the JVM writes to, in place of the screen.

    Raises:
        SettingsError: Spark did not start; the message says what to do.
    """
    url = _OF_THIS_PROCESS.enter(spark_conf(conf), log)
    try:
        yield url
    finally:
        _OF_THIS_PROCESS.leave()


@dataclass(frozen=True)
class Running:
    """A Spark that runs in a JVM.

    Attributes:
        gateway: py4j's connection to the JVM.
        session: the first one of its Spark, in the JVM.
        url: where it answers, with its token.
    """

    gateway: Any
    session: Any
    url: str

    def is_gone(self) -> bool:
        """Whether the JVM has ended, be it by somebody else."""
        process = self.gateway.proc
        return process is not None and process.poll() is not None

    def end(self) -> None:
        """Stop Spark and its JVM, whether it still answers or not."""
        with suppress(Exception):  # what it failed with was told by what it was asked last
            self.session.stop()
        _end(self.gateway)


class Shared:
    """A Spark that several use: it is started for the first, and anew where it is gone, and ended by the last."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._users = 0
        self.running: Running | None = None

    def enter(self, conf: Mapping[str, str], log: Path) -> str:
        """Where it answers, for one user more; ``conf`` and ``log`` are for a Spark that has to be started."""
        with self._lock:
            if self.running is None or self.running.is_gone():
                self.running = _start(conf, log)
            self._users += 1
            return self.running.url

    def leave(self) -> None:
        """One user less."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self.running is not None:
                ended, self.running = self.running, None
                ended.end()


_OF_THIS_PROCESS = Shared()


def running() -> Running | None:
    """The Spark of this process; None where there is none."""
    return _OF_THIS_PROCESS.running


def _start(conf: Mapping[str, str], log: Path) -> Running:
    from pyspark import SparkConf

    with _quiet(log) as output, TemporaryDirectory(prefix="vermeil-") as scratch:
        given = SparkConf(loadDefaults=False).setAll(list(with_jars(conf, Path(scratch)).items()))
        given.setAppName("vermeil")
        begun = output.tell()  # the JVM moves it: it is the same open file
        gateway = None
        try:
            gateway = _launched(given, output, _python(conf))
            return _serving(gateway, given)
        except Exception as error:
            why = _why(error, log, begun)  # which asks the JVM for it
            if gateway is not None:
                _end(gateway)
            raise SettingsError(f"Spark did not start: {why}. {_OTHERWISE}") from error


def _launched(conf: SparkConf, output: Any, python: str) -> Any:
    """The connection to a new JVM that writes to a file: its own log and Ivy's report are nothing for the screen."""
    from pyspark.java_gateway import launch_gateway

    before = os.environ.get(PYTHON_VARIABLE)
    os.environ[PYTHON_VARIABLE] = python  # a server takes it from its environment alone
    try:
        return launch_gateway(conf, popen_kwargs={"stdout": output, "stderr": output})  # type: ignore[no-untyped-call]
    finally:
        del os.environ[PYTHON_VARIABLE]
        if before is not None:
            os.environ[PYTHON_VARIABLE] = before


def _serving(gateway: Any, conf: SparkConf) -> Running:
    """Spark in a JVM, started and answering."""
    token = token_urlsafe(32)
    settings = gateway.jvm.SparkConf(True)  # with what the start made of jars and packages
    # Not among what the JVM is started with: everybody on the machine can read that.
    for name, value in [*conf.getAll(), *SERVER_CONF.items(), (TOKEN, token)]:
        settings.set(name, value)
    settings.set(PLUGINS, ",".join(filter(None, [conf.get(PLUGINS, ""), SERVER])))
    session = gateway.jvm.SparkSession.builder().config(settings).getOrCreate()
    # Scala's only object of a class, as Java sees it.
    service = getattr(gateway.jvm.org.apache.spark.sql.connect.service, "SparkConnectService$")
    port = getattr(service, "MODULE$").localPort()
    return Running(gateway, session, f"sc://localhost:{port}/;token={token}")


def _end(gateway: Any) -> None:
    """End a JVM, be it that it does not answer."""
    if gateway.proc is None:  # that of spark-submit, which started this program and ends by itself
        return
    with suppress(Exception):
        gateway.shutdown()
    gateway.proc.stdin.close()  # it ends where it has nothing more to read
    try:
        gateway.proc.wait(END_SECONDS)
    except TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


_OTHERWISE = "VERMEIL_ENGINE=embedded needs neither Java nor jars."


@contextmanager
def _quiet(log: Path) -> Iterator[Any]:
    # Begun anew each time, since what failed may have quoted values. Appended to, since another process may write, too.
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    with log.open("ab") as output:
        yield output


def _why(error: Exception, log: Path, begun: int) -> str:
    """What a failed start means: from what the JVM has written since it began, else from the error."""
    with log.open("rb") as file:
        file.seek(begun)
        said = file.read().decode("utf-8", "replace") + str(error)
    told = meaning(said, STARTING)
    return f"{told} (all of it: {log})" if told else f"{telling(error)} (more in {log})"


def _python(conf: Mapping[str, str]) -> str:
    """The Python that executors run: the one that the settings name; on this machine, the one that runs this.

    PySpark asks the environment alone; the setting counts for it only where spark-submit starts a program.
    """
    here = sys.executable if is_local(conf) else "python3"
    return conf.get(PYTHON) or os.environ.get(PYTHON_VARIABLE) or here
