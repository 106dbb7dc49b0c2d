"""What commands did is seen in Dagster as if Dagster had run it, and never at the cost of the command."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import AssetCheckKey, AssetKey, DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus

from assets.record.done import Done
from assets.record.recording import STAMP
from assets.record.run import record
from assets.tables.spec import COMMAND, asset_key
from expectations import suites
from pipelines.catalog import all_tables
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import CheckResult, Verdict
from pipelines.lakehouse import Lakehouse
from tests.vermeil.cli.running import as_json, vermeil

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dagster")]


@pytest.fixture(autouse=True)
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_RECORD", "yes")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small archive that the command line took in."""
    folder = tmp_path_factory.mktemp("recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERMEIL_RECORD", "yes")
        archive = ("simulate", "--home", folder, "--days", "3", "--payments", "12", "--accounts", "2")
        assert vermeil(*archive).exit_code == 0
        assert as_json("run", "--home", folder)["failed"] == []
    return folder


@contextmanager
def dagster(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.from_config(str(home / "dagster")) as instance:
        yield instance


def runs(home: Path) -> list[DagsterRun]:
    """The newest first."""
    with dagster(home) as instance:
        return list(instance.get_runs())


def test_a_run_is_a_run_of_the_job_that_does_the_same(home: Path) -> None:
    run = runs(home)[-1]
    assert (run.job_name, run.status) == ("refresh", DagsterRunStatus.SUCCESS)
    assert run.tags[COMMAND] == "vermeil run"
    assert run.remote_job_origin
    assert run.remote_job_origin.location_name == "vermeil"


def test_every_table_has_its_rows_its_version_and_its_checks(home: Path) -> None:
    told = {row["name"]: row for row in as_json("tables", "--home", home)}
    with dagster(home) as instance:
        for name in all_tables():
            entry = instance.get_latest_materialization_event(asset_key(name))
            assert entry, name
            assert entry.asset_materialization
            figures = {key: value.value for key, value in entry.asset_materialization.metadata.items()}
            assert figures["dagster/row_count"] == told[name]["rows"], name
            assert figures["delta_version"] == (
                -1 if told[name]["version"] is None else told[name]["version"]
            )
        keys = [check.key for name in all_tables() for check in checks_of(name)]
        found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
        assert set(found) == set(keys)
        assert sum(record.status.value == "FAILED" for record in found.values()) == sum(
            row["checks_failed"] for row in told.values()
        )


def checks_of(name: str) -> list[object]:
    from assets.tables.checks import specs

    assert suites()[name].checks
    return list(specs(all_tables()[name]))


def test_new_raw_files_and_the_log_are_there(home: Path) -> None:
    with dagster(home) as instance:
        entry = instance.get_latest_materialization_event(AssetKey(["raw", "files"]))
        assert entry
        assert entry.asset_materialization
        assert entry.asset_materialization.metadata["new_files"].value > 0
        lines = [one.user_message for one in instance.all_logs(runs(home)[-1].run_id)]
    assert any(line.startswith("silver.charges: published, ") for line in lines)


def test_nothing_new_is_recorded_once_an_hour(home: Path) -> None:
    before = len(runs(home))
    assert as_json("run", "--home", home)["published"] == []
    assert len(runs(home)) == before
    old = time.time() - 3700
    os.utime(home / "dagster" / STAMP, (old, old))
    assert as_json("run", "--home", home)["published"] == []
    assert len(runs(home)) == before + 1


def test_housekeeping_and_the_report_are_runs_too(home: Path) -> None:
    as_json("maintain", "--home", home)
    assert vermeil("report", "--home", home).exit_code == 0
    report, maintain = runs(home)[:2]
    assert [maintain.job_name, report.job_name] == ["maintain", "report"]
    with dagster(home) as instance:
        assert instance.get_latest_materialization_event(AssetKey(["report", "payments"]))
        lines = [one.user_message for one in instance.all_logs(maintain.run_id)]
    assert any("silver.charges: " in line and "bytes freed" in line for line in lines)


def test_what_ended_a_command_is_in_its_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk hums")

    monkeypatch.setattr("pipelines.flow.refresh.refresh", broken)
    assert vermeil("run", "--home", home).exit_code != 0
    run = runs(home)[0]
    assert run.status == DagsterRunStatus.FAILURE
    with dagster(home) as instance:
        (failure,) = instance.get_records_for_run(run.run_id, of_type=DagsterEventType.RUN_FAILURE).records
    assert "the disk hums" in str(failure.event_log_entry.dagster_event)


def test_a_storage_that_cannot_be_used_is_one_line_and_no_failure(home: Path) -> None:
    (home / "dagster" / STAMP).unlink()
    index = home / "dagster" / "history" / "runs" / "index.db"
    kept = index.read_bytes()
    index.write_bytes(b"no database at all" * 100)
    try:
        result = vermeil("run", "--home", home, "--json")
    finally:
        index.write_bytes(kept)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["failed"] == []
    (line,) = result.stderr.splitlines()
    assert line.startswith("vermeil: not recorded in Dagster")
    assert "VERMEIL_RECORD=no" in line


def test_it_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_RECORD", "no")
    (tmp_path / "raw").mkdir()
    assert vermeil("run", "--home", tmp_path).exit_code == 0
    assert not (tmp_path / "dagster").exists()


def test_all_of_a_run_is_there_or_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = home / "dagster" / "history" / "runs" / "index.db"

    def count() -> int:
        with sqlite3.connect(index) as connection:
            return int(connection.execute("select count(*) from event_logs").fetchone()[0])

    before, known = count(), len(runs(home))
    monkeypatch.setattr("assets.record.run._Run.end", lambda *_: 1 / 0)
    (home / "dagster" / STAMP).unlink(missing_ok=True)
    assert vermeil("run", "--home", home).exit_code == 0
    assert (count(), len(runs(home))) == (before, known)


def test_a_refused_batch_fails_its_run_with_its_checks(home: Path) -> None:
    name = "captured_within_amount"
    failed = CheckResult(
        name, "critical", False, "Captured is within the amount.", "3 rows", 3, 30, ("ch_1",)
    )
    refused = Outcome("silver.charges", "refused", rows=30, verdict=Verdict((failed,)))
    after = Outcome("gold.payments_daily", "skipped")
    with Lakehouse.open(home) as lake:
        record(lake, Done("refresh", "vermeil run", datetime.now(UTC), [refused, after]))
        run = runs(home)[0]
    assert run.status == DagsterRunStatus.FAILURE
    assert run.asset_selection == {asset_key("silver.charges")}
    with dagster(home) as instance:
        key = AssetCheckKey(asset_key("silver.charges"), name)
        (found,) = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
        assert found.status.value == "FAILED"
        assert not instance.get_records_for_run(
            run.run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION
        ).records
        said = "\n".join(one.user_message for one in instance.all_logs(run.run_id))
    assert "silver.charges: nothing was published" in said
    assert "gold.payments_daily" in said
