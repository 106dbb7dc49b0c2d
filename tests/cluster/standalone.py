"""A standalone cluster on this machine: a master and workers, each a process of its own, that tests kill and pause."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from pipelines.settings import load_settings
from tests.spark_servers import ROOT, SMALL

ON_SPARK = pytest.mark.skipif(
    load_settings().engine != "spark", reason="starts a cluster whatever the engine: make test-spark"
)
START_SECONDS = 180
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
HERE = "127.0.0.1"
LISTENS = re.compile(r"Starting Spark master at (spark://\S+)")
REGISTERED = re.compile("Successfully registered with master")
RUNNING = re.compile(r"Running task (\S+) in stage (\d+)\.")
ENDED = re.compile(r"(?:Finished|killed|Exception in) task (\S+) in stage (\d+)\.")

SMALL_EXECUTORS = {
    **SMALL,
    "spark.driver.host": HERE,
    "spark.driver.bindAddress": HERE,
    "spark.driver.memory": "2g",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.executor.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
    "spark.ui.enabled": "false",
    # A plan says near its beginning what it writes.
    "spark.sql.maxPlanStringLength": "10000",
    # The one log that says which table a stage is for, as soon as the stage begins.
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
}
"""What makes a run of small tables bearable where driver, master and executors share two cores."""


@dataclass
class Worker:
    """A worker and the executor that it has started; both are of one process group."""

    process: subprocess.Popen[bytes]
    folder: Path

    def kill(self) -> None:
        """End it, its executor and their Python, as a machine ends that loses its power."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def pause(self) -> None:
        """Let it and its executor stand still: they answer nobody, and know nothing of it."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def works_at(self) -> set[int]:
        """Stages of which its executor runs a task, by the executor's own log."""
        logs = [log.read_text("utf-8", "replace") for log in self.folder.glob("app-*/*/stderr")]
        begun, ended = (
            {found for log in logs for found in pattern.findall(log)} for pattern in (RUNNING, ENDED)
        )
        return {int(stage) for _, stage in begun - ended}

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass
class Cluster:
    """A master with its workers, below a folder of their own.

    Attributes:
        master: its address, for ``spark.master``.
        workers: those that run or stand still.
    """

    folder: Path
    master: str = ""
    workers: list[Worker] = field(default_factory=list)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def conf(self, **settings: str) -> dict[str, str]:
        """Settings of a driver that computes here, and logs what it asks for into ``events``."""
        events = self.folder / "events"
        events.mkdir(exist_ok=True)
        return {
            **SMALL_EXECUTORS,
            "spark.master": self.master,
            "spark.eventLog.dir": events.as_uri(),
            "spark.pyspark.python": sys.executable,
            **settings,
        }

    def start_master(self) -> None:
        words = (MASTER, "--host", HERE, "--port", "0", "--webui-port", "0")
        self.master = said(*self._started("master", *words), LISTENS)[1]

    def start_worker(self, memory: str = "2g") -> Worker:
        """One more worker, of one core; what runs gets an executor on it by itself."""
        name = f"worker{len(self._processes)}"
        folder = self.folder / name
        words = ("--cores", "1", "--memory", memory, "--work-dir", str(folder), self.master)
        process, log = self._started(name, WORKER, "--host", HERE, "--port", "0", "--webui-port", "0", *words)
        said(process, log, REGISTERED)
        self.workers.append(Worker(process, folder))
        return self.workers[-1]

    def lose(self, worker: Worker) -> None:
        """Kill a worker, and have another one join in its place."""
        worker.kill()
        self.workers.remove(worker)
        self.start_worker()

    def end(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _started(self, name: str, *words: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(spark_home() / "bin" / "spark-class"), *words],
                cwd=self.folder,
                env={**os.environ, **self._environment()},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        return process, log

    def _environment(self) -> Mapping[str, str]:
        return {
            "SPARK_HOME": str(spark_home()),
            "SPARK_LOCAL_IP": HERE,
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "PYTHONPATH": str(ROOT),  # a cluster's executors have Vermeil installed
        }


@contextmanager
def standalone(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster that ends with the block, whatever became of it."""
    cluster = Cluster(folder)
    try:
        cluster.start_master()
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.end()


def spark_home() -> Path:
    """Where pyspark's wheel has Spark."""
    import pyspark

    return Path(pyspark.__file__).parent


def said(process: subprocess.Popen[bytes], log: Path, pattern: re.Pattern[str]) -> re.Match[str]:
    """What a process that starts writes to its log, once it has."""

    def found() -> re.Match[str] | None:
        text = log.read_text("utf-8", "replace")
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}: {text[-2000:]}")
        return pattern.search(text)

    return until(found, START_SECONDS, f"{pattern.pattern} in {log}")


T = TypeVar("T")


def until(found: Callable[[], T | None], seconds: float, what: str) -> T:
    """What a question is answered with in the end.

    Raises:
        TimeoutError: it is not answered in time.
    """
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if (answer := found()) is not None:
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s for {what}")
