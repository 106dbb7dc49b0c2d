"""A lakehouse of made-up gold, and the same rows in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.metrics.made_rows import FIRST, NEWEST, TABLES, made

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def made_lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse in which every table of metrics is released with made-up rows; tests read it only."""
    home = tmp_path_factory.mktemp("metrics")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        with lake.writing("a test"):
            for name, table in TABLES.items():
                lake.create(name)
                lake.publish(
                    name, lake.staging.write(name, "1", spark.createDataFrame(made(table))), Append(), {}
                )
        yield lake.released()


@pytest.fixture(scope="session")
def duck() -> duckdb.DuckDBPyConnection:
    """The same rows, and a table of days."""
    found = duckdb.connect()
    found.execute("create schema gold; set ieee_floating_point_ops = false")  # so that x / 0 is null
    for name, table in TABLES.items():
        rows = made(table)  # noqa: F841 - DuckDB finds it by its name
        found.execute(f"create table {name} as select * from rows")
    days = f"range(timestamp '{FIRST}', timestamp '{NEWEST}' + interval 1 day, interval 1 day)"
    found.execute(f"create table gold.time_spine as select cast(range as date) as date from {days}")
    return found
