"""Gold in another database is gold as the latest release has it, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pyarrow as pa
import pytest

from pipelines.delta import releases
from pipelines.delta.contents import Contents
from pipelines.delta.schemas import ARROW_TYPES
from pipelines.errors import ExportError, LakehouseError, SettingsError
from pipelines.export import Exported, connected, export
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table
from tests.pipelines.export.postgresql import server as server
from tests.pipelines.export.postgresql import url as url
from tests.sales import DAYS, DOUBLE, SEEN, TABLES, TOTAL, Site
from vermeil.cli.operations import maintain

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

GOLD = (DAYS.name, DOUBLE.name, TOTAL.name, SEEN.name)


class Elsewhere:
    """A database that gold is exported to, and read from by what knows nothing of this project."""

    def __init__(self, to: str, file: Path | None) -> None:
        self.to, self.file = to, file

    def bring(self, lake: Lakehouse, **options: Any) -> dict[str, Exported]:
        with connected(self.to, self.file) as database:
            return {one.table: one for one in export(lake, database, **options)}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        if self.file:
            with duckdb.connect(str(self.file)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self.to, autocommit=True, options="-c timezone=UTC") as connection:
            found = connection.execute(query)  # type: ignore[call-overload]
            return found.fetchall() if found.description else []


@pytest.fixture(params=["duckdb", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    if request.param == "duckdb":
        return Elsewhere("duckdb", tmp_path / "payments.duckdb")
    return Elsewhere(request.getfixturevalue("url"), None)


@pytest.fixture
def site(tmp_path: Path, spark: SparkSession) -> Site:
    made = Site(tmp_path / "home", spark)
    made.sell(1, ("a", "2026-01-01", 10), ("b", "2026-01-02", 20), ("c", "2026-01-05", 30))
    made.refresh()
    return made


def totals(elsewhere: Elsewhere, name: str) -> dict[str, int]:
    layer, short = name.split(".")
    key = "name" if name == TOTAL.name else "date"
    return {str(row[0]): row[1] for row in elsewhere.ask(f'select "{key}", total_minor from {layer}.{short}')}


def test_every_row_is_there_and_later_only_the_days_that_moved(elsewhere: Elsewhere, site: Site) -> None:
    first = elsewhere.bring(site.lake)
    assert list(first) == [*GOLD]
    assert first[DAYS.name] == Exported(DAYS.name, rows=3)
    assert totals(elsewhere, DAYS.name) == {"2026-01-01": 10, "2026-01-02": 20, "2026-01-05": 30}
    assert all(one.is_current for one in elsewhere.bring(site.lake).values())

    site.sell(2, ("d", "2026-01-05", 5), ("e", "2026-01-06", 7))
    site.refresh()
    later = elsewhere.bring(site.lake)
    assert later[DAYS.name] == Exported(DAYS.name, rows=2, days=2)
    assert later[TOTAL.name] == Exported(TOTAL.name, rows=1)
    for name in GOLD:
        assert totals(elsewhere, name) == site.rows(name)


def test_what_only_puts_files_together_is_not_written_again(elsewhere: Elsewhere, site: Site) -> None:
    for day in range(2, 5):
        site.sell(day, (f"x{day}", f"2026-02-0{day}", 1))
        site.refresh()
    elsewhere.bring(site.lake)
    before = site.lake.version(DAYS.name)
    maintain(site.lake, lambda name: None)
    assert site.lake.version(DAYS.name) != before, "nothing was put together: the test says nothing"
    done = elsewhere.bring(site.lake)[DAYS.name]
    assert (done.rows, done.days) == (0, 0)
    assert totals(elsewhere, DAYS.name) == site.rows(DAYS.name)


def test_rows_that_changed_outside_of_their_days_are_all_written(elsewhere: Elsewhere, site: Site) -> None:
    elsewhere.bring(site.lake)
    rows = [{"date": date(2026, 1, 1), "total_minor": 99}]
    put_aside(site.lake, rows)
    assert elsewhere.bring(site.lake, only=[DAYS.name])[DAYS.name] == Exported(DAYS.name, rows=1)
    assert totals(elsewhere, DAYS.name) == {"2026-01-01": 99}


def put_aside(lake: Lakehouse, rows: list[dict[str, Any]]) -> None:
    """As an erasure does: another set of rows, with the note that was there."""
    from deltalake import CommitProperties, write_deltalake

    schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in DAYS.columns])
    uri = lake.table_uri(DAYS.name)
    write_deltalake(
        uri, pa.Table.from_pylist(rows, schema), mode="overwrite", commit_properties=CommitProperties()
    )


def test_a_release_is_what_is_exported_not_what_a_run_has_written_since(
    elsewhere: Elsewhere, site: Site
) -> None:
    releases.make(site.lake.uri, "test", site.lake.versions(), datetime.now(UTC))
    site.sell(2, ("d", "2026-01-05", 5))
    site.refresh()
    elsewhere.bring(site.lake)
    assert totals(elsewhere, DAYS.name)["2026-01-05"] == 30
    releases.make(site.lake.uri, "test", site.lake.versions(), datetime.now(UTC))
    assert elsewhere.bring(site.lake)[DAYS.name] == Exported(DAYS.name, rows=1, days=1)
    assert totals(elsewhere, DAYS.name)["2026-01-05"] == 35
    assert {row[0] for row in elsewhere.ask("select release from vermeil.exports")} == {2}


def test_an_export_that_fails_leaves_what_was_there(
    elsewhere: Elsewhere, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.bring(site.lake)
    before = {name: totals(elsewhere, name) for name in GOLD}
    site.sell(2, ("d", "2026-01-05", 5))
    site.refresh()
    read = Contents.rows

    def torn(contents: Contents, schema: pa.Schema, days: Any = None) -> pa.RecordBatchReader:
        if contents.uri.endswith("total"):
            raise OSError("the disk is gone")
        return read(contents, schema, days)

    monkeypatch.setattr(Contents, "rows", torn)
    with pytest.raises(OSError, match="the disk is gone"):
        elsewhere.bring(site.lake)
    assert {name: totals(elsewhere, name) for name in GOLD} == before
    monkeypatch.undo()
    elsewhere.bring(site.lake)
    assert totals(elsewhere, TOTAL.name) == site.rows(TOTAL.name)


def test_a_table_that_was_dropped_there_is_written_whole(elsewhere: Elsewhere, site: Site) -> None:
    elsewhere.bring(site.lake)
    elsewhere.ask("drop table gold.sales_daily")
    assert elsewhere.bring(site.lake)[DAYS.name] == Exported(DAYS.name, rows=3)


def test_a_table_of_somebody_else_is_left_as_it_is(elsewhere: Elsewhere, site: Site) -> None:
    elsewhere.ask("create schema gold")
    elsewhere.ask("create table gold.sales_daily (mine integer)")
    with pytest.raises(ExportError, match="not from an export, and is left as it is"):
        elsewhere.bring(site.lake)
    assert elsewhere.ask("select * from gold.sales_daily") == []


def test_another_lakehouse_of_the_same_versions_is_written_whole(
    elsewhere: Elsewhere, site: Site, tmp_path: Path, spark: SparkSession
) -> None:
    elsewhere.bring(site.lake)
    other = Site(tmp_path / "other", spark)
    other.sell(1, ("a", "2025-03-03", 1))
    other.refresh()
    assert other.lake.version(DAYS.name) == site.lake.version(DAYS.name)
    elsewhere.bring(other.lake)
    assert totals(elsewhere, DAYS.name) == {"2025-03-03": 1}


def test_a_column_that_is_declared_later_is_added_and_views_stay(
    elsewhere: Elsewhere, site: Site, spark: SparkSession
) -> None:
    elsewhere.bring(site.lake)
    elsewhere.ask("create view mine as select sum(total_minor) as total from gold.sales_daily")
    more = replace(DAYS, columns=(*DAYS.columns, Column("note", "string", "It's new: 100 % of what? All.")))
    with Lakehouse(site.lake.settings, {**TABLES, DAYS.name: more}, spark) as lake:
        assert elsewhere.bring(lake)[DAYS.name] == Exported(DAYS.name, rows=3)
    assert elsewhere.ask("select note, count(*) from gold.sales_daily group by note") == [(None, 3)]
    assert elsewhere.ask("select total from mine") == [(60,)]
    with Lakehouse(site.lake.settings, TABLES, spark) as lake:
        elsewhere.ask("drop view mine")
        elsewhere.bring(lake)
    assert elsewhere.ask("select * from gold.sales_daily order by 1")[0] == (date(2026, 1, 1), 10)


VALUES = Table(
    "gold.values",
    "One row per value.",
    ("name",),
    (
        Column("name", "string", "Its name.", required=True),
        Column("text", "string", "A text."),
        Column("number", "bigint", "A whole number."),
        Column("share", "double", "A number."),
        Column("is_so", "boolean", "A truth."),
        Column("at", "timestamp", "A moment."),
        Column("date", "date", "A day."),
        Column("bytes", "binary", "Bytes."),
    ),
)


def test_values_arrive_as_they_are(elsewhere: Elsewhere, tmp_path: Path, spark: SparkSession) -> None:
    rows = [
        {"name": "null"},
        {"name": "empty", "text": "", "bytes": b""},
        {"name": "text", "text": 'a "quoted", line\nand \\N \\. – 円'},
        {"name": "zero byte", "text": "a\x00b"},
        {"name": "least", "number": -(2**63), "share": -0.1, "is_so": False, "date": date(1, 1, 1)},
        {"name": "most", "number": 2**63 - 1, "share": 1 / 3, "is_so": True, "date": date(9999, 12, 31)},
        {"name": "none", "share": float("inf"), "bytes": bytes(range(256))},
    ]
    with Lakehouse(load_settings({"home": tmp_path / "home"}), {VALUES.name: VALUES}, spark) as lake:
        schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in VALUES.columns])
        lake.create(VALUES.name)
        from deltalake import write_deltalake

        write_deltalake(lake.table_uri(VALUES.name), pa.Table.from_pylist(rows, schema), mode="append")
        elsewhere.bring(lake)
    columns = [name for name in VALUES.column_names if name not in ("at", "date")]
    found = elsewhere.ask(f'select {", ".join(columns)} from gold."values"')
    expected = [tuple(row.get(name) for name in columns) for row in rows]
    if not elsewhere.file:  # its text holds every character but one
        expected[3] = ("zero byte", "a\ufffdb", *expected[3][2:])
    assert sorted(found, key=str) == sorted(expected, key=str)
    days = elsewhere.ask('select name, cast("date" as varchar) from gold."values" where "date" is not null')
    assert sorted(days) == [("least", "0001-01-01"), ("most", "9999-12-31")]


@pytest.mark.engine
def test_all_of_gold_is_there_row_by_row(elsewhere: Elsewhere, few_days: Made, spark: SparkSession) -> None:
    from pipelines.catalog import all_tables

    with Lakehouse(load_settings({"home": few_days.home}), all_tables(), spark) as lake:
        done = elsewhere.bring(lake)
        assert {one.split(".")[0] for one in done} == {"gold"}
        assert sum(one.rows > 0 for one in done.values()) > 15
        for name in done:
            columns = [f'"{one.name}"' for one in all_tables()[name].columns]
            there = elsewhere.ask(f"select {', '.join(columns)} from {name}")
            here = [tuple(row) for row in lake.released().table(name).collect()]
            assert sorted(map(comparable, there)) == sorted(map(comparable, here)), name


def comparable(row: tuple[Any, ...]) -> str:
    """A row as text: a moment without its zone, which is UTC on both sides, and bytes of whatever type."""
    plain = (
        bytes(value) if isinstance(value, (bytes, bytearray, memoryview))
        else value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value
        for value in row
    )  # fmt: skip
    return repr(tuple(plain))


@pytest.mark.parametrize(
    ("to", "file"),
    [
        ("", None),
        ("duckdb", None),
        ("oracle", Path("x")),
        ("postgresql://h/d", Path("x")),
        ("mysql://h/d", None),
    ],
)
def test_a_database_that_is_not_named_rightly_is_refused(to: str, file: Path | None) -> None:
    with pytest.raises(SettingsError, match="--to duckdb FILE"), connected(to, file):
        pass


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    word = "geheim"
    with (
        pytest.raises(ExportError, match=r"no connection to gold on 127\.0\.0\.1") as told,
        connected(f"postgresql://me:{word}@127.0.0.1:1/gold"),
    ):
        pass
    assert word not in str(told.value)


def test_a_file_that_is_no_database_or_in_use_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database")
    with pytest.raises(ExportError, match=r"notes\.txt cannot be written"), connected("duckdb", file):
        pass
    assert file.read_text() == "no database"


def test_a_file_that_is_called_like_its_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gold.duckdb"
    with pytest.raises(SettingsError, match=r"such as payments\.duckdb"), connected("duckdb", file):
        pass
    assert not file.exists()


def test_a_table_that_is_not_declared_is_told(elsewhere: Elsewhere, site: Site) -> None:
    with pytest.raises(LakehouseError, match=r"no table 'gold\.nothing'"):
        elsewhere.bring(site.lake, only=["gold.nothing"])
