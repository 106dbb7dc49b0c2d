"""The command line: what it prints for people and for programs, and its exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pipelines.catalog import all_tables
from pipelines.settings import load_settings
from tests.vermeil.cli.running import as_json, vermeil
from vermeil.cli.app import app


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small archive that was taken in."""
    folder = tmp_path_factory.mktemp("home")
    assert (
        vermeil("simulate", "--home", folder, "--days", "4", "--payments", "15", "--accounts", "2").exit_code
        == 0
    )
    first = as_json("run", "--home", folder)
    assert first["ingested"] > 100
    assert first["failed"] == []
    return folder


def test_a_second_run_says_that_nothing_is_new(home: Path) -> None:
    result = vermeil("run", "--home", home)
    assert result.exit_code == 0
    assert "Nothing new" in result.stdout
    assert as_json("run", "--home", home)["published"] == []


def test_tables_is_a_contract(home: Path) -> None:
    found = as_json("tables", "--home", home)
    assert {row["name"] for row in found} == set(all_tables())
    keys = {"name", "layer", "rows", "version", "path", "published_at", "checks_passed", "checks_failed"}
    assert all(set(row) == keys for row in found)
    charges = next(row for row in found if row["name"] == "silver.charges")
    assert charges["rows"] > 0
    assert charges["checks_passed"] > 0
    assert Path(charges["path"]).is_dir()


def test_audit_is_a_contract(home: Path) -> None:
    found = as_json("audit", "--home", home)
    parts = ("current", "superseded", "duplicate", "quarantined", "unmodelled")
    assert found["balanced"] is True
    assert found["records"] == sum(found[part] for part in parts) > 0
    assert sum(file["records"] for file in found["files"]) == found["records"]


@pytest.mark.parametrize(("style", "expected"), [("csv", "one,two\n1,x\n"), ("json", '"one": 1')])
def test_sql_prints_what_a_program_can_read(home: Path, style: str, expected: str) -> None:
    result = vermeil("sql", "select 1 as one, 'x' as two", "--home", home, "--format", style)
    assert expected in result.stdout


def test_sql_answers_over_tables(home: Path) -> None:
    query = "select count(*) as n from gold.payments_daily d join silver.charges c on c.account = d.account"
    result = vermeil("sql", query, "--home", home, "--format", "json")
    assert json.loads(result.stdout)[0]["n"] > 0


def test_sql_answers_as_of_what_was_known(home: Path) -> None:
    query = "select count(*) as n from silver.charges"
    now, then, before = (
        json.loads(vermeil("sql", query, "--home", home, "--format", "json", *at).stdout)[0]["n"]
        for at in ((), ("--as-of", "2026-03-02T12:00Z"), ("--as-of", "2020-01-01T00:00Z"))
    )
    assert now > then > before == 0


def test_a_time_that_is_none_is_wrong_use(home: Path) -> None:
    result = vermeil("sql", "select 1", "--home", home, "--as-of", "yesterday")
    assert result.exit_code == 2
    assert "--as-of yesterday" in result.stderr


def test_a_wrong_query_is_wrong_use_and_names_what_is_nearest(home: Path) -> None:
    result = vermeil("sql", "select capturd_minor from gold.payments_daily", "--home", home)
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "vermeil: no column capturd_minor in gold.payments_daily. Nearest: captured_minor"
    )


def test_quarantine_lists_places_and_reasons_without_payloads(home: Path) -> None:
    found = as_json("quarantine", "--home", home)
    assert found["groups"]
    assert all({"table_name", "reason", "file", "line"} <= set(record) for record in found["records"])
    assert all("payload" not in record for record in found["records"])


def test_the_same_mistake_at_different_places_is_one_group(home: Path) -> None:
    groups = as_json("quarantine", "--home", home)["groups"]
    assert len({(group["table_name"], group["reason"]) for group in groups}) == len(groups)
    assert not any(re.search(r"column \d", group["reason"]) for group in groups)


