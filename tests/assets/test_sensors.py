"""The sensor asks for one refresh for each set of new files, and says why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    RunRequest,
    SensorResult,
    SkipReason,
    build_schedule_context,
    build_sensor_context,
)

from assets.definitions import defs
from assets.runs.jobs import hourly
from assets.runs.sensors import new_raw_files


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The raw folder, not there yet, of a home that the environment names."""
    monkeypatch.setenv("VERMEIL_HOME", str(tmp_path))
    monkeypatch.delenv("VERMEIL_RAW", raising=False)
    monkeypatch.delenv("VERMEIL_LAKEHOUSE", raising=False)
    return tmp_path / "raw"


def evaluate(cursor: str | None) -> SensorResult:
    result = new_raw_files(build_sensor_context(cursor=cursor))
    assert isinstance(result, SensorResult)
    return result


def test_no_folder_is_no_reason_to_run(raw: Path) -> None:
    result = new_raw_files(build_sensor_context())
    assert isinstance(result, SkipReason)
    assert str(raw) in (result.skip_message or "")


def test_new_files_ask_for_one_run(raw: Path) -> None:
    raw.mkdir()
    (raw / "a.ndjson").write_text("{}\n", encoding="utf-8")
    (raw / "b.ndjson").write_text("{}\n", encoding="utf-8")
    first = evaluate(None)
    assert [request.tags["new_files"] for request in first.run_requests or ()] == ["2"]
    again = evaluate(first.cursor)
    assert not again.run_requests


def test_a_file_that_comes_later_or_changes_asks_again(raw: Path) -> None:
    raw.mkdir()
    file = raw / "a.ndjson"
    file.write_text("{}\n", encoding="utf-8")
    first = evaluate(None)
    file.write_text("{}\n{}\n", encoding="utf-8")
    changed = evaluate(first.cursor)
    (raw / "b.ndjson").write_text("{}\n", encoding="utf-8")
    later = evaluate(changed.cursor)
    assert [request.tags["new_files"] for request in later.run_requests or ()] == ["1"]
    keys = [(result.run_requests or [])[0].run_key for result in (first, changed, later)]
    assert len(set(keys)) == 3


def test_files_of_other_kinds_ask_for_nothing(raw: Path) -> None:
    raw.mkdir()
    (raw / "notes.docx").write_bytes(b"no records")
    assert not evaluate(None).run_requests


def test_the_schedule_waits_for_a_raw_folder(raw: Path, tmp_path: Path) -> None:
    def evaluated() -> object:
        with DagsterInstance.local_temp(str(tmp_path)) as instance:
            return hourly(build_schedule_context(instance, repository_def=defs.get_repository_def()))

    before = evaluated()
    raw.mkdir()
    after = evaluated()
    assert "no raw folder" in str(before)
    assert isinstance(after, RunRequest)
    assert after.asset_check_keys is None
