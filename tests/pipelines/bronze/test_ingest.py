"""Bronze takes every file in once: cut anywhere, restored, refused, on a full disk, and on Spark's executors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.bronze.drift import objects as drift
from pipelines.bronze.files import TABLE as FILES
from pipelines.bronze.files import list_files
from pipelines.bronze.records import TABLE as RECORDS
from pipelines.delta.commits import Append
from pipelines.erasure.redactions import sweep
from pipelines.flow import entering, ingest
from pipelines.flow import records as flow_records
from pipelines.flow import refresh as flow
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import Batch, CheckResult, Validate, Verdict, accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name in "abc":
        write(folder, name, 3)
    return folder


def write(folder: Path, name: str, count: int) -> None:
    lines = (json.dumps({"object": "charge", "id": f"{name}{number}"}) for number in range(count))
    (folder / f"{name}.json").write_text("\n".join(lines) + "\n")


def refresh(lake: Lakehouse, raw: Path, validate: Validate = accept_all) -> Outcome:
    (*_, last) = flow_records.refresh_bronze(lake, flow.Run(raw, validate, sweep))
    return last


def held(lake: Lakehouse) -> list[tuple[str, int]]:
    """File and line of every record, which must be there once."""
    return sorted(
        (row["file"], row["line"]) for row in lake.table(RECORDS.name).select("file", "line").collect()
    )


def ids(lake: Lakehouse) -> dict[str, int]:
    """The batch that took each file in, as the manifest has it; the records must say the same."""
    listed = {row[0]: row[1] for row in lake.table(FILES.name).select("file_id", "ingest_id").collect()}
    found = {
        row[0]: row[1] for row in lake.table(RECORDS.name).select("file_id", "ingest_id").distinct().collect()
    }
    assert listed == found
    return {row[0]: row[1] for row in lake.table(FILES.name).select("file", "ingest_id").collect()}


def all_of(*names: str, count: int = 3) -> list[tuple[str, int]]:
    return [(f"{name}.json", line) for name in names for line in range(1, count + 1)]


def stage(lake: Lakehouse, raw: Path) -> ingest.Batch:
    fresh = ingest.plan(lake, list_files(raw, stripe()))
    return ingest.stage(lake, stripe().rest, fresh, ingest.next_ingest_id(lake))


def test_files_are_taken_in_once_and_new_and_changed_ones_later(lake: Lakehouse, raw: Path) -> None:
    assert (refresh(lake, raw).status, refresh(lake, raw).status) == ("published", "unchanged")
    os.utime(raw / "a.json", (5, 5))
    assert refresh(lake, raw).status == "unchanged"
    write(raw, "b", 4)
    write(raw, "d", 3)
    assert refresh(lake, raw).rows == 7
    assert ids(lake)["d.json"] == 2
    assert sorted(set(held(lake))) == all_of("a") + all_of("b", count=4) + all_of("c", "d")


def test_a_run_that_was_cut_before_the_manifest_takes_nothing_in_twice(lake: Lakehouse, raw: Path) -> None:
    batch = stage(lake, raw)
    lake.create(RECORDS.name)
    rows = [entering._manifest_row(counts, batch.ingest_id, batch.source) for counts in batch.counts]
    lake.publish(RECORDS.name, batch.staged, Append(), {"ingest_id": 1, "files": rows, "checks": {}})
    assert not lake.exists(FILES.name)
    write(raw, "d", 3)
    assert refresh(lake, raw).rows == 3
    assert held(lake) == all_of("a", "b", "c", "d")
    assert ids(lake) == {"a.json": 1, "b.json": 1, "c.json": 1, "d.json": 2}


def test_a_run_that_was_cut_before_it_published_is_done_again(lake: Lakehouse, raw: Path) -> None:
    stage(lake, raw)
    stage(lake, raw)
    refresh(lake, raw)
    assert held(lake) == all_of("a", "b", "c")


def test_files_that_were_taken_back_are_taken_in_again_under_a_new_number(lake: Lakehouse, raw: Path) -> None:
    refresh(lake, raw)
    before = lake.history(RECORDS.name, 1)[0].version
    write(raw, "d", 3)
    refresh(lake, raw)
    lake.restore(RECORDS.name, before)
    lake.housekeeping(RECORDS.name).compact()
    assert held(lake) == all_of("a", "b", "c")
    refresh(lake, raw)
    assert held(lake) == all_of("a", "b", "c", "d")
    assert ids(lake)["d.json"] == 3
    assert refresh(lake, raw).status == "unchanged"


def test_a_manifest_that_was_taken_back_is_completed(lake: Lakehouse, raw: Path) -> None:
    refresh(lake, raw)
    before = lake.history(FILES.name, 1)[0].version
    for name in "de":
        write(raw, name, 3)
        refresh(lake, raw)
    lake.restore(FILES.name, before)
    assert refresh(lake, raw).status == "unchanged"
    assert ids(lake) == {"a.json": 1, "b.json": 1, "c.json": 1, "d.json": 2, "e.json": 3}


def test_maintenance_does_not_make_bronze_forget(lake: Lakehouse, raw: Path) -> None:
    refresh(lake, raw)
    for table in (RECORDS.name, FILES.name):
        lake.housekeeping(table).compact()
        lake.housekeeping(table).vacuum(hours=0)
    assert refresh(lake, raw).status == "unchanged"
    write(raw, "d", 3)
    refresh(lake, raw)
    assert ids(lake)["d.json"] == 2


def refuse(batch: Batch) -> Verdict:
    return Verdict((CheckResult("never", "critical", success=False, description="Nothing is good enough."),))


def test_a_refused_batch_leaves_its_files_pending(lake: Lakehouse, raw: Path) -> None:
    assert refresh(lake, raw, refuse).status == "refused"
    assert not lake.exists(RECORDS.name)
    assert not (Path(lake.uri) / "_staging" / RECORDS.name).exists()
    assert refresh(lake, raw).rows == 9


def test_a_file_that_vanishes_before_it_is_read_is_named_and_the_others_go_on(
    lake: Lakehouse, raw: Path
) -> None:
    (raw / "gone.json").symlink_to(raw / "target.json")
    (raw / "target.json").write_text("{}")
    listing = list_files(raw, stripe())
    (raw / "target.json").unlink()
    batch = ingest.stage(lake, stripe().rest, ingest.plan(lake, listing), 1)
    assert [(c.file.file, c.missing) for c in batch.missing] == [
        ("gone.json", "could not be opened: No such file or directory"),
        ("target.json", "could not be opened: No such file or directory"),
    ]
    assert batch.staged.rows == 9


def test_an_empty_folder_and_an_empty_file_are_said_to_be_so(lake: Lakehouse, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert refresh(lake, folder).notices == (
        f"{folder}: no file to read; expected .json, .jsonl, .ndjson, also compressed",
    )
    (folder / "a.json").touch()
    assert refresh(lake, folder).notices == ("a.json: holds no record",)
    assert refresh(lake, folder).status == "unchanged"


RUN = """
import resource, sys
from pathlib import Path
from pipelines.flow import records as flow_records
from pipelines.flow import refresh as flow
from pipelines.flow import ingest
from pipelines.erasure.redactions import sweep
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from pipelines.flow.verdict import accept_all
home, limit = sys.argv[1], int(sys.argv[2])
ingest.SMALL_BATCH = 0
with Lakehouse.open(home, engine="embedded", batch_bytes=3_000_000) as lake:
    lake.spark
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    print("ready", flush=True)
    try:
        for outcome in flow_records.refresh_bronze(lake, flow.Run(Path(home, "raw"), accept_all, sweep)):
            print(outcome.rows, flush=True)
    except LakehouseError as error:
        sys.exit(f"LakehouseError: {error}")
