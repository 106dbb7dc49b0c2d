"""Every table is read by others without this project: as the how-to says, and as ``vermeil catalog`` tells them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas
import polars
import pytest
from deltalake import DeltaTable

from pipelines.catalog import LAYERS, all_tables
from pipelines.export.registration import Catalog, duckdb_views, entries, spark_sql
from pipelines.export.registration.quoting import double
from pipelines.frames.literals import backtick
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.exact_figures import Figures, by_currency, currency, differences, money, own, query
from tests.vermeil.cli.running import vermeil

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.table import Table
    from tests.small_lakehouse import Made

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to.md"

pytestmark = pytest.mark.engine


@pytest.fixture
def read(few_days: Made, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the how-to's program leaves."""
    section = HOW_TO.read_text(encoding="utf-8").split("\n## Read the tables from elsewhere")[1]
    program = section.split("```python")[1].split("```")[0]
    monkeypatch.setenv("VERMEIL_HOME", str(few_days.home))
    names: dict[str, Any] = {}
    exec(program, names)
    return names


def test_others_read_the_same_figures(read: dict[str, Any], few_days: Made, spark: SparkSession) -> None:
    with Lakehouse(load_settings({"home": few_days.home}), all_tables(), spark) as lake:
        rows = lake.table("gold.payments_daily").collect()
    by_day: Counter[tuple[Any, str]] = Counter()
    by_currency: Counter[str] = Counter()
    for row in rows:
        by_day[row.date, row.currency] += row.captured_minor
        by_currency[row.currency] += row.captured_minor
    assert sum(by_currency.values()) > 0
    assert {(day, currency): total for day, currency, total in read["by_day"].iter_rows()} == by_day
    assert dict(read["captured"]) == by_currency
    assert read["daily"].groupby("currency").captured_minor.sum().to_dict() == by_currency


@pytest.fixture(scope="module")
def lake(
    few_days: Made, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession
) -> Iterator[Lakehouse]:
    """The tables in a folder whose name has what languages of queries quote with."""
    home = tmp_path_factory.mktemp("readers") / "o'hara's"
    shutil.copytree(few_days.home, home)
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as opened:
        yield opened


@pytest.fixture(scope="module")
def expected(lake: Lakehouse) -> dict[str, Figures]:
    """What Vermeil itself has."""
    found = own(lake)
    assert len(found) > 70
    assert sum(len(one) > 1 for one in found.values()) > 20, "two currencies or more"
    return found


@pytest.fixture(scope="module")
def catalog(lake: Lakehouse) -> Catalog:
    return entries(lake, LAYERS, prefix="readers_")


def found(catalog: Catalog, read: Callable[[Table, str], Any]) -> dict[str, Figures]:
    """What a reader finds of each table, given its place."""
    return {one.table.name: by_currency(read(one.table, one.uri)) for one in catalog.entries}


def test_polars_finds_every_row_and_amount(catalog: Catalog, expected: dict[str, Figures]) -> None:
    def read(table: Table, uri: str) -> Any:
        by = polars.col("currency") if currency(table) else polars.lit(None, polars.String)
        rows = polars.scan_delta(uri).group_by(by.alias("by"))
        # A sum of nothing is nothing, as in SQL, and not 0.
        sums = [
            polars.when(polars.col(name).count() > 0).then(polars.col(name).sum()).alias(name)
            for name in money(table)
        ]
        return rows.agg(polars.len(), *sums).collect().iter_rows()

    assert list(differences(found(catalog, read), expected)) == []


def test_pandas_finds_every_row_and_amount(catalog: Catalog, expected: dict[str, Figures]) -> None:
    def read(table: Table, uri: str) -> Any:
        rows = DeltaTable(uri).to_pandas(types_mapper=pandas.ArrowDtype)
        rows["by"] = rows["currency"] if currency(table) else "none"
        for by, some in rows.groupby("by", dropna=False):
            sums = [some[name].sum(min_count=1) for name in money(table)]
            yield (
                (by if currency(table) and by is not pandas.NA else None),
                len(some),
                *(None if one is pandas.NA else one for one in sums),
            )

    assert list(differences(found(catalog, read), expected)) == []


def test_duckdb_finds_every_row_and_amount_in_views(
    catalog: Catalog, expected: dict[str, Figures], tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    extensions = pytest.importorskip("duckdb_extensions")
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as connection:
        try:
            extensions.import_extension("delta", con=connection)
            connection.execute("load delta")
        except Exception as error:
            pytest.skip(f"DuckDB has no extension for Delta: {error}")
        for _ in range(2):  # it may be run again
            for statement in duckdb_views.statements(catalog):
                connection.execute(statement)

        def read(table: Table, uri: str) -> Any:
            place = f"{double(f'readers_{table.layer}')}.{double(table.short_name)}"
            return connection.execute(query(table, place, double)).fetchall()

        assert list(differences(found(catalog, read), expected)) == []
        comments = connection.execute("select count(*) from duckdb_views() where comment is not null")
        assert comments.fetchall() == [(len(catalog.entries),)]


def test_spark_sql_finds_every_row_and_amount_in_tables(
    catalog: Catalog, expected: dict[str, Figures], spark: SparkSession
) -> None:
    try:
        for _ in range(2):
            for statement in spark_sql.statements(catalog):
                spark.sql(statement.removesuffix(";")).collect()

        def read(table: Table, uri: str) -> Any:
            place = f"{backtick(f'readers_{table.layer}')}.{backtick(table.short_name)}"
            return spark.sql(query(table, place, backtick)).collect()

        assert list(differences(found(catalog, read), expected)) == []
    finally:
        for schema in catalog.schemas:
            spark.sql(f"drop schema if exists {backtick(schema)} cascade").collect()
    assert list(differences(found(replace(catalog, entries=catalog.entries[:3]), _rows), {})), (
        "files are there still"
    )


def _rows(table: Table, uri: str) -> Any:
    return [(None, DeltaTable(uri).to_pyarrow_dataset().count_rows())]


def test_the_command_writes_files_for_all_or_a_script_for_one(lake: Lakehouse, tmp_path: Path) -> None:
    home = lake.settings.home
    done = vermeil(
        "catalog", "--home", home, "--out", tmp_path / "out", "--layer", "gold", "--prefix", "acme_"
    )
    assert done.exit_code == 0, done.output
    names = {Path(line).name for line in done.stdout.splitlines()}
    assert names == {"vermeil.properties", "trino.sql", "spark.sql", "duckdb.sql", "unity_catalog.sh"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    spark_script = (tmp_path / "out" / "spark.sql").read_text(encoding="utf-8")
    assert "CREATE TABLE IF NOT EXISTS `acme_gold`.`payments_daily`" in spark_script
    assert "silver" not in spark_script
    one = vermeil("catalog", "--home", home, "--to", "trino", "--catalog", "pay")
    assert one.stdout.splitlines()[:2] == ["-- pay.properties:", "-- connector.name=delta_lake"]
    assert (
        "CALL \"pay\".system.register_table('silver', 'charges', 'local:///lakehouse/silver/charges');"
        in one.stdout
    )
    assert "bronze" not in one.stdout


def test_the_command_says_what_it_needs(lake: Lakehouse, tmp_path: Path) -> None:
    none = vermeil("catalog", "--home", lake.settings.home)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "name one reader with --to, or a folder for the files of all with --out" in none.stderr
    empty = vermeil("catalog", "--home", tmp_path, "--to", "duckdb")
    assert empty.exit_code == 1
    assert "yet: vermeil run" in empty.stderr
