"""Which of two committers makes a commit of the engine spark: the driver what is small, Spark all else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipelines.delta.by_size import BySize
from pipelines.delta.commits import Append, Merge, Publish, Replace, Staged, commit
from pipelines.delta.declaring import declare
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.log import DeltaLog
from pipelines.table import Column, Table

PARTS = Table(
    "silver.parts",
    "Parts.",
    ("part_id",),
    (Column("part_id", "string", "Identity.", required=True), Column("amount_minor", "bigint", "Amount.")),
)


class Spy:
    """A committer that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: self.asked.append(name)


class Bench:
    """A table on a disk, and both committers."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.log = folder, DeltaLog({})
        self.driver, self.spark = Spy(), Spy()
        self.uri = str(folder / "parts")
        declare(self.log, self.uri, PARTS)
        self.committer = BySize(self.driver, self.spark, self.log, most_bytes)

    def staged(self, rows: int) -> Staged:
        path = self.folder / f"staged-{rows}"
        path.mkdir(exist_ok=True)
        ids = [f"{number:08d}" for number in range(rows)]
        pq.write_table(pa.table({"part_id": ids, "amount_minor": list(range(rows))}), path / "a.parquet")
        return Staged(str(path), rows, None)

    def publish(self, rows: int, how: Publish) -> None:
        commit(self.committer, self.uri, PARTS, self.staged(rows), how, {})

    def fill(self, rows: int) -> None:
        """Give the table rows."""
        DeltaRs(DeltaLog({})).append(self.uri, PARTS, self.staged(rows), {})
        self.log.let_go()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, 10_000)


@pytest.mark.parametrize("how", [Append(), Merge(None), Replace(), Replace(("2026-03-01",))])
def test_a_small_batch_of_a_small_table_is_committed_by_the_driver(bench: Bench, how: Publish) -> None:
    bench.publish(10, how)
    assert (len(bench.driver.asked), bench.spark.asked) == (1, [])


@pytest.mark.parametrize("how", [Append(), Merge(None), Replace(), Replace(("2026-03-01",))])
def test_a_large_batch_is_committed_by_spark(bench: Bench, how: Publish) -> None:
    bench.publish(10_000, how)
    assert (bench.driver.asked, len(bench.spark.asked)) == ([], 1)


def test_a_small_batch_goes_into_a_large_table_by_spark_where_rows_are_looked_for(bench: Bench) -> None:
    bench.fill(10_000)
    bench.publish(10, Append())
    bench.publish(10, Replace())
    assert (bench.driver.asked, bench.spark.asked) == (["append", "replace"], [])
    bench.publish(10, Merge(None))
    bench.publish(10, Replace(("2026-03-01",)))
    bench.committer.vacuum(bench.uri, 1, {})
    assert bench.spark.asked == ["merge", "replace", "vacuum"]


def test_a_note_alone_is_committed_by_the_driver_however_large_the_table_is(bench: Bench) -> None:
    bench.fill(10_000)
    bench.committer.touch(bench.uri, PARTS, {})
    assert bench.driver.asked == ["touch"]


def test_nothing_is_committed_by_the_driver_where_it_may_not(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 0)
    bench.publish(1, Append())
    bench.committer.touch(bench.uri, PARTS, {})
    assert (bench.driver.asked, bench.spark.asked) == ([], ["append", "touch"])


def test_what_executors_staged_in_an_object_store_is_committed_by_spark(bench: Bench) -> None:
    commit(bench.committer, bench.uri, PARTS, Staged("s3://bucket/_staging/1", 1, None), Append(), {})
    assert bench.spark.asked == ["append"]


def test_a_table_with_a_feature_of_deltas_is_left_to_spark(bench: Bench) -> None:
    DeltaTable(bench.uri).alter.set_table_properties({"delta.enableChangeDataFeed": "true"})
    bench.publish(10, Merge(None))
    assert (bench.driver.asked, bench.spark.asked) == ([], ["merge"])