"""


def start(home: Path, limit: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(home), str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def write_noise(folder: Path, count: int) -> None:
    for number in range(count):
        lines = (json.dumps({"object": "charge", "id": os.urandom(400).hex()}) for _ in range(1_500))
        (folder / f"{number}.json").write_text("\n".join(lines))


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_every_record_is_there_once(
    lake: Lakehouse, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_noise(raw, 6)
    for delay in (0.5, 1.2):
        process = start(tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    refresh(lake, raw)
    assert held(lake) == sorted((f"{n}.json", line) for n in range(6) for line in range(1, 1_501))
    ids(lake)


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_published_and_the_next_run_goes_on(
    lake: Lakehouse, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_noise(raw, 2)
    process = start(tmp_path, limit=100_000)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "LakehouseError: records cannot be written to" in errors
    assert not lake.exists(RECORDS.name)
    assert refresh(lake, raw).rows == 3_000


def rows_of(spark: SparkSession, lake: Lakehouse, raw: Path) -> list[dict[str, Any]]:
    files = ingest.plan(lake, list_files(raw, stripe()))
    reads = drift.reads(lake.tables.values())
    reading = ingest.Reading(1, "stripe", "platform", 1 << 20, 250, reads=reads)
    rows = ingest.read_on_spark(spark, files, reading).toArrow().to_pylist()
    return sorted(rows, key=lambda row: str(row["record_id"]))


def test_executors_read_the_same_rows_as_worker_processes(
    any_spark: SparkSession, lake: Lakehouse, raw: Path
) -> None:
    (raw / "d.json").write_bytes(
        b'\xff\n[{"object": "a", "created": 5}, {"object": "b", "livemode": true}]\n{"a\0b": 1}'
    )
    found = rows_of(any_spark, lake, raw)
    batch = stage(lake, raw)
    expected = lake.spark.read.parquet(batch.staged.uri).toArrow().to_pylist()
    assert found == sorted(expected, key=lambda row: str(row["record_id"]))
    assert len(found) == 13


def test_what_is_counted_on_a_cluster_is_what_a_worker_counts(
    any_spark: SparkSession, lake: Lakehouse, raw: Path
) -> None:
    charge = {"object": "charge", "id": "ch_1", "number": "4242 4242 4242 4242"}
    page = {"object": "list", "data": [charge, {"object": "refund", "id": "re_1"}], "has_more": True}
    (raw / "page.json").write_text(json.dumps(page) + "\n" + json.dumps({**page, "has_more": False}))
    (raw / "error.json").write_text("<html>" + "no\n" * 50)
    (raw / "half.json").write_text('{"object": "charge"}\nno\n')
    files = ingest.plan(lake, list_files(raw, stripe()))
    reading = ingest.Reading(1, "stripe", "platform", 1 << 20, 250)
    expected = {counts.file.file: counts for counts in stage(lake, raw).counts}
    found = ingest._counted(ingest.read_on_spark(any_spark, files, reading), files, 250)
    for one in found:
        same = expected[one.file.file]
        named = ("record_count", "fault_count", "raw_bytes", "masked_count", "masked_record_count", "foreign")
        assert [getattr(one, name) for name in named] == [getattr(same, name) for name in named]
        assert (sorted(one.opened), sorted(one.ended)) == (sorted(same.opened), sorted(same.ended))
    assert "an HTML page" in str(expected["error.json"].foreign)
    assert sorted(expected["page.json"].opened) == sorted(expected["page.json"].ended) == ["charge", "refund"]
