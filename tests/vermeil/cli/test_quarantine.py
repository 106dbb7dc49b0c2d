"""``vermeil quarantine`` shows a batch that was held back: why, which records, what they hold, and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.held_back import HeldBack
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.vermeil.cli.running import as_json, vermeil
from vermeil.cli import records_output

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = ("bronze.records", "silver.quarantine")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home whose only batch was refused; among its records is one that tries to move a terminal."""
    home = tmp_path_factory.mktemp("held")
    raw = home / "elsewhere"
    raw.mkdir()
    lines = [json.dumps({"level": "info", "number": number}) for number in range(150)]
    (raw / "app.ndjson").write_text("\n".join([*lines, '{"a": "\\u001b[2J[bold]"}']))
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        outcomes = list(flow.refresh(lake, flow.Run(raw, validate, sweep, only=TABLES)))
    assert [outcome.status for outcome in outcomes] == ["refused", "skipped"]
    return home


def test_a_refused_batch_is_shown_with_its_records_and_the_way_out(home: Path) -> None:
    said = vermeil("quarantine", "--home", home, "--limit", "3", env={"COLUMNS": "160"}).stdout
    assert "held back A batch of bronze.records with 151 rows" in said
    assert "At most 20 %" in said
    assert said.count("app.ndjson") == 3
    assert "3 of 151 records" in said
    assert "What to do Nothing of the batch is in any table" in said
    assert "Nothing is in quarantine." in said


def test_a_program_is_told_the_same_and_may_choose(home: Path) -> None:
    [held] = as_json("quarantine", "--home", home)["held_back"]
    assert (held["table"], held["rows"], held["faulty"], len(held["records"])) == (
        "bronze.records",
        151,
        151,
        20,
    )
    assert held["way_out"].startswith("Nothing of the batch")
    assert as_json("quarantine", "--home", home, "--table", "silver.charges")["held_back"] == []
    assert as_json("quarantine", "--home", home, "--file", "other")["held_back"] == []
    assert len(as_json("quarantine", "--home", home, "--reason", "neither an event")["held_back"]) == 1


def test_what_one_of_its_records_holds_is_read_from_its_file(home: Path) -> None:
    records = as_json("quarantine", "--home", home, "--limit", "200")["held_back"][0]["records"]
    shown = vermeil("quarantine", "--home", home, "--payload", records[7]["record_id"])
    assert json.loads(shown.stdout) == {"level": "info", "number": 7}
    last = vermeil("quarantine", "--home", home, "--payload", records[-1]["record_id"])
    assert "\x1b" not in last.stdout
    unknown = vermeil("quarantine", "--home", home, "--payload", "nothing:1")
    assert unknown.exit_code == 2


def test_what_a_file_is_called_is_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"record_id": "r:1", "file": "[bold]a[/].json", "line": 1, "item": 0, "reason": "[red]no"}
    held = HeldBack(
        "gold.payments_daily", "2026-01-02T03:04:05+00:00", ("[i]Why. Found: 3",), 5, 1, (record,)
    )
    records_output.quarantine([], [], [held], as_json=True)
    assert json.loads(capsys.readouterr().out)["held_back"][0]["records"][0]["file"] == "[bold]a[/].json"
