"""Sessions, lakehouses and real input that tests share.

Tests that ask for ``jvm_spark`` or ``any_spark`` run on one worker (``--dist loadgroup``), so that Apache Spark is
started once; so do those of a module that share what it makes. With ``VERMEIL_ENGINE=spark`` each worker has a Spark,
and what a test says of any engine is said once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.engine import connected, open_spark
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings, load_settings
from tests.engine_runs import HAS_JAVA
from tests.session_settings import with_settings
from tests.small_lakehouse import few_days as few_days
from tests.spark_servers import COMPILED, INTERPRETED, SMALL, spark_server

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[1]
JVM_GROUP = pytest.mark.xdist_group("jvm")
IS_SPARK = load_settings().engine == "spark"
os.environ.setdefault("VERMEIL_TOKEN_KEY", bytes(range(32)).hex())  # or no two lakehouses had equal tokens
os.environ.setdefault("VERMEIL_RECORD", "no")  # two seconds a command; what is recorded has tests of its own
# A test's tables are so small that the driver would commit all of them, and nobody Spark's own commits.
os.environ.setdefault("VERMEIL_DRIVER_COMMIT_BYTES", "0")
SPARK_CONF = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    **INTERPRETED,
    # Planning anew between stages, and pages of 64 MB, each filled with zeros first: a third of a query's time.
    "spark.sql.adaptive.enabled": "false",
    "spark.buffer.pageSize": "1m",
}
os.environ.setdefault("VERMEIL_SPARK_CONF", json.dumps(SPARK_CONF))  # of the engine spark, where it is tested


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not IS_SPARK and {"jvm_spark", "any_spark", "two_engines"} & set(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(JVM_GROUP)
        elif not any(item.iter_markers("xdist_group")) and _shares_within_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


def _shares_within_its_module(item: pytest.Item) -> bool:
    """Whether a test uses what its module makes once: on two workers it would be made twice."""
    fixtures = getattr(item, "_fixtureinfo", None)
    found = fixtures.name2fixturedefs.values() if fixtures else ()
    return any(definition.scope == "module" for definitions in found for definition in definitions)


@pytest.fixture(scope="session")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that the shared session belongs to: an Apache Spark writes its log there."""
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="session")
def spark(engine_home: Path) -> Iterator[SparkSession]:
    """A session on the engine that VERMEIL_ENGINE names; embedded by default.

    An Apache Spark lives as long as the tests do, and what opens a session of its own meanwhile gets one of it.
    """
    with open_spark(load_settings({"home": engine_home})) as session:
        yield session


@pytest.fixture(scope="session")
def jvm_spark(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[SparkSession]:
    """A session on Apache Spark from pyspark's wheel, without Delta; what it is asked for is not compiled."""
    if IS_SPARK:
        yield request.getfixturevalue("spark")
        return
    if not HAS_JAVA:
        pytest.skip("Apache Spark needs Java 17: install it, or set JAVA_HOME")
    with spark_server(tmp_path_factory.mktemp("spark"), SMALL) as url, connected(url, {}) as session:
        yield session


@pytest.fixture(params=["engine"] if IS_SPARK else ["engine", "jvm"])
def any_spark(request: pytest.FixtureRequest) -> SparkSession:
    """The engine that VERMEIL_ENGINE names, then Apache Spark: what a test says of one it says of both."""
    return request.getfixturevalue("spark" if request.param == "engine" else "jvm_spark")


@pytest.fixture
def compiled_spark(jvm_spark: SparkSession) -> Iterator[SparkSession]:
    """Apache Spark as it is by default, with code made for each plan: for archives, which have rows enough."""
    with with_settings(jvm_spark, COMPILED):
        yield jvm_spark


@pytest.fixture
def two_engines(request: pytest.FixtureRequest) -> tuple[SparkSession, SparkSession]:
    """The engine that VERMEIL_ENGINE names and Apache Spark, to compare one with the other."""
    if IS_SPARK:
        pytest.skip("compares an engine with Apache Spark, which is the only one here")
    return request.getfixturevalue("spark"), request.getfixturevalue("compiled_spark")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the environment's engine, with a home of the test's own."""
    return load_settings({"home": tmp_path})


@pytest.fixture
def lake(settings: Settings, spark: SparkSession) -> Iterator[Lakehouse]:
    """An empty lakehouse of all declared tables, in a home of the test's own, on the shared session."""
    with Lakehouse(settings, all_tables(), spark) as lakehouse:
        yield lakehouse


@pytest.fixture(scope="session")
def stripe_fixtures() -> dict[str, dict[str, Any]]:
    """One real-shaped object of every Stripe type, by the type's name."""
    file = _shared("stripe") / "fixtures3.json"
    text = file.read_text(encoding="utf-8").replace('"currency": "currency"', '"currency": "usd"')
    found: dict[str, dict[str, Any]] = json.loads(text)["resources"]
    return found


@pytest.fixture(scope="session")
def handbook() -> Path:
    """The days of the Fraud Detection Handbook's card transactions."""
    return _shared("handbook")


def _shared(name: str) -> Path:
    """A folder of real-shaped input, which is no part of the project."""
    shared = os.environ.get("VERMEIL_SHARED_DATA") or ROOT.parent / "shared" / "data"
    folder = Path(shared) / name
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}: set VERMEIL_SHARED_DATA to the folder that holds {name}/")
    return folder
