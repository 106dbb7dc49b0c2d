"""An executor as Spark on Kubernetes starts one in the image: deploy/entrypoint.sh, without a Kubernetes around it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from pipelines.simulate import Simulation, simulate
from tests.cluster.standalone import HERE, ON_SPARK, spark_home, standalone
from tests.engine_runs import NEEDS_DELTA

pytestmark = [pytest.mark.engine, pytest.mark.slow, ON_SPARK, NEEDS_DELTA]

ROOT = Path(__file__).parents[2]


def test_an_executor_of_the_image_reads_raw_files_for_a_driver(tmp_path: Path) -> None:
    archive = Simulation(days=2, payments_per_day=5, accounts=1, dirt=False)
    written = simulate(archive, tmp_path / "raw", tmp_path / "truth")
    with standalone(tmp_path, workers=0) as cluster:
        words = [
            sys.executable,
            "-m",
            "tests.cluster.driver_without_workers",
            tmp_path / "raw",
            tmp_path / "home",
        ]
        environment = {"PYTHONPATH": str(ROOT), "VERMEIL_SPARK_CONF": json.dumps(cluster.conf())}
        with began(words, environment) as driver, executor(json.loads(_line(driver.stdout)), tmp_path):
            assert json.loads(_line(driver.stdout)) == {"records": written.events + written.objects}


@contextmanager
def executor(told: dict[str, str], folder: Path) -> Iterator[None]:
    """What a pod of the image runs, with what Spark tells it."""
    options = told.pop("OPTIONS").split()
    environment = {
        **told,
        **{f"SPARK_JAVA_OPT_{number}": option for number, option in enumerate(options)},
        "SPARK_HOME": str(spark_home()),
        "SPARK_EXECUTOR_ID": "1",
        "SPARK_EXECUTOR_CORES": "1",
        "SPARK_EXECUTOR_MEMORY": "1g",
        "SPARK_EXECUTOR_POD_IP": HERE,
        "SPARK_EXECUTOR_POD_NAME": "vermeil-exec-1",
        "SPARK_RESOURCE_PROFILE_ID": "0",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "PYTHONPATH": str(ROOT),
    }
    with began([ROOT / "deploy" / "entrypoint.sh", "executor"], environment):
        yield


@contextmanager
def began(words: list[str | Path], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block, and all that it has started."""
    process = subprocess.Popen(
        list(map(str, words)),
        cwd=ROOT,
        env={**os.environ, "SPARK_LOCAL_IP": HERE, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()
