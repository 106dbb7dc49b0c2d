"""Files as large as what they hold: what is done about them is told from counts and sizes, and costs nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.delta.commits import Merge
from pipelines.delta.layout import FELT, ORDERLY, DataFile, Layout, work
from pipelines.delta.policies import MEBIBYTE, Policy
from pipelines.delta.schemas import arrow_schema
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table
from pipelines.upkeep.maintenance import Maintained, maintain

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

PARTS = Table(
    name="silver.parts",
    doc="Parts.",
    key=("account", "part_id"),
    cluster_by="created_date",
    columns=(
        Column("account", "string", "Account.", required=True),
        Column("part_id", "string", "Identity.", required=True),
        Column("created_date", "date", "Day."),
        Column("ingest_id", "bigint", "Batch."),
    ),
)
TARGET = 100


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": tmp_path}), {PARTS.name: PARTS}, spark)


def laid(*files: tuple[int, int, int]) -> Layout:
    return Layout((), tuple(DataFile(size, range(first, last + 1)) for size, first, last in files))


IN_ORDER = laid(*((TARGET, 10 * n, 10 * n + 9) for n in range(12)))
OUT_OF_ORDER = laid(*((TARGET, 0, 119) for _ in range(12)))


@pytest.mark.parametrize(
    ("found", "felt", "orderly"),
    [
        (laid(), None, None),
        (laid((10, 0, 99)), None, None),
        (laid(*((2, n, n) for n in range(16))), None, "compact"),
        (laid(*((2, n, n) for n in range(17))), "compact", "compact"),
        (IN_ORDER, None, None),
        (OUT_OF_ORDER, "order", "order"),
        (laid(*((TARGET, 0, 9) for _ in range(3))), None, "order"),
        (laid(*((TARGET, 0, 0) for _ in range(12))), None, None),
        (laid(*((7, 0, 9) for _ in range(10))), None, "compact"),
        (Layout((), (DataFile(TARGET, None),) * 12), None, None),
    ],
    ids=[
        "empty",
        "one small file",
        "some small files",
        "many small files",
        "large and in order",
        "large, every day in every file",
        "large, a day in three files",
        "large and of one day, which no order takes apart",
        "what fits into one file needs no order",
        "no bounds in the log",
    ],
)
def test_what_is_worth_doing_is_told_from_counts_and_sizes(
    found: Layout, felt: str | None, orderly: str | None
) -> None:
    assert (work(found, TARGET, FELT), work(found, TARGET, ORDERLY)) == (felt, orderly)


def test_depth_is_in_how_many_files_a_day_is_found() -> None:
    assert IN_ORDER.depth == 1
    assert OUT_OF_ORDER.depth == 12
    assert laid((1, 0, 9), (1, 5, 9)).depth == 1.5


def add(lake: Lakehouse, batch: int, rows: int = 1) -> None:
    lake.create(PARTS.name)
    made = lake.spark.sql(
        f"select 'a' as account, concat('p', {batch}, '-', id) as part_id, "
        f"date_add(date '2026-01-01', cast(id + {batch} as int)) as created_date, "
        f"cast({batch} as bigint) as ingest_id from range({rows})"
    )
    lake.publish(
        PARTS.name, lake.staging.write(PARTS.name, str(batch), made), Merge(None), {"watermark": batch}
    )
    lake.staging.clear()


def layout(lake: Lakehouse) -> Layout:
    return lake.housekeeping(PARTS.name).layout()


def parts(lake: Lakehouse) -> list[tuple[str, date, int]]:
    rows = lake.table(PARTS.name).select("part_id", "created_date", "ingest_id").collect()
    return sorted((row[0], row[1], row[2]) for row in rows)


def test_many_increments_leave_few_files(lake: Lakehouse) -> None:
    most = 0
    for batch in range(1, 21):
        with lake.writing():
            add(lake, batch)
        most = max(most, len(layout(lake).files))
    assert most <= FELT.small
    assert len(parts(lake)) == 20
    assert lake.note(PARTS.name)["watermark"] == 20
    assert [part[2] for part in sorted(parts(lake.released()), key=lambda part: part[2])] == [*range(1, 21)]


def test_a_table_that_is_in_order_is_left_alone(lake: Lakehouse) -> None:
    with lake.writing():
        add(lake, 1)
        version = lake.version(PARTS.name)
    assert lake.version(PARTS.name) == version
    with lake.writing():
        lake.housekeeping(PARTS.name).rearrange(TARGET, thorough=True)
    assert lake.version(PARTS.name) == version


def test_what_is_larger_than_a_file_is_ordered(lake: Lakehouse) -> None:
    with lake.writing():
        for batch in range(1, 7):
            add(lake, batch, rows=5_000)
        before, held = layout(lake), parts(lake)
        note = lake.note(PARTS.name)
        lake.committer.order(lake.table_uri(PARTS.name), PARTS, note, before.size // 3)
    after = layout(lake)
    assert before.depth > 5
    assert len(after.files) > 1
    assert after.depth < 2
    assert parts(lake) == held
    assert lake.note(PARTS.name)["watermark"] == 6


def by_an_earlier_vermeil(lake: Lakehouse, days: int) -> None:
    rows = [
        {"account": "a", "part_id": f"old{n}", "created_date": date(2025, 1, 1 + n), "ingest_id": 0}
        for n in range(days)
    ]
    held = pa.Table.from_pylist(rows, arrow_schema(PARTS))
    write_deltalake(lake.table_uri(PARTS.name), held, partition_by=["created_date"])


def keep_house(lake: Lakehouse) -> Maintained:
    with lake.writing() as draft:
        [done] = maintain(lake, draft, lake.history(PARTS.name, 1)[0].at, policies=lambda _: Policy())
    return done


def test_maintenance_brings_a_partitioned_table_over(lake: Lakehouse) -> None:
    by_an_earlier_vermeil(lake, 20)
    with lake.writing():
        add(lake, 1)
    held, before = parts(lake), lake.version(PARTS.name)
    assert layout(lake).partitioned_by == ("created_date",)
    done = keep_house(lake)
    assert (done.files_before, done.files_after) == (21, 1)
    assert layout(lake) == Layout((), layout(lake).files)
    assert parts(lake) == parts(lake.released()) == held
    assert lake.note(PARTS.name)["watermark"] == 1
    assert lake.table(PARTS.name, version=before).count() == 21
    with lake.writing():
        add(lake, 2)
    assert len(parts(lake)) == 22
    assert keep_house(lake).files_after == 1


def test_a_round_of_maintenance_that_was_cut_is_finished_by_the_next(lake: Lakehouse) -> None:
    by_an_earlier_vermeil(lake, 3)
    with lake.writing():
        add(lake, 1)
        DeltaTable(lake.table_uri(PARTS.name)).alter.set_table_properties(
            {"delta.dataSkippingStatsColumns": "created_date,ingest_id"}
        )
    held = parts(lake)
    assert keep_house(lake).files_after == 1
    assert parts(lake) == held


def test_sizes_are_those_of_the_policy(lake: Lakehouse) -> None:
    with lake.writing():
        for batch in range(1, 4):
            add(lake, batch)
        lake.housekeeping(PARTS.name).rearrange(MEBIBYTE, thorough=True)
    assert len(layout(lake).files) == 1
    assert layout(lake).size < MEBIBYTE
