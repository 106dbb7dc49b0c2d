"""One engine goes on where the other stopped: the tables are those of a lakehouse that knew only the embedded one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from pipelines.catalog import all_tables
from pipelines.delta import checkpoints, releases, versions
from pipelines.delta.log import DeltaLog
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.upkeep.comparison import compare, side_at
from tests.engine_runs import NEEDS_DELTA, add, done, parts
from tests.pipelines.erasure.people import CUSTOMER, charge, of_a_session, of_the_person, write
from tests.spark_servers import spark_server, with_delta

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("engines"),
    NEEDS_DELTA,
    pytest.mark.skipif(
        load_settings().engine != "embedded", reason="starts both engines itself: once is enough, embedded"
    ),
]

EMBEDDED = "embedded"
ONLY = (
    "bronze.records",
    "silver.accounts",
    "silver.charges",
    "silver.charge_history",
    "silver.customers",
    "silver.refunds",
    "silver.verification_sessions",
    "silver.quarantine",
    "gold.audit",
    "gold.payments_daily",
    "gold.features_merchants",
)
"""Tables of every kind of commit: appended, merged, amended, replaced by the day and as a whole."""

FEW = ("bronze.records", "silver.charges", "silver.refunds", "gold.audit", "gold.payments_daily")


def run(*tables: str) -> tuple[str, ...]:
    """The command that refreshes some tables."""
    return ("run", *(word for name in tables for word in ("--only", name)))


RUN = run(*ONLY)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, with a person who will be forgotten and a session that will be redacted."""
    folder = tmp_path_factory.mktemp("archive")
    simulate(Simulation(seed=5, days=6, payments_per_day=8, accounts=2), folder / "raw", folder / "truth")
    # Beside it, so that every lakehouse is given the same files, of the same time.
    people = folder / "people"
    write(people, "people-1.ndjson", [*of_the_person(), *of_a_session(redacted=False)])
    again = charge(CUSTOMER, "ch_canary9", 700)
    write(people, "people-2.ndjson", [*of_a_session(redacted=True)[:1], again])
    write(people, "people-3.ndjson", [charge(CUSTOMER, "ch_canary10", 900), charge(None, "ch_other", 1)])
    return folder / "raw"


def lived(home: Path, archive: Path, engines: tuple[str, str], *, disturbed: bool) -> None:
    """The life of a lakehouse: a run after each part of an archive, a redaction, a person forgotten.

    Args:
        home: of the lakehouse.
        archive: what comes in.
        engines: that take turns.
        disturbed: with a restore in between, and housekeeping by both.
    """
    one, other = engines
    first, second, third = parts(archive, 3)
    raw, people = home / "raw", archive.parent / "people"
    add(first, archive, raw)
    add([people / "people-1.ndjson"], people, raw)
    done(one, home, *RUN)
    add(second, archive, raw)
    done(other, home, *RUN)
    if disturbed:
        moment = releases.latest(str(home / "lakehouse")).at.isoformat()  # type: ignore[union-attr]
        add(third, archive, raw)
        done(one, home, *RUN)
        done(other, home, "restore", "--to", moment)
        done(other, home, "maintain")
        done(one, home, *RUN)
    add(third, archive, raw)
    add([people / "people-2.ndjson"], people, raw)
    done(other, home, *RUN)
    done(one, home, "forget", "--customer", CUSTOMER, "--yes")
    add([people / "people-3.ndjson"], people, raw)
    done(other, home, *RUN)
    if disturbed:
        done(one, home, "maintain")
        done(other, home, "forget", "--customer", "cus_Canary7Qx2b", "--yes")
        done(one, home, *RUN)
    else:
        done(one, home, "forget", "--customer", "cus_Canary7Qx2b", "--yes")


@pytest.fixture(scope="module")
def undisturbed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lakehouse that only the embedded engine ever wrote to."""
    home = tmp_path_factory.mktemp("undisturbed")
    lived(home, archive, (EMBEDDED, EMBEDDED), disturbed=False)
    return home


def sound(home: Path, expected: Path) -> None:
    """That a lakehouse holds the rows of another, and what its own records say."""
    found = compare(side_at(str(home)), side_at(str(expected)), all_tables())
    assert found.count == 0, found.as_json()
    said = json.loads(done(EMBEDDED, home, "audit", "--deep", "--json"))
    assert said["balanced"], said
    assert said["deep"]["sound"], said


def grown(home: Path, archive: Path, *engines: str) -> Path:
    """The home of a lakehouse that takes an archive in part by part, each by another engine."""
    for engine, files in zip(engines, parts(archive, len(engines)), strict=True):
        add(files, archive, home / "raw")
        done(engine, home, *run(*FEW))
    return home


@pytest.fixture(scope="module")
def embedded_alone(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lakehouse that the embedded engine grew."""
    return grown(tmp_path_factory.mktemp("alone"), archive, EMBEDDED, EMBEDDED, EMBEDDED)


