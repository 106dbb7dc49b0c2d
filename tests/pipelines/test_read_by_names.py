"""On Apache Spark a table of few files is read by their names, and any other through Delta: the rows are the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.delta.engine import FILES_BY_NAME
from pipelines.delta.log import DeltaLog
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests import plans
from tests.sales import SALES, Site

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

NAME = SALES.name


@pytest.fixture
def site(tmp_path: Path, spark: SparkSession) -> Site:
    if load_settings().engine == "embedded":
        pytest.skip("Sail reads tables through its own Delta")
    site = Site(tmp_path / "with spaces and é", spark)
    site.sell(1, ("a", "2026-03-01", 100), ("b", "2026-03-02", 200))
    return site


def amounts(lake: Lakehouse, version: int | None = None) -> dict[str, int]:
    return {row["sale_id"]: row["amount_minor"] for row in lake.table(NAME, version).collect()}


def is_by_names(lake: Lakehouse, version: int | None = None) -> bool:
    """Whether Spark lists the files itself: Delta's own list of them looks into the log."""
    plan = plans.told(lake.table(NAME, version))
    assert "Location" in plan, plan
    return "Location: InMemoryFileIndex" in plan


def sql(lake: Lakehouse, statement: str) -> None:
    lake.spark.sql(statement.format(table=f"delta.`{lake.table_uri(NAME)}`")).collect()


def test_each_version_is_read_by_its_own_files(site: Site) -> None:
    before = site.lake.version(NAME)
    site.sell(2, ("b", "2026-03-02", 250), ("c", "2026-03-02", 300))
    assert amounts(site.lake) == {"a": 100, "b": 250, "c": 300}
    assert amounts(site.lake, before) == {"a": 100, "b": 200}
    assert is_by_names(site.lake)
    assert is_by_names(site.lake, before)


def test_what_another_program_commits_is_seen(site: Site) -> None:
    assert amounts(site.lake) == {"a": 100, "b": 200}
    sql(site.lake, "delete from {table} where sale_id = 'a'")
    assert amounts(site.lake) == {"b": 200}
    sql(site.lake, "delete from {table}")
    assert amounts(site.lake) == {}


def test_a_column_that_files_lack_is_null(site: Site) -> None:
    sql(site.lake, "alter table {table} add columns (colour string)")
    assert is_by_names(site.lake)
    assert [row["colour"] for row in site.lake.table(NAME).collect()] == [None, None]


def test_rows_that_are_deleted_without_a_new_file_are_gone(site: Site) -> None:
    sql(site.lake, "alter table {table} set tblproperties ('delta.enableDeletionVectors' = 'true')")
    sql(site.lake, "delete from {table} where sale_id = 'a'")
    assert amounts(site.lake) == {"b": 200}
    assert not is_by_names(site.lake)


@pytest.mark.parametrize("protocol", [(2, 5), (3, 7)], ids=["by version", "by feature"])
def test_a_column_that_was_renamed_keeps_its_values(site: Site, protocol: tuple[int, int]) -> None:
    reader, writer = protocol
    sql(
        site.lake,
        "alter table {table} set tblproperties ('delta.columnMapping.mode' = 'name', "
        f"'delta.minReaderVersion' = '{reader}', 'delta.minWriterVersion' = '{writer}')",
    )
    sql(site.lake, "alter table {table} rename column amount_minor to once")
    sql(site.lake, "alter table {table} add columns (amount_minor bigint)")
    assert amounts(site.lake) == {"a": None, "b": None}
    assert not is_by_names(site.lake)


def test_of_many_files_delta_chooses(site: Site) -> None:
    for number in range(FILES_BY_NAME):
        sql(site.lake, f"insert into {{table}} values ('n{number}', date'2026-03-03', {number}, 2)")
    assert DeltaLog({}).files(site.lake.table_uri(NAME))[0] == FILES_BY_NAME + 1
    assert not is_by_names(site.lake)
    assert len(amounts(site.lake)) == FILES_BY_NAME + 2
