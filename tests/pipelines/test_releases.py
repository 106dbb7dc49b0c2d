"""Releases: readers see all tables of one moment, whatever a writer does, and however it ends."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.delta import releases, storage
from pipelines.delta.commits import Replace
from pipelines.delta.releases import Draft
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

COUNT = (Column("date", "date", "Day.", required=True), Column("n", "bigint", "Number."))
ONE = Table(name="gold.ones_daily", doc="Ones.", key=("date",), columns=COUNT)
TWO = Table(name="gold.twos_daily", doc="Twos.", key=("date",), columns=COUNT)
LATER = Table(name="gold.laters_daily", doc="Laters.", key=("date",), columns=COUNT)


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    tables = {table.name: table for table in (ONE, TWO, LATER)}
    return Lakehouse(load_settings({"home": tmp_path}), tables, spark)


def put(lake: Lakehouse, table: Table, number: int) -> None:
    lake.create(table.name)
    rows = lake.spark.sql(f"select date '2026-03-01' as date, cast({number} as bigint) as n")
    lake.publish(table.name, lake.staging.write(table.name, "batch", rows), Replace(), {"watermark": number})
    lake.staging.clear()


def numbers(lake: Lakehouse) -> tuple[Any, ...]:
    return tuple(next((r["n"] for r in lake.table(t.name).collect()), None) for t in (ONE, TWO))


def both(lake: Lakehouse, number: int, **draft: bool) -> None:
    with lake.writing() as writing:
        for table in (ONE, TWO):
            put(lake, table, number)
        for name, value in draft.items():
            setattr(writing, name, value)


def test_readers_see_a_run_when_it_has_ended(lake: Lakehouse) -> None:
    both(lake, 1)
    with lake.writing():
        put(lake, ONE, 2)
        assert numbers(lake) == (2, 1)
        assert numbers(lake.released()) == (1, 1)
        joined = f"select a.n, b.n from {ONE.name} a join {TWO.name} b using (date)"
        assert [tuple(row) for row in lake.sql(joined).collect()] == [(1, 1)]
        put(lake, TWO, 2)
    assert numbers(lake.released()) == (2, 2)


def test_an_opened_release_and_a_query_keep_their_versions(lake: Lakehouse) -> None:
    both(lake, 1)
    opened, query = lake.released(), lake.sql(f"select n from {ONE.name}")
    both(lake, 2)
    assert lake.sql(f"select n from {ONE.name}").collect()[0][0] == 2
    assert numbers(opened) == (1, 1)
    assert query.collect()[0][0] == 1
    assert opened.note(ONE.name)["watermark"] == 1
    assert opened.history(ONE.name, 1)[0].version < lake.history(ONE.name, 1)[0].version


def test_a_refused_run_is_not_released_and_the_next_good_one_is_as_a_whole(lake: Lakehouse) -> None:
    both(lake, 1)
    both(lake, 2, held_back=True)
    assert numbers(lake.released()) == (1, 1)
    with lake.writing() as draft:
        draft.complete = True  # it found nothing new to do
    assert numbers(lake.released()) == (2, 2)


def test_a_partial_writer_releases_only_what_it_moved(lake: Lakehouse) -> None:
    both(lake, 1)
    both(lake, 2, held_back=True)
    with lake.writing():
        put(lake, TWO, 3)
    assert numbers(lake.released()) == (1, 3)


def test_a_writer_that_fails_releases_nothing(lake: Lakehouse) -> None:
    both(lake, 1)
    with pytest.raises(LakehouseError, match="no table"), lake.writing():
        put(lake, ONE, 2) or lake.table("gold.nothing")
    assert numbers(lake.released()) == (1, 1)


def test_nothing_new_makes_no_release(lake: Lakehouse) -> None:
    both(lake, 1)
    with lake.writing() as draft:
        draft.complete = True
    assert [found.number for found in releases.newest_first(lake.uri)] == [1]


def test_a_table_that_came_later_is_empty_in_an_earlier_release(lake: Lakehouse) -> None:
    both(lake, 1)
    with lake.writing():
        put(lake, LATER, 1)
        assert lake.released().table(LATER.name).collect() == []
        assert not lake.released().exists(LATER.name)
        assert lake.sql(f"select * from {LATER.name}").collect() == []


def test_without_a_release_the_tables_are_read_as_they_are(lake: Lakehouse) -> None:
    put(lake, ONE, 1)
    assert numbers(lake.released()) == (1, None)
    assert lake.sql(f"select n from {ONE.name}").collect()[0][0] == 1


@pytest.mark.parametrize("gone", ["files", "log"])
def test_a_version_that_is_gone_is_answered_with_the_current_one(lake: Lakehouse, gone: str) -> None:
    both(lake, 1)
    both(lake, 2, held_back=True)
    if gone == "files":
        lake.housekeeping(ONE.name).vacuum(hours=0)
    else:
        lake.housekeeping(ONE.name).expunge()
    assert numbers(lake.released()) == (2, 1)
    assert lake.sql(f"select n from {ONE.name}").collect()[0][0] == 2


def test_a_release_is_only_read(lake: Lakehouse) -> None:
    both(lake, 1)
    with pytest.raises(LakehouseError, match="only read"), lake.released().writing():
        pass


def test_half_a_record_counts_for_nothing(lake: Lakehouse) -> None:
    both(lake, 1)
    folder = Path(lake.uri) / releases.FOLDER
    (folder / f"{9:020d}.json").write_text('{"number": 9, "at": "2026-', encoding="utf-8")
    (folder / f".{10:020d}.json.part").write_text("{}", encoding="utf-8")
    found = releases.latest(lake.uri)
    assert found is not None
    assert found.number == 1
    both(lake, 2)
    assert [found.number for found in releases.newest_first(lake.uri)] == [10, 1]


def test_a_copy_of_the_folder_has_its_releases(lake: Lakehouse, tmp_path: Path, spark: SparkSession) -> None:
    both(lake, 1)
    both(lake, 2, held_back=True)
    shutil.copytree(tmp_path / "lakehouse", tmp_path / "copy" / "lakehouse")
    copied = Lakehouse(load_settings({"home": tmp_path / "copy"}), lake.tables, spark)
    assert numbers(copied.released()) == (1, 1)


def test_records_of_releases_are_found_by_time_and_forgotten_by_age(tmp_path: Path) -> None:
    root, start = str(tmp_path), datetime(2026, 3, 1, tzinfo=UTC)
    for day in range(3):
        releases.make(root, "vermeil run", {ONE.name: day}, start + timedelta(days=day))
    found = releases.at_or_before(root, start + timedelta(days=1, hours=5))
    assert found is not None
    assert found.versions == {ONE.name: 1}
    assert releases.at_or_before(root, start - timedelta(seconds=1)) is None
    assert releases.forget_before(root, start + timedelta(days=30)) == 2
    assert [found.number for found in releases.newest_first(root)] == [3]
    assert storage.children(f"{root}/{releases.FOLDER}") == [f"{3:020d}.json"]


def test_what_is_released_of_a_partial_writer() -> None:
    last = releases.Release(
        1, datetime(2026, 3, 1, tzinfo=UTC), "vermeil run", {"a": 1, "b": 1, "dropped": 4}
    )
    draft = Draft(before={"a": 2, "b": 2})
    assert draft.versions({"a": 2, "b": 3, "new": 0}, last) == {"a": 1, "b": 3, "new": 0}
    assert Draft({}, complete=True).versions({"a": 2}, last) == {"a": 2}