def test_status_names_engine_and_place(home: Path) -> None:
    found = as_json("status", "--home", home)
    assert found["engine"] == load_settings().engine
    assert found["published_at"] is not None


def test_a_raw_folder_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    result = vermeil("run", "--home", tmp_path, "--raw", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert "--raw" in result.stderr


def test_an_unknown_table_is_answered_with_those_there_are(tmp_path: Path) -> None:
    result = vermeil("run", "--home", tmp_path, "--raw", tmp_path, "--only", "silver.chargs")
    assert result.exit_code != 0
    assert "silver.charges" in result.stderr


def test_a_setting_that_cannot_be_used_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_ENGINE", "spork")
    result = vermeil("tables", "--home", tmp_path)
    assert result.exit_code == 2
    assert "VERMEIL_ENGINE" in result.stderr


def test_an_empty_home_lists_all_tables_without_rows(tmp_path: Path) -> None:
    assert all(row["rows"] == 0 and row["version"] is None for row in as_json("tables", "--home", tmp_path))
    assert as_json("audit", "--home", tmp_path)["records"] == 0


def test_help_teaches_and_starts_without_heavy_libraries() -> None:
    code = "import sys, vermeil.cli.app; sys.exit(any(m in sys.modules for m in ('pyspark', 'dagster', 'pandas')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "Exit codes" in vermeil("--help").stdout


def leaves(group: Any) -> Iterator[tuple[str, Any]]:
    """The commands by the words that one types, those of groups too."""
    for name, command in group.commands.items():
        below = leaves(command) if hasattr(command, "commands") else ()
        yield from ((f"{name} {word}", one) for word, one in below) if below else ((name, command),)


LEAVES = dict(leaves(typer.main.get_command(app)))


@pytest.mark.parametrize("words", LEAVES)
def test_help_shows_what_is_said_of_each_option(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Markdown: what looks like a tag is shown between backticks only."""
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)
    shown = vermeil(*words.split(), "--help").stdout
    said = [str(option.help).replace("`", "") for option in LEAVES[words].params if hasattr(option, "help")]
    assert [text for text in said if text not in shown] == []


def test_the_dictionary_has_every_column() -> None:
    text = vermeil("dictionary").stdout
    for table in all_tables().values():
        assert f"## {table.name}" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)


def test_forgetting_asks_counts_and_erases(home: Path) -> None:
    some = as_json_sql(
        home, "select customer_id as c from silver.charges where customer_id is not null limit 1"
    )
    customer = some[0]["c"]
    assert vermeil("forget", "--customer", customer, "--home", home, "--json").exit_code == 2
    planned = as_json("forget", "--customer", customer, "--home", home, "--dry-run")
    assert planned["status"] == "planned"
    assert planned["rows"]["silver.charges"] > 0
    refused = vermeil("forget", "--customer", customer, "--home", home, input="n\n")
    assert refused.exit_code == 1
    assert "Erase it for good?" in refused.output
    done = as_json("forget", "--customer", customer, "--home", home, "--yes")
    assert {**done, "status": "planned"} == planned
    again = vermeil("forget", "--customer", customer, "--home", home)
    assert "Nothing to forget" in again.stdout
    assert done["files"][0] in again.stdout
    assert as_json("status", "--home", home)["unfinished_erasures"] == 0
    left = f"select count(*) as n from silver.charges where customer_id = '{customer}'"
    assert as_json_sql(home, left) == [{"n": 0}]


def test_a_customer_is_named_by_id(home: Path) -> None:
    result = vermeil("forget", "--customer", "jo@example.com", "--home", home)
    assert result.exit_code == 2
    assert "cus_" in result.stderr
    assert "jo@" not in result.stderr


def as_json_sql(home: Path, query: str) -> Any:
    return json.loads(vermeil("sql", query, "--home", home, "--format", "json").stdout)
