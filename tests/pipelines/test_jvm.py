"""A Spark that a process starts: who may speak to it, how long it lives, and which Python it runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.delta.engine import connected
from pipelines.delta.jvm import PYTHON, Shared
from pipelines.delta.spark_settings import LOCAL_CONF, WITHOUT_DELTA, spark_conf
from tests.engine_runs import NEEDS_JAVA

pytestmark = [pytest.mark.slow, NEEDS_JAVA]

SMALL = WITHOUT_DELTA | {"spark.master": "local[1]", "spark.driver.memory": "512m"}


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    """A Spark of the test's own beside that of the process, with its first user."""
    found = Shared()
    found.enter(spark_conf(SMALL), tmp_path / "spark.log")
    yield found
    if found.running is not None:
        found.leave()


def process(shared: Shared) -> Any:
    assert shared.running is not None
    return shared.running.gateway.proc


def url(shared: Shared) -> str:
    assert shared.running is not None
    return shared.running.url


def test_who_does_not_know_the_token_is_refused(shared: Shared) -> None:
    with connected(url(shared), {}) as spark:
        assert spark.range(3).count() == 3
    place, token = url(shared).split("/;token=")
    assert len(token) >= 32
    for without in (f"{place}/;token=another", place.replace("localhost", "127.0.0.1")):
        with pytest.raises(Exception, match=r"UNAUTHENTICATED|token"), connected(without, {}) as spark:
            spark.range(3).count()


def test_nobody_reads_the_token_in_the_list_of_processes(shared: Shared) -> None:
    words = Path(f"/proc/{process(shared).pid}/cmdline")
    if not words.exists():
        pytest.skip("this system has no /proc")
    told = words.read_text(encoding="utf-8")
    assert "spark.master" in told
    assert url(shared).split("token=")[1] not in told


def test_it_ends_with_its_last_user_and_no_sooner(shared: Shared, tmp_path: Path) -> None:
    started = process(shared)
    assert shared.enter({}, tmp_path / "other.log") == url(shared), "a second user is given the same one"
    shared.leave()
    assert started.poll() is None
    shared.leave()
    assert shared.running is None
    assert started.poll() is not None


def test_where_it_was_killed_the_next_user_has_a_new_one(shared: Shared, tmp_path: Path) -> None:
    killed = process(shared)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    again = shared.enter(spark_conf(SMALL), tmp_path / "again.log")
    with connected(again, {}) as spark:
        assert spark.range(3).count() == 3
    shared.leave()


def test_executors_run_the_python_that_is_set(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {noted}\nexec {sys.executable} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    shared = Shared()
    before = os.environ.get("PYSPARK_PYTHON")
    shared.enter(spark_conf(SMALL | {PYTHON: str(wrapper)}), tmp_path / "spark.log")
    try:
        assert os.environ.get("PYSPARK_PYTHON") == before
        with connected(url(shared), {}) as spark:
            doubled = spark.range(2).mapInArrow(lambda batches: batches, "id long")
            assert doubled.count() == 2
    finally:
        shared.leave()
    assert "pyspark.daemon" in noted.read_text(encoding="utf-8")


def test_what_is_set_for_one_machine_is_set(shared: Shared) -> None:
    with connected(url(shared), {}) as spark:
        name = "spark.sql.shuffle.partitions"
        assert spark.conf.get(name) == LOCAL_CONF[name]
