"""Maintain and restore as commands: what they print, what they refuse, and what they leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from pipelines.catalog import all_tables
from pipelines.delta import releases
from pipelines.delta.commits import Append, Replace
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from vermeil.cli.app import app

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

NAME = "silver.quarantine"


@pytest.fixture
def home(tmp_path: Path, spark: SparkSession) -> Path:
    """A home whose quarantine was published four times, with one row more each time."""
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake:
        columns = ", ".join(
            f"cast({'id' if c.type == 'string' else 'null'} as {c.type}) as {c.name}"
            for c in lake.declaration(NAME).columns
        )
        for number in range(1, 5):
            with lake.writing("vermeil run"):
                lake.create(NAME)
                rows = spark.sql(f"select {columns} from (select '{number}' as id)")
                lake.publish(
                    NAME, lake.staging.write(NAME, str(number), rows), Append(), {"watermark": number}
                )
                lake.staging.clear()
    return tmp_path


def vermeil(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def as_json(home: Path, *words: str) -> Any:
    result = vermeil(home, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def rows(home: Path, spark: SparkSession) -> int:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        return lake.table(NAME).count()


def test_rows_are_counted_without_an_engine(home: Path) -> None:
    with Lakehouse(load_settings({"home": home}), all_tables()) as lake:
        assert lake.count(NAME) == 4
        assert lake.count("silver.charges") == 0
        assert "spark" not in vars(lake), "none was started"


def test_rows_that_the_log_does_not_count_are_counted(home: Path, spark: SparkSession) -> None:
    for file in (home / "lakehouse" / "silver" / "quarantine" / "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for action in actions:
            action.get("add", {}).pop("stats", None)
        file.write_text("\n".join(map(json.dumps, actions)) + "\n", encoding="utf-8")
        file.with_name(f".{file.name}.crc").unlink(missing_ok=True)  # Hadoop's sum of what it wrote
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        assert lake.log.rows(lake.table_uri(NAME)) is None
        assert lake.count(NAME) == 4


def test_maintain_says_what_it_did_and_what_was_saved(home: Path, spark: SparkSession) -> None:
    said = as_json(home, "maintain")
    (table,) = said["tables"]
    assert (table["table"], table["files_before"], table["files_after"]) == (NAME, 4, 1)
    assert said["total"]["files_after"] == 1
    assert rows(home, spark) == 4
    again = vermeil(home, "maintain")
    assert "1 tables looked after, 1 of them were in order" in again.stdout


def test_a_policy_that_cannot_be_used_is_wrong_use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_MAINTENANCE", '{"gild": {"keep_hours": 3}}')
    result = vermeil(home, "maintain")
    assert result.exit_code == 2
    assert "bronze, silver, gold" in result.stderr


def test_restore_lists_tries_and_does_it(home: Path, spark: SparkSession) -> None:
    points = as_json(home, "restore", "--list")
    assert [point["made_by"] for point in points] == ["vermeil run"] * 4
    assert not any(point["lost"] for point in points)
    to = ("restore", "--to", points[2]["at"])
    tried = as_json(home, *to, "--dry-run")
    assert tried["dry_run"]
    assert rows(home, spark) == 4
    assert "are back at" in vermeil(home, *to).stdout
    assert rows(home, spark) == 2
    answer = vermeil(home, "sql", f"select count(*) as n from {NAME}", "--format", "csv")
    assert answer.stdout.split() == ["n", "2"]
    newest = releases.latest(str(home / "lakehouse"))
    assert newest is not None
    assert newest.made_by.startswith("vermeil restore --to 20")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--to", "soon"), 2, "2026-03-01T09:30:00Z"),
        (("--to", "1999-01-01"), 1, "the oldest moment known is 20"),
        ((), 2, "--to MOMENT"),
    ],
    ids=["no time", "too old", "neither"],
)
def test_restore_explains_what_it_cannot_do(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = vermeil(home, "restore", *words)
    assert result.exit_code == code
    assert said in result.output


def test_a_moment_whose_versions_are_gone_is_refused_before_anything_changes(
    home: Path, spark: SparkSession
) -> None:
    oldest = as_json(home, "restore", "--list")[-1]["at"]
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        lake.housekeeping(NAME).compact()
        lake.housekeeping(NAME).vacuum(hours=0)
    result = vermeil(home, "restore", "--to", oldest)
    assert result.exit_code == 1
    assert f"{NAME} no longer has its version of then" in result.stderr
    assert "No moment is whole" in result.stderr
    assert rows(home, spark) == 4
    assert not (home / "lakehouse" / "_restoring.json").exists()


def test_sql_reads_what_was_released_and_with_now_what_is_there(home: Path, spark: SparkSession) -> None:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        lake.publish(NAME, lake.staging.write(NAME, "x", lake.table(NAME).limit(1)), Replace(), {})
    query = ("sql", f"select count(*) as n from {NAME}", "--format", "csv")
    assert vermeil(home, *query).stdout.split() == ["n", "4"]
    assert vermeil(home, *query, "--now").stdout.split() == ["n", "1"]
