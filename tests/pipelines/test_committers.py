"""delta-rs and Spark SQL commit the same rows.

The statements of :class:`DeltaSpark` run on whatever engine there is: with VERMEIL_ENGINE=spark on Apache Spark with
delta-spark, otherwise on Sail, which understands the same SQL. (Vermeil itself never lets Sail commit.)
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.commits import Staged
from pipelines.delta_log import DeltaLog
from pipelines.delta_rs import DeltaRs
from pipelines.delta_spark import DeltaSpark
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEYED = Table(
    name="silver.parts",
    doc="Parts, of which it's good to have 'enough'.",
    key=("account", "part_id"),
    partition_by="created_date",
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

    def uri(self, table: Table) -> str:
        return str(self.folder / table.short_name)

    def create(self, table: Table) -> None:
        # Sail makes no table of a path by this statement.
        creator = self.committer if load_settings().engine != "embedded" else DeltaRs({})
        creator.create(self.uri(table), table)

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
    if request.param == "delta-rs" and load_settings().engine != "embedded":
        pytest.skip("delta-rs commits on the embedded engine only")
    return Bench(
        tmp_path, spark, DeltaRs({}) if request.param == "delta-rs" else DeltaSpark(spark, DeltaLog({}))
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


def test_expunge_leaves_nothing_but_the_current_version_and_its_note(
    tmp_path: Path, spark: SparkSession
) -> None:
    if load_settings().engine != "embedded":
        pytest.skip("looks at the bytes that delta-rs leaves")
    bench = Bench(tmp_path, spark, DeltaRs({}))
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
    assert len([path for path in files if path.parent.name != "_delta_log"]) == 1
    assert not [path for path in files if b"canary" in path.read_bytes()]
    bench.committer.append(uri, KEYED, bench.stage(KEYED, [part("z", 2)]), {"watermark": 3})
    assert bench.rows(KEYED) == [part("y", 1), part("z", 2)]


def test_the_log_holds_no_bounds_of_texts(tmp_path: Path, spark: SparkSession) -> None:
    bench = Bench(tmp_path, spark, DeltaRs({}))
    bench.create(KEYED)
    bench.committer.merge(bench.uri(KEYED), KEYED, bench.stage(KEYED, [part("canary", 1)]), {}, "version")
    bench.committer.append(bench.uri(KEYED), KEYED, bench.stage(KEYED, [part("canary", 2)]), {})
    log = [path.read_text() for path in Path(bench.uri(KEYED)).rglob("*.json")]
    assert any("amount_minor" in text and "minValues" in text for text in log)
    assert not any("canary" in text for text in log)