def test_each_engine_goes_on_where_the_other_stopped(
    archive: Path, embedded_alone: Path, connect: str, tmp_path: Path
) -> None:
    """Embedded, then Apache Spark in a process of its own, then a Spark Connect server, then maintenance."""
    grown(tmp_path, archive, EMBEDDED, "spark", connect)
    assert set() < committed_by_spark(tmp_path) < set(FEW)  # and the driver committed to the others
    done(EMBEDDED, tmp_path, "maintain")
    sound(tmp_path, embedded_alone)


def committed_by_spark(home: Path) -> set[str]:
    """Tables with a commit of Apache Spark's own."""
    logs = (home / "lakehouse").glob("*/*/_delta_log/*.json")
    return {".".join(log.parts[-4:-2]) for log in logs if "Apache-Spark" in log.read_text(encoding="utf-8")}


@pytest.mark.soak
def test_spark_and_the_embedded_engine_take_turns(archive: Path, undisturbed: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed / "keys", tmp_path / "keys")  # or the forgotten had other names
    lived(tmp_path, archive, (EMBEDDED, "spark"), disturbed=True)
    sound(tmp_path, undisturbed)


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Spark Connect server with Delta."""
    with spark_server(tmp_path_factory.mktemp("server"), with_delta()) as url:
        yield url


@pytest.mark.soak
def test_a_life_on_spark_connect(archive: Path, undisturbed: Path, tmp_path: Path, connect: str) -> None:
    shutil.copytree(undisturbed / "keys", tmp_path / "keys")
    lived(tmp_path, archive, (connect, connect), disturbed=True)
    sound(tmp_path, undisturbed)


@pytest.fixture
def server_session(connect: str) -> Iterator[SparkSession]:
    """A session on the server, as another program has one."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(connect).create()
    yield session
    session.stop()


def test_a_table_of_another_program_is_read_at_every_version(
    spark: SparkSession, server_session: SparkSession, tmp_path: Path
) -> None:
    """With checkpoints as Spark makes them, and times as it wrote them for long (INT96)."""
    uri = str(tmp_path / "things")
    server_session.conf.set("spark.sql.parquet.outputTimestampType", "INT96")
    server_session.sql(
        f"create table delta.`{uri}` (id bigint, seen_at timestamp, day date) using delta "
        "tblproperties ('delta.checkpointInterval' = '2')"
    )
    for number in range(5):
        server_session.sql(
            f"insert into delta.`{uri}` values "
            f"({number}, timestamp'2026-03-01 23:59:5{number}.000005+00:00', date'2026-03-0{number + 1}')"
        )
    assert checkpoints.named(uri) == 4
    rows = [(n, datetime(2026, 3, 1, 23, 59, 50 + n, 5), date(2026, 3, n + 1)) for n in range(5)]
    for version in range(6):
        found = versions.rows(spark, uri, version, {}).collect()
        assert sorted(map(tuple, found)) == rows[:version]
    days = {file.span for file in DeltaLog({}).layout(uri, "day").files}
    assert days == {range(row[2].toordinal(), row[2].toordinal() + 1) for row in rows}


def test_spark_reads_a_log_whose_checkpoint_the_embedded_engine_wrote_after_its_own(
    server_session: SparkSession, tmp_path: Path
) -> None:
    """Hadoop keeps a sum beside each file that it writes, and does not read a file with another sum."""
    uri = str(tmp_path / "things")
    server_session.sql(
        f"create table delta.`{uri}` (id bigint) using delta tblproperties ('delta.checkpointInterval' = '1')"
    )
    server_session.sql(f"insert into delta.`{uri}` values (1)")
    write_deltalake(uri, pa.table({"id": pa.array([2], pa.int64())}), mode="append")
    DeltaLog({}).checkpoint(uri)
    checkpoints.drop_before(uri, DeltaLog({}).version(uri) or 0)
    server_session.sql(f"insert into delta.`{uri}` values (3)")
    found = server_session.read.format("delta").load(uri).collect()
    assert sorted(row[0] for row in found) == [1, 2, 3]
