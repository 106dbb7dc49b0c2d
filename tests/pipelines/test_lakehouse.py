"""Delta tables by name: what is staged is not seen, what is published is, and nothing of it is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.delta.commits import Merge, Replace
from pipelines.delta.lock import writer_lock
from pipelines.delta.log import dump_note, load_note
from pipelines.delta.marker import FILE, FORMAT
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

PLAIN = Table(
    name="silver.things",
    doc="Things.",
    key=("account", "thing_id"),
    columns=(
        Column("account", "string", "Account.", required=True),
        Column("thing_id", "string", "Identity.", required=True),
        Column("amount_minor", "bigint", "Amount."),
        Column("version", "string", "Version.", required=True),
    ),
)
DAILY = Table(
    name="gold.things_daily",
    doc="Things by day.",
    key=("date",),
    columns=(Column("date", "date", "Day.", required=True), Column("thing_count", "bigint", "Things.")),
)
ORDERED = Table(
    name="silver.parts",
    doc="Things of a day.",
    key=("account", "thing_id"),
    cluster_by="created_date",
    columns=(*PLAIN.columns, Column("created_date", "date", "Day.")),
)


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    tables = {table.name: table for table in (PLAIN, DAILY, ORDERED)}
    return Lakehouse(load_settings({"home": tmp_path}), tables, spark)


def thing(thing_id: str, amount: int, version: str = "1") -> dict[str, Any]:
    return {"account": "a", "thing_id": thing_id, "amount_minor": amount, "version": version}


def put(lake: Lakehouse, table: Table, rows: list[dict[str, Any]], **note: Any) -> None:
    lake.create(table.name)
    frame = lake.spark.createDataFrame(rows, table.spark_schema())
    staged = lake.staging.write(table.name, "batch", frame)
    lake.publish(table.name, staged, Merge("s.version > t.version"), note)
    lake.staging.clear()


def amounts(lake: Lakehouse, name: str = PLAIN.name, **when: Any) -> dict[str, int]:
    return {row["thing_id"]: row["amount_minor"] for row in lake.table(name, **when).collect()}


def test_a_declared_table_without_a_commit_is_empty_and_has_its_columns(lake: Lakehouse) -> None:
    assert lake.table(PLAIN.name).collect() == []
    assert lake.table(PLAIN.name).columns == list(PLAIN.column_names)
    assert lake.history(PLAIN.name) == []


def test_an_unknown_table_is_answered_with_those_there_are(lake: Lakehouse) -> None:
    with pytest.raises(LakehouseError, match=r"gold\.things_daily, silver\.parts, silver\.things"):
        lake.table("silver.thingies")


def test_what_is_staged_is_not_seen(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    lake.staging.write(PLAIN.name, "next", lake.spark.createDataFrame([thing("y", 2)], PLAIN.spark_schema()))
    assert amounts(lake) == {"x": 1}


@pytest.mark.parametrize("table", [PLAIN, ORDERED], ids=lambda table: str(table.name))
def test_a_merge_keeps_the_greater_version_whatever_comes_first(lake: Lakehouse, table: Table) -> None:
    day = {"created_date": date(2026, 3, 1)} if table.cluster_by else {}
    put(lake, table, [thing("x", 2, "2") | day, thing("y", 1) | day])
    put(lake, table, [thing("x", 1, "1") | day, thing("y", 9, "3") | day, thing("z", 5) | day])
    assert amounts(lake, table.name) == {"x": 2, "y": 9, "z": 5}


def test_merging_the_same_batch_again_changes_nothing(lake: Lakehouse) -> None:
    for _ in range(2):
        put(lake, PLAIN, [thing("x", 1), thing("y", 2)])
    assert amounts(lake) == {"x": 1, "y": 2}


def test_a_merge_that_changes_no_row_says_how_far_the_table_has_come(lake: Lakehouse) -> None:
    lake.create(PLAIN.name)
    for watermark in (1, 2):
        staged = lake.staging.write(
            PLAIN.name, "b", lake.spark.createDataFrame([thing("x", 1)], PLAIN.spark_schema())
        )
        lake.publish(PLAIN.name, staged, Merge("s.version > t.version"), {"watermark": watermark})
    assert lake.note(PLAIN.name)["watermark"] == 2
    assert amounts(lake) == {"x": 1}


def test_refused_rows_of_a_staged_batch_are_not_published(lake: Lakehouse) -> None:
    lake.create(PLAIN.name)
    rows = [thing("good", 1) | {"fault": None}, thing("bad", 2) | {"fault": "why"}]
    frame = lake.spark.createDataFrame(rows, PLAIN.spark_schema() + ", fault string")
    staged = lake.staging.write(PLAIN.name, "batch", frame, accept="fault")
    assert staged.rows == 1
    lake.publish(PLAIN.name, staged, Merge("s.version > t.version"), {})
    assert amounts(lake) == {"good": 1}


def test_replacing_dates_leaves_other_dates_alone(lake: Lakehouse) -> None:
    def rows(*counts: tuple[int, int]) -> Any:
        found = [{"date": date(2026, 3, day), "thing_count": count} for day, count in counts]
        return lake.staging.write(
            DAILY.name, "batch", lake.spark.createDataFrame(found, DAILY.spark_schema())
        )

    lake.create(DAILY.name)
    lake.publish(DAILY.name, rows((1, 10), (2, 20), (3, 30)), Replace(), {})
    lake.publish(DAILY.name, rows((2, 22)), Replace(["2026-03-02", "2026-03-03"]), {})
    found = {row["date"].day: row["thing_count"] for row in lake.table(DAILY.name).collect()}
    assert found == {1: 10, 2: 22}


def test_rows_outside_the_replaced_dates_are_refused(lake: Lakehouse) -> None:
    lake.create(DAILY.name)
    frame = lake.spark.createDataFrame([{"date": date(2026, 3, 5), "thing_count": 1}], DAILY.spark_schema())
    staged = lake.staging.write(DAILY.name, "batch", frame)
    with pytest.raises(Exception, match=r"2026-03-05|predicate|replaceWhere|constraint"):
        lake.publish(DAILY.name, staged, Replace(["2026-03-02"]), {})
    assert lake.table(DAILY.name).collect() == []


def test_a_note_comes_with_its_commit_and_survives_maintenance(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)], watermark=7)
    put(lake, PLAIN, [thing("y", 1)], watermark=8)
    assert lake.note(PLAIN.name)["watermark"] == 8
    lake.housekeeping(PLAIN.name).compact()
    lake.housekeeping(PLAIN.name).vacuum(hours=168)
    assert lake.note(PLAIN.name)["watermark"] == 8
    assert amounts(lake) == {"x": 1, "y": 1}


def test_a_note_alone_can_be_published(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)], watermark=1)
    lake.touch(PLAIN.name, {"watermark": 2})
    assert lake.note(PLAIN.name)["watermark"] == 2
    assert amounts(lake) == {"x": 1}


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '{"other": 1}', '{"vermeil": 3}'])
def test_a_commit_of_someone_else_has_no_note(text: str | None) -> None:
    assert load_note(text) == {}


def test_a_note_is_read_as_it_was_written() -> None:
    assert load_note(dump_note({"a": [1, {"b": None}]})) == {"a": [1, {"b": None}]}


def test_earlier_versions_can_be_read_by_number_and_by_time(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    first = lake.history(PLAIN.name, 1)[0]
    put(lake, PLAIN, [thing("x", 2, "2")])
    assert amounts(lake, version=first.version) == {"x": 1}
    assert amounts(lake, at=first.at) == {"x": 1}
    assert amounts(lake, at=datetime.now(UTC)) == {"x": 2}
    with pytest.raises(LakehouseError, match="did not exist"):
        lake.table(PLAIN.name, at=first.at - timedelta(days=1))


def test_restore_takes_rows_and_watermark_back(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)], watermark=1)
    version = lake.history(PLAIN.name, 1)[0].version
    put(lake, PLAIN, [thing("x", 2, "2")], watermark=2)
    lake.restore(PLAIN.name, version)
    assert amounts(lake) == {"x": 1}
    assert lake.note(PLAIN.name)["watermark"] == 1


def test_a_table_that_is_taken_back_to_its_beginning_has_no_watermark(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)], watermark=1)
    lake.restore(PLAIN.name, 0)
    assert amounts(lake) == {}
    assert "watermark" not in lake.note(PLAIN.name)


def test_a_column_that_is_declared_later_is_added(lake: Lakehouse, spark: SparkSession) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    before = lake.history(PLAIN.name)[0].at
    wider = replace(PLAIN, columns=(*PLAIN.columns, Column("reason", "string", "Why.")))
    later = Lakehouse(lake.settings, {wider.name: wider}, spark)
    put(later, wider, [thing("y", 2) | {"reason": "because"}])
    found = {row["thing_id"]: row["reason"] for row in later.table(wider.name).collect()}
    assert found == {"x": None, "y": "because"}
    assert [row["reason"] for row in later.table(wider.name, at=before).collect()] == [None]


def test_a_column_that_is_declared_later_is_null_until_the_table_is_written(
    lake: Lakehouse, spark: SparkSession
) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    wider = replace(PLAIN, columns=(*PLAIN.columns, Column("since", "bigint", "When.")))
    later = Lakehouse(lake.settings, {wider.name: wider}, spark)
    found = later.table(wider.name)
    assert dict(found.dtypes) == dict(lake.table(PLAIN.name).dtypes) | {"since": "bigint"}
    assert [row["since"] for row in found.collect()] == [None]
    assert later.sql(f"select count(since) from {wider.name}", now=True).collect()[0][0] == 0


def test_a_column_that_is_no_longer_declared_asks_for_a_rebuild(lake: Lakehouse, spark: SparkSession) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    narrower = Table(
        PLAIN.name, PLAIN.doc, PLAIN.key, tuple(c for c in PLAIN.columns if c.name != "amount_minor")
    )
    later = Lakehouse(lake.settings, {narrower.name: narrower}, spark)
    with pytest.raises(LakehouseError, match=r"amount_minor.*--full-refresh silver\.things"):
        later.create(narrower.name)


def test_delta_carries_the_meaning_of_table_and_columns(lake: Lakehouse) -> None:
    if lake.settings.engine != "embedded":
        pytest.skip("reads the table with delta-rs")
    from deltalake import DeltaTable

    lake.create(PLAIN.name)
    found = DeltaTable(lake.table_uri(PLAIN.name))
    assert found.metadata().description == PLAIN.doc
    assert {f.name: f.metadata["comment"] for f in found.schema().fields}["amount_minor"] == "Amount."


def test_sql_answers_over_tables_by_their_full_names(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1), thing("y", 2)])
    assert lake.sql("select sum(amount_minor) as total from silver.things").collect()[0]["total"] == 3
    put(lake, PLAIN, [thing("z", 4)])
    assert lake.sql("select sum(amount_minor) as total from silver.things").collect()[0]["total"] == 7


def test_sql_leaves_what_is_quoted_alone_and_takes_a_table_as_qualifier(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    query = "select silver.things.thing_id, 'silver.things' as name from silver.things"
    assert [tuple(row) for row in lake.sql(query).collect()] == [("x", "silver.things")]


def test_two_lakehouses_on_one_session_answer_each_for_itself(lake: Lakehouse, tmp_path: Path) -> None:
    other = Lakehouse(load_settings({"home": tmp_path / "other"}), lake.tables, lake.spark)
    put(lake, PLAIN, [thing("x", 1)])
    put(other, PLAIN, [thing("x", 2)])
    found = [one.sql("select amount_minor from silver.things").collect()[0][0] for one in (lake, other)]
    assert found == [1, 2]


def test_a_lakehouse_of_a_newer_vermeil_is_not_opened(lake: Lakehouse) -> None:
    put(lake, PLAIN, [thing("x", 1)])
    marker = Path(lake.uri) / FILE
    marker.write_text(json.dumps({"format": FORMAT + 1, "vermeil": "9.9.9"}))
    with pytest.raises(LakehouseError, match=r"Install 9\.9\.9 or later"):
        Lakehouse(lake.settings, lake.tables)


def test_two_writers_cannot_hold_a_lakehouse_and_the_second_is_told_who_does(tmp_path: Path) -> None:
    import os

    with (
        writer_lock(tmp_path),
        pytest.raises(LakehouseError, match=f"process {os.getpid()}"),
        writer_lock(tmp_path),
    ):
        pass
    with writer_lock(tmp_path):
        pass


def test_a_given_session_stays_open(lake: Lakehouse) -> None:
    lake.close()
    assert lake.spark.sql("select 1 as one").collect()[0]["one"] == 1
