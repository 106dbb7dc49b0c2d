"""delta-rs and Spark SQL commit the same rows.

The statements of :class:`DeltaSpark` run on whatever engine there is: with VERMEIL_ENGINE=spark on Apache Spark with
delta-spark, otherwise on Sail, which understands the same SQL. (Vermeil itself never lets Sail commit.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from pipelines.delta.commits import Staged
from pipelines.delta.declaring import declare
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.delta_spark import DeltaSpark
from pipelines.delta.log import DeltaLog, dump_note
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

KEYED = Table(
    name="silver.parts",
    doc="Parts, of which it's good to have 'enough'.",
    key=("account", "part_id"),
    cluster_by="created_date",
    columns=(
        Column("account", "string", "Account.", required=True),
        Column("part_id", "string", "Identity.", required=True),
        Column("amount_minor", "bigint", "Amount."),
        Column("version", "string", "Version.", required=True),
        Column("created_date", "date", "Day."),
    ),
)
DAILY = Table(
    name="gold.parts_daily",
    doc="Parts by day.",
    key=("date",),
    columns=(Column("date", "date", "Day.", required=True), Column("part_count", "bigint", "Parts.")),
)


NEWER = "s.version > t.version"


class Bench:
    """A table on a disk, what commits to it, and a session to look with."""

    def __init__(self, folder: Path, spark: SparkSession, committer: DeltaRs | DeltaSpark) -> None:
        self.folder = folder
        self.spark = spark
        self.committer = committer
        self.staged_count = 0

    @property
    def is_sail(self) -> bool:
        """Whether Spark's statements are run by Sail, which does not understand all of them."""
        return isinstance(self.committer, DeltaSpark) and load_settings().engine == "embedded"

    def uri(self, table: Table) -> str:
        return str(self.folder / table.short_name)

    def create(self, table: Table) -> None:
        declare(DeltaLog({}), self.uri(table), table)

    def stage(self, table: Table, rows: list[tuple[Any, ...]], accept: str | None = None) -> Staged:
        self.staged_count += 1
        uri = str(self.folder / "staging" / str(self.staged_count))
        columns = table.spark_schema() + (f", {accept} string" if accept else "")
        frame = self.spark.createDataFrame(rows, columns)
        frame.write.parquet(uri)
        return Staged(uri, len(rows), frame.schema, accept)

    def rows(self, table: Table) -> list[tuple[Any, ...]]:
        return sorted(tuple(row) for row in self.spark.read.format("delta").load(self.uri(table)).collect())


