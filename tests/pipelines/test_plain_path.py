"""A lakehouse may lie below folders of any name, and where that cannot be it is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.delta.commits import Append
from pipelines.delta.plain_path import plain
from pipelines.errors import LakehouseError, SettingsError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

IS_EMBEDDED = load_settings().engine == "embedded"

THINGS = Table(
    name="silver.things",
    doc="Things.",
    key=("thing_id",),
    columns=(Column("thing_id", "string", "Identity.", required=True),),
)


def put(lake: Lakehouse, thing: str) -> None:
    lake.create(THINGS.name)
    rows = lake.spark.createDataFrame([(thing,)], THINGS.spark_schema())
    staged = lake.staging.write(THINGS.name, thing, rows)
    lake.publish(THINGS.name, staged, Append(), {})
    lake.staging.clear()


@pytest.mark.engine
@pytest.mark.parametrize(
    "name",
    [
        *("two words", "Zahlungen für Köln", "支払い", "100%", "a#b"),
        *(["what?", "*", "{a,b}"] if IS_EMBEDDED else []),
    ],
)
def test_tables_are_written_and_read_below_a_folder_of_any_name(
    tmp_path: Path, spark: SparkSession, name: str
) -> None:
    settings = load_settings({"home": tmp_path / name})
    for run in range(2):  # as two runs do, each with a lakehouse of its own
        with Lakehouse(settings, {THINGS.name: THINGS}, spark) as lake:
            assert lake.uri == settings.lakehouse_uri  # others are told the place itself
            before = lake.version(THINGS.name)
            put(lake, f"t{run}")
            rows = {row["thing_id"] for row in lake.table(THINGS.name).collect()}
            assert rows == {f"t{number}" for number in range(run + 1)}
            if before is not None:
                assert lake.table(THINGS.name, version=before).count() == run
    assert (tmp_path / name / "lakehouse" / "silver" / "things" / "_delta_log").is_dir()


def test_apache_spark_is_given_no_path_that_it_would_take_for_a_pattern(
    tmp_path: Path, spark: SparkSession
) -> None:
    settings = load_settings({"home": tmp_path / "a*", "engine": "spark"})
    with pytest.raises(LakehouseError, match=r"Apache Spark takes '\*' in a path for a pattern.* --home"):
        Lakehouse(settings, {THINGS.name: THINGS}, spark)


def test_a_plain_path_and_an_object_store_are_what_they_are(tmp_path: Path) -> None:
    for uri in (str(tmp_path), "s3://bucket/with a space"):
        with plain(uri) as found:
            assert found == uri


@pytest.mark.parametrize("name", ["a[b]", "a|b", "a^b", "a\\b", "a\nb", "a%20b"])
def test_a_folder_below_which_no_table_is_found_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SettingsError, match=r"the tables cannot lie at .* Choose another with --home"):
        load_settings({"home": tmp_path / name})
    assert not list(tmp_path.iterdir())
