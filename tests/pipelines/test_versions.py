"""Versions of a table: each that there is reads as it was, wherever there are checkpoints, and any reader opens it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.delta import checkpoints, versions
from pipelines.delta import log as delta_log
from pipelines.delta.commits import Append
from pipelines.delta.log import DeltaLog
from pipelines.delta.policies import Policy
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table
from pipelines.upkeep.maintenance import maintain

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

THINGS = Table(
    name="silver.things",
    doc="Things.",
    key=("account", "thing_id"),
    columns=(
        Column("account", "string", "Account.", required=True),
        Column("thing_id", "string", "Identity.", required=True),
        Column("seen_at", "timestamp", "Time."),
        Column("created_date", "date", "Day."),
    ),
)
PARTS = Table("silver.parts", "Parts.", THINGS.key, THINGS.columns, cluster_by="created_date")
DAYS = (date(2026, 3, 1), date(2026, 3, 2), None)

Rows = set[tuple[Any, ...]]


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    tables = {table.name: table for table in (THINGS, PARTS)}
    made = Lakehouse(load_settings({"home": tmp_path}), tables, spark)
    # With a folder a day, as an earlier Vermeil made its tables.
    no_rows = arrow_schema(PARTS).empty_table()
    write_deltalake(made.table_uri(PARTS.name), no_rows, partition_by=["created_date"])
    return made


def add(lake: Lakehouse, table: Table, number: int) -> int:
    """Append a row, and tell the version that has it."""
    lake.create(table.name)
    known = {
        "account": "a",
        "thing_id": f"t{number}",
        "seen_at": datetime(2026, 3, 1, 12, number, 0, 5),
        "created_date": DAYS[number % 3],
        "reason": "why",
    }
    row = tuple(known[name] for name in table.column_names)
    staged = lake.staging.write(
        table.name, f"b{number}", lake.spark.createDataFrame([row], declared(lake, table).spark_schema())
    )
    lake.publish(table.name, staged, Append(), {"watermark": number})
    lake.staging.clear()
    return lake.version(table.name) or 0


def declared(lake: Lakehouse, table: Table) -> Table:
    return lake.declaration(table.name)


def rows(lake: Lakehouse, table: Table, version: int | None = None) -> Rows:
    return {tuple(row) for row in lake.table(table.name, version).collect()}


def checkpoint(lake: Lakehouse, table: Table) -> None:
    DeltaLog({}).checkpoint(lake.table_uri(table.name))


def forget_name(lake: Lakehouse, table: Table) -> None:
    (Path(lake.table_uri(table.name)) / delta_log.FOLDER / checkpoints.LAST_CHECKPOINT).unlink()


def is_named(lake: Lakehouse, table: Table) -> bool:
    uri = lake.table_uri(table.name)
    named = checkpoints.named(uri)
    return named is not None and checkpoints.exists(uri, named)


@pytest.mark.parametrize("table", [THINGS, PARTS], ids=["plain", "by day"])
def test_each_version_reads_as_it_was_after_checkpoints(lake: Lakehouse, table: Table) -> None:
    expected: dict[int, Rows] = {}
    for number in range(9):
        version = add(lake, table, number)
        expected[version] = rows(lake, table)
        if number in (3, 7):
            checkpoint(lake, table)
    assert is_named(lake, table)
    assert [len(found) for found in expected.values()] == list(range(1, 10))
    assert {version: rows(lake, table, version) for version in expected} == expected
    assert rows(lake, table, 0) == set()


@pytest.mark.parametrize("table", [THINGS, PARTS], ids=["plain", "by day"])
def test_a_version_before_a_checkpoint_is_united_with_the_current_one(lake: Lakehouse, table: Table) -> None:
    before = [add(lake, table, number) for number in range(3)][1]
    checkpoint(lake, table)
    add(lake, table, 3)
    both = lake.table(table.name).unionByName(lake.table(table.name, before))
    assert {row["thing_id"]: row["count"] for row in both.groupBy("thing_id").count().collect()} == {
        "t0": 2, "t1": 2, "t2": 1, "t3": 1,
    }  # fmt: skip


@pytest.mark.parametrize("table", [THINGS, PARTS], ids=["plain", "by day"])
def test_an_empty_version_before_a_checkpoint_is_united_with_the_current_one(
    lake: Lakehouse, table: Table
) -> None:
    for number in range(3):
        add(lake, table, number)
    checkpoint(lake, table)
    assert rows(lake, table, 0) == set()
    both = lake.table(table.name).unionByName(lake.table(table.name, 0).select(*table.column_names))
    counted = both.groupBy("thing_id", "created_date").count().collect()
    assert {row["thing_id"]: row["count"] for row in counted} == {"t0": 1, "t1": 1, "t2": 1}


@pytest.mark.parametrize("version", [0, 1, 2], ids=["empty", "earlier", "current"])
def test_copies_of_the_files_of_a_version_are_united_with_the_current_one(
    lake: Lakehouse, spark: SparkSession, version: int
) -> None:
    add(lake, THINGS, 0)
    add(lake, THINGS, 1)
    found = lake.log.data_files(lake.table_uri(THINGS.name), version)
    assert found
    copied = versions.of_paths(spark, found[0], [Path(path) for path, _ in found[1]])
    both = lake.table(THINGS.name).unionByName(copied)
    counted = both.groupBy("thing_id", "created_date").count().collect()
    assert {row["thing_id"]: row["count"] for row in counted} == {
        f"t{number}": 2 if number < version else 1 for number in range(2)
    }


def test_a_version_before_a_column_was_added_reads_without_it(lake: Lakehouse, spark: SparkSession) -> None:
    versions_before = [add(lake, THINGS, number) for number in range(3)]
    wider = replace(THINGS, columns=(*THINGS.columns, Column("reason", "string", "Why.")))
    later = Lakehouse(lake.settings, {wider.name: wider}, spark)
    middle = add(later, wider, 3)
    newest = add(later, wider, 4)
    checkpoint(later, wider)
    assert later.table(wider.name, versions_before[-1]).columns == list(THINGS.column_names)
    assert len(rows(later, wider, versions_before[-1])) == 3
    assert later.table(wider.name, middle).columns == list(wider.column_names)
    assert {row[-1] for row in rows(later, wider, middle)} == {None, "why"}
    assert len(rows(later, wider, newest)) == 5


def test_what_was_opened_before_a_checkpoint_is_read_after_it(lake: Lakehouse) -> None:
    seen = [add(lake, THINGS, number) for number in range(4)]
    opened = lake.table(THINGS.name, seen[2])
    add(lake, THINGS, 4)
    checkpoint(lake, THINGS)
    assert opened.count() == 3


def test_a_log_that_was_read_is_read_again_where_it_has_grown(lake: Lakehouse) -> None:
    log = DeltaLog({})
    uri = lake.table_uri(THINGS.name)
    add(lake, THINGS, 1)
    assert (log.latest(uri).version, log.rows(uri)) == (lake.version(THINGS.name), 1)
    add(lake, THINGS, 2)  # by another that reads and writes there
    assert (log.latest(uri).version, log.rows(uri)) == (lake.version(THINGS.name), 2)


def test_a_table_in_the_place_of_another_one_is_not_taken_for_it(tmp_path: Path) -> None:
    log, place = DeltaLog({}), tmp_path / "things"
    for rows in (1, 2):  # each with one commit
        write_deltalake(place, pa.table({"thing_id": ["t"] * rows}))
        assert (log.latest(str(place)).version, log.rows(str(place))) == (0, rows)
        shutil.rmtree(place)
    assert not log.exists(str(place))


def test_a_restore_goes_behind_a_checkpoint(lake: Lakehouse) -> None:
    seen = [add(lake, THINGS, number) for number in range(4)]
    checkpoint(lake, THINGS)
    lake.restore(THINGS.name, seen[1])
    checkpoint(lake, THINGS)
    assert len(rows(lake, THINGS)) == 2
    assert [len(rows(lake, THINGS, version)) for version in seen] == [1, 2, 3, 4]


def test_an_expunged_table_says_where_its_checkpoint_is(lake: Lakehouse) -> None:
    for number in range(3):
        add(lake, THINGS, number)
    before = rows(lake, THINGS)
    for _ in range(2):
        lake.housekeeping(THINGS.name).expunge()
        assert is_named(lake, THINGS)
        assert rows(lake, THINGS) == before
    kept = add(lake, THINGS, 3)
    assert len(rows(lake, THINGS, kept)) == 4


def test_a_run_of_many_commits_leaves_a_checkpoint_that_is_named(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta_log, "CHECKPOINT_EVERY", 3)
    with lake.writing():
        for number in range(3):
            add(lake, THINGS, number)
    assert is_named(lake, THINGS)


def test_a_checkpoint_that_nothing_names_gets_its_name_from_the_next_writer(lake: Lakehouse) -> None:
    add(lake, THINGS, 0)
    lake.housekeeping(THINGS.name).expunge()
    forget_name(lake, THINGS)
    assert checkpoints.is_unnamed(lake.table_uri(THINGS.name))
    assert len(rows(lake, THINGS)) == 1
    with lake.writing():
        add(lake, THINGS, 1)
    assert is_named(lake, THINGS)


def test_a_checkpoint_that_nothing_names_gets_its_name_from_maintain(lake: Lakehouse) -> None:
    add(lake, THINGS, 0)
    lake.housekeeping(THINGS.name).expunge()
    forget_name(lake, THINGS)
    with lake.writing() as draft:
        list(maintain(lake, draft, datetime.now(UTC) + timedelta(seconds=1), policies=lambda _: Policy()))
    assert is_named(lake, THINGS)


@pytest.mark.parametrize("text", ["", '{"version": ', "[]", '{"size": 3}'], ids=repr)
def test_half_a_name_names_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / delta_log.FOLDER).mkdir()
    (tmp_path / delta_log.FOLDER / checkpoints.LAST_CHECKPOINT).write_text(text, encoding="utf-8")
    assert checkpoints.named(str(tmp_path)) is None


def test_folders_named_by_texts_are_read_back(tmp_path: Path, spark: SparkSession) -> None:
    if load_settings().engine != "embedded":
        pytest.skip("only Sail cannot read versions before a checkpoint by itself")
    import pyarrow as pa
    from deltalake import DeltaTable

    uri = str(tmp_path / "things")
    for number in range(4):
        texts = [f"k {number}/é%20=,{{}}", None, "b"]
        rows_of_one = pa.table({"n": [number] * 3, "text": pa.array(texts, pa.string())})
        write_deltalake(uri, rows_of_one, mode="append", partition_by=["text"])
    expected = {
        version: sorted(DeltaTable(uri, version=version).to_pyarrow_table().to_pylist(), key=str)
        for version in range(4)
    }
    DeltaTable(uri).create_checkpoint()
    for version, found in expected.items():
        read = [row.asDict() for row in versions.rows(spark, uri, version, {}).collect()]
        assert sorted(read, key=str) == found


def test_a_log_is_read_once_by_who_commits_and_who_reads(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    init = DeltaTable.__init__

    def counting(self: DeltaTable, table_uri: str, *args: Any, **named: Any) -> None:
        opened.append(str(table_uri))
        init(self, table_uri, *args, **named)

    monkeypatch.setattr(DeltaTable, "__init__", counting)
    log = lake.log
    uri = lake.table_uri(THINGS.name)
    lake.create(THINGS.name)
    assert len(opened) <= 1, "of a new table nobody need ask"
    version = add(lake, THINGS, 1)
    assert (log.rows(uri), log.rows(uri, version), log.version(uri)) == (1, 1, version)
    assert log.note(uri)
    if load_settings().engine == "embedded":
        assert len(opened) <= 2, "once by who looks whether it is as declared, once to commit to it"
    assert log.rows(uri, 0) == 0
    other = Lakehouse(lake.settings, lake.tables, lake.spark)
    assert add(other, THINGS, 2) == version + 1
    assert (log.rows(uri), log.rows(uri, version)) == (2, 1)
    assert add(lake, THINGS, 3) == version + 2
    assert (log.rows(uri), other.log.rows(uri)) == (3, 3)


def test_what_a_reader_was_given_is_not_changed_by_a_commit(lake: Lakehouse) -> None:
    add(lake, THINGS, 1)
    uri = lake.table_uri(THINGS.name)
    given = lake.log._open(uri)
    version = given.version()
    add(lake, THINGS, 2)
    assert given.version() == version
    assert lake.log.rows(uri) == 2


def test_a_table_in_the_place_of_another_is_seen_by_who_was_cut_short(lake: Lakehouse) -> None:
    def cut_short() -> None:
        with lake.writing("a test"):
            add(lake, THINGS, 1)
            raise LakehouseError("a fault")

    with pytest.raises(LakehouseError, match="a fault"):
        cut_short()
    version = lake.version(THINGS.name) or 0
    shutil.rmtree(lake.uri)
    other = Lakehouse(lake.settings, lake.tables, lake.spark)
    with other.writing("a test"):
        other.create(THINGS.name)
        while (other.version(THINGS.name) or 0) < version:
            other.touch(THINGS.name, {"watermark": 7})
    assert lake.log.rows(lake.table_uri(THINGS.name)) == 0
    assert lake.note(THINGS.name)["watermark"] == 7