@pytest.fixture(params=["delta-rs", "spark-sql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, spark: SparkSession) -> Bench:
    return Bench(
        tmp_path,
        spark,
        DeltaRs(DeltaLog({})) if request.param == "delta-rs" else DeltaSpark(spark, DeltaLog({})),
    )


def part(part_id: str, amount: int, version: str = "1", day: int = 1) -> tuple[Any, ...]:
    return ("a", part_id, amount, version, date(2026, 3, day))


def test_merge_inserts_what_is_new_and_replaces_what_is_older(bench: Bench) -> None:
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    bench.committer.merge(uri, KEYED, bench.stage(KEYED, [part("x", 1), part("y", 5, "5", 2)]), {}, NEWER)
    bench.committer.merge(
        uri,
        KEYED,
        bench.stage(KEYED, [part("x", 2, "2"), part("y", 4, "4", 2), part("z", 9, day=3)]),
        {},
        NEWER,
    )
    assert bench.rows(KEYED) == [part("x", 2, "2"), part("y", 5, "5", 2), part("z", 9, day=3)]


def test_a_batch_of_raw_files_that_is_committed_twice_is_there_once(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail commits no numbers of batches")
    bench.create(KEYED)
    for number in (1, 1, 2):
        staged = bench.stage(KEYED, [part(f"x{number}", number)])
        bench.committer.append(bench.uri(KEYED), KEYED, staged, {"ingest_id": number, "batch": "1.json"})
    assert bench.rows(KEYED) == [part("x1", 1), part("x2", 2)]


def test_a_batch_that_one_committer_took_in_is_not_taken_in_by_the_other(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail commits no numbers of batches")
    bench.create(KEYED)
    first, second = DeltaRs(DeltaLog({})), bench.committer
    if isinstance(second, DeltaRs):
        first, second = second, DeltaRs(DeltaLog({}))
    for committer in (first, second):
        staged = bench.stage(KEYED, [part("x", 1)])
        committer.append(bench.uri(KEYED), KEYED, staged, {"ingest_id": 7, "batch": "7.json"})
    assert bench.rows(KEYED) == [part("x", 1)]


def test_merge_without_versions_leaves_what_is_there(bench: Bench) -> None:
    bench.create(KEYED)
    for amount in (1, 2):
        staged = bench.stage(KEYED, [part("x", amount)])
        bench.committer.merge(bench.uri(KEYED), KEYED, staged, {}, None)
    assert bench.rows(KEYED) == [part("x", 1)]


def test_merge_replaces_where_the_condition_holds_and_nowhere_else(bench: Bench) -> None:
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    bench.committer.merge(
        uri, KEYED, bench.stage(KEYED, [part("x", 1), part("y", 2), part("z", 3)]), {}, None
    )
    again = [part("x", 1, "9"), part("y", 0, "9"), (*part("z", 0)[:2], None, *part("z", 0, "9")[3:])]
    changed = (
        "(s.amount_minor is distinct from t.amount_minor) or (s.created_date is distinct from t.created_date)"
    )
    bench.committer.merge(uri, KEYED, bench.stage(KEYED, again), {}, changed)
    assert bench.rows(KEYED) == [part("x", 1), *again[1:]]


def test_only_accepted_rows_are_committed(bench: Bench) -> None:
    bench.create(KEYED)
    staged = bench.stage(KEYED, [(*part("x", 1), None), (*part("y", 2), "broken")], accept="fault")
    bench.committer.merge(bench.uri(KEYED), KEYED, staged, {}, NEWER)
    assert bench.rows(KEYED) == [part("x", 1)]


def test_append_adds_rows(bench: Bench) -> None:
    bench.create(DAILY)
    for count in (1, 2):
        staged = bench.stage(DAILY, [(date(2026, 3, count), count)])
        bench.committer.append(bench.uri(DAILY), DAILY, staged, {})
    assert bench.rows(DAILY) == [(date(2026, 3, 1), 1), (date(2026, 3, 2), 2)]


def test_replace_takes_the_place_of_some_dates_or_of_all(bench: Bench) -> None:
    bench.create(DAILY)
    uri = bench.uri(DAILY)
    days = [(date(2026, 3, day), day) for day in (1, 2, 3)]
    bench.committer.replace(uri, DAILY, bench.stage(DAILY, days), {}, None)
    newer = bench.stage(DAILY, [(date(2026, 3, 2), 22)])
    bench.committer.replace(uri, DAILY, newer, {}, ["2026-03-02", "2026-03-03"])
    assert bench.rows(DAILY) == [(date(2026, 3, 1), 1), (date(2026, 3, 2), 22)]
    bench.committer.replace(uri, DAILY, bench.stage(DAILY, days[:1]), {}, None)
    assert bench.rows(DAILY) == days[:1]


def test_amend_replaces_what_it_matches_and_adds_nothing(bench: Bench) -> None:
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    rows = [part("x", 1), part("y", 5, day=2)]
    bench.committer.append(uri, KEYED, bench.stage(KEYED, rows), {})
    staged = bench.stage(KEYED, [part("x", 9, "0"), part("z", 7)])
    bench.committer.amend(uri, KEYED, staged, {"watermark": 3}, by=("part_id",))
    assert bench.rows(KEYED) == [part("x", 9, "0"), part("y", 5, day=2)]


def test_expunge_leaves_nothing_but_the_current_version_and_its_note(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail understands no statement that vacuums a table")
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    for day, secret in ((1, "canary-of-a-row"), (2, "canary-of-another")):
        bench.committer.append(
            uri, KEYED, bench.stage(KEYED, [part(secret, day, day=day)]), {"watermark": day}
        )
    bench.committer.replace(uri, KEYED, bench.stage(KEYED, [part("y", 1)]), {"watermark": 2}, None)
    (Path(uri) / "part-of-a-run-that-died.parquet").write_bytes(b"canary-of-a-run")
    for _ in range(2):
        bench.committer.expunge(uri, KEYED, {"watermark": 2})
    assert bench.rows(KEYED) == [part("y", 1)]
    assert [commit.note for commit in DeltaLog({}).history(uri)] == [{"watermark": 2}]
    files = [path for path in Path(uri).rglob("*") if path.is_file()]
    data = {path.name for path in files if path.parent.name != "_delta_log"}
    sums = {
        name for name in data if name.endswith(".crc")
    }  # Hadoop's, one beside each file that it writes on a disk
    assert len(data - sums) == 1
    assert sums <= {f".{name}.crc" for name in data}
    assert not [path for path in files if b"canary" in path.read_bytes()]
    bench.committer.append(uri, KEYED, bench.stage(KEYED, [part("z", 2)]), {"watermark": 3})
    assert bench.rows(KEYED) == [part("y", 1), part("z", 2)]


def test_the_log_holds_no_bounds_of_texts(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail keeps bounds of all columns")
    bench.create(KEYED)
    bench.committer.merge(bench.uri(KEYED), KEYED, bench.stage(KEYED, [part("canary", 1)]), {}, "version")
    bench.committer.append(bench.uri(KEYED), KEYED, bench.stage(KEYED, [part("canary", 2)]), {})
    files = [path for path in (Path(bench.uri(KEYED)) / "_delta_log").rglob("*") if path.is_file()]
    log = [path.read_bytes().decode("latin-1") for path in files]
    assert any("amount_minor" in text and "minValues" in text for text in log)
    assert not any("canary" in text for text in log)


SCATTERED = [date(2000, 1, 1) + timedelta(3 * n) for n in range(3_000)]


def scattered(amount: int, version: str, days: Sequence[date] = SCATTERED) -> list[tuple[Any, ...]]:
    return [("a", f"p{day}", amount, version, day) for day in days]


def last_commit(uri: str) -> list[dict[str, Any]]:
    log = sorted((Path(uri) / "_delta_log").glob("*.json"))
    return [json.loads(line) for line in log[-1].read_text(encoding="utf-8").splitlines()]


def data_files(uri: str) -> int:
    return len(DeltaTable(uri).file_uris())


def said_of_days(uri: str) -> int:
    """Characters of the parameters of the last commit, which hold its predicate."""
    [info] = [action["commitInfo"] for action in last_commit(uri) if "commitInfo" in action]
    return len(json.dumps(info["operationParameters"]))


def test_a_new_table_has_no_partition_and_bounds_of_its_day(bench: Bench) -> None:
    bench.create(KEYED)
    metadata = DeltaTable(bench.uri(KEYED)).metadata()
    assert metadata.partition_columns == []
    assert metadata.configuration["delta.dataSkippingStatsColumns"] == "amount_minor,created_date"


@pytest.mark.parametrize("do", ["merge", "amend"])
def test_neither_files_nor_the_predicate_grow_with_the_days(bench: Bench, do: str) -> None:
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    said, files = {}, {}
    bench.committer.merge(uri, KEYED, bench.stage(KEYED, scattered(1, "1")), {}, NEWER)
    for version, days in (("2", SCATTERED[::200]), ("3", SCATTERED)):
        staged = bench.stage(KEYED, scattered(2, version, days))
        if do == "merge":
            bench.committer.merge(uri, KEYED, staged, {}, NEWER)
        else:
            bench.committer.amend(uri, KEYED, staged, {}, by=("account", "part_id"))
        said[version], files[version] = said_of_days(uri), data_files(uri)
    assert bench.rows(KEYED) == sorted(scattered(2, "3"))
    assert max(said.values()) < 3_000
    assert files["3"] <= max(files["2"], 4)


def test_days_are_replaced_in_a_predicate_that_does_not_grow(bench: Bench) -> None:
    bench.create(DAILY)
    uri = bench.uri(DAILY)
    bench.committer.replace(uri, DAILY, bench.stage(DAILY, [(day, 1) for day in SCATTERED]), {}, None)
    replaced = SCATTERED[::2]
    given = replaced[1:]  # the first day has nothing any more
    dates = [day.isoformat() for day in replaced]
    bench.committer.replace(uri, DAILY, bench.stage(DAILY, [(day, 2) for day in given]), {}, dates)
    assert bench.rows(DAILY) == sorted([*((day, 2) for day in given), *((day, 1) for day in SCATTERED[1::2])])
    assert said_of_days(uri) < 3_000
    assert data_files(uri) <= 4


def test_rows_of_a_day_that_is_not_replaced_are_refused(bench: Bench) -> None:
    bench.create(DAILY)
    dates = [day.isoformat() for day in SCATTERED]
    staged = bench.stage(DAILY, [(SCATTERED[0] + timedelta(1), 1)])
    with pytest.raises(LakehouseError, match="2000-01-02"):
        bench.committer.replace(bench.uri(DAILY), DAILY, staged, {}, dates)


def test_a_merge_reads_no_file_of_days_that_it_does_not_have(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail's own merge opens every file")
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    for day in (1, 10, 20):
        bench.committer.append(uri, KEYED, bench.stage(KEYED, [part(f"p{day}", 1, day=day)]), {})
    away = [path for path in DeltaTable(uri).file_uris() if "p10" in str(pq.read_table(path))]
    hidden = Path(away[0]).rename(tmp := Path(uri).parent / "away.parquet")
    news = [part("p1", 2, "2"), part("p20", 2, "2", day=20), part("new", 3, day=20)]
    bench.committer.merge(uri, KEYED, bench.stage(KEYED, news), {}, NEWER)
    bench.committer.amend(uri, KEYED, bench.stage(KEYED, [part("p1", 4, "3")]), {}, by=("part_id",))
    hidden.rename(away[0])
    assert not tmp.exists()
    assert bench.rows(KEYED) == sorted([part("p1", 4, "3"), part("p10", 1, day=10), *news[1:]])


def partitioned_by_an_earlier_vermeil(bench: Bench, table: Table, rows: list[tuple[Any, ...]]) -> str:
    """A table with a folder a day, as tables were made before they were ordered."""
    uri = bench.uri(table)
    held = pa.Table.from_pylist(
        [dict(zip(table.column_names, row, strict=True)) for row in rows], arrow_schema(table)
    )
    write_deltalake(
        uri,
        held,
        partition_by=[table.cluster_by or ""],
        configuration={"delta.dataSkippingStatsColumns": "amount_minor"},
        commit_properties=CommitProperties(custom_metadata={"userMetadata": dump_note({"watermark": 1})}),
    )
    return uri


def test_a_partitioned_table_goes_on_and_is_brought_over(bench: Bench) -> None:
    held = [part(f"p{day}", 1, day=day) for day in range(1, 29)]
    uri = partitioned_by_an_earlier_vermeil(bench, KEYED, held)
    bench.create(KEYED)
    bench.committer.merge(
        uri, KEYED, bench.stage(KEYED, [part("p1", 2, "2"), part("new", 3, day=30)]), {}, NEWER
    )
    bench.committer.append(uri, KEYED, bench.stage(KEYED, [part("more", 4, day=3)]), {})
    bench.committer.amend(uri, KEYED, bench.stage(KEYED, [part("p2", 5, day=2)]), {}, by=("part_id",))
    rows = sorted(
        [*held[2:], part("p1", 2, "2"), part("new", 3, day=30), part("more", 4, day=3), part("p2", 5, day=2)]
    )
    assert bench.rows(KEYED) == rows
    before = DeltaTable(uri).version()
    if bench.is_sail:
        return  # it understands no statement that replaces a table
    bench.committer.unpartition(uri, KEYED, {"watermark": 9})
    assert bench.rows(KEYED) == rows
    now = DeltaTable(uri)
    assert now.metadata().partition_columns == []
    assert len(now.file_uris()) == 1
    assert "created_date" in now.metadata().configuration["delta.dataSkippingStatsColumns"]
    assert [field.metadata for field in now.schema().fields] == [
        field.metadata for field in DeltaTable(uri, version=before).schema().fields
    ]
    assert next(DeltaLog({}).history(uri, 1)).note == {"watermark": 9}
    assert (
        sorted(
            tuple(r.values())
            for r in DeltaTable(uri, version=before).to_pyarrow_table().select(KEYED.column_names).to_pylist()
        )
        == rows
    )
    bench.committer.merge(uri, KEYED, bench.stage(KEYED, [part("p9", 6, "6", day=9)]), {}, NEWER)
    assert part("p9", 6, "6", day=9) in bench.rows(KEYED)


def test_a_partitioned_table_is_replaced_as_it_lies(bench: Bench) -> None:
    uri = partitioned_by_an_earlier_vermeil(bench, KEYED, [part(f"p{day}", 1, day=day) for day in (1, 2)])
    bench.committer.replace(uri, KEYED, bench.stage(KEYED, [part("x", 1, day=7)]), {}, None)
    assert bench.rows(KEYED) == [part("x", 1, day=7)]


def test_a_large_table_is_put_in_the_order_of_its_days(bench: Bench) -> None:
    if bench.is_sail:
        pytest.skip("Sail understands no statement that orders a table")
    bench.create(KEYED)
    uri = bench.uri(KEYED)
    for first in range(8):
        days = SCATTERED[first::8]
        bench.committer.append(uri, KEYED, bench.stage(KEYED, scattered(1, "1", days)), {})
    before = DeltaLog({}).layout(uri, KEYED.cluster_by)
    assert before.depth > 7
    bench.committer.order(uri, KEYED, {"watermark": 1}, before.size // 4)
    after = DeltaLog({}).layout(uri, KEYED.cluster_by)
    assert len(after.files) > 1
    assert after.depth < 2
    assert bench.rows(KEYED) == sorted(scattered(1, "1"))
    assert next(DeltaLog({}).history(uri, 1)).note == {"watermark": 1}
