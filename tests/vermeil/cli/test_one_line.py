"""Whatever goes wrong is said in one line: at which table, what happened, what to do. ``--debug`` shows all of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.vermeil.cli.running import vermeil

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "silver.charges"
QUERY = ("sql", f"select count(distinct charge_id) from {NAME}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home with one row in one table."""
    home = tmp_path_factory.mktemp("whole")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        columns = ", ".join(f"cast(null as {c.type}) as {c.name}" for c in lake.declaration(NAME).columns)
        with lake.writing():
            lake.create(NAME)
            lake.publish(NAME, lake.staging.write(NAME, "1", spark.sql(f"select {columns}")), Append(), {})
            lake.staging.clear()
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "home"))


def data_files(home: Path) -> list[Path]:
    return list((home / "lakehouse" / "silver" / "charges").glob("*.parquet"))


def lose(home: Path) -> None:
    for file in data_files(home):
        file.unlink()


def cut(home: Path) -> None:
    for file in data_files(home):
        file.write_bytes(file.read_bytes()[:500])


def spoil_the_log(home: Path) -> None:
    for file in (home / "lakehouse" / "silver" / "charges" / "_delta_log").glob("*.json"):
        file.write_text("{nonsense", encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "spoil", "what"),
    [
        (QUERY, lose, "gone"),
        (QUERY, cut, "damaged"),
        (QUERY, spoil_the_log, "damaged"),
        (("tables",), spoil_the_log, "damaged"),
    ],
    ids=["lost", "cut", "log", "log-without-engine"],
)
def test_a_table_that_cannot_be_read_is_named_with_the_way_out(
    home: Path, spoil: Callable[[Path], None], what: str, words: tuple[str, ...]
) -> None:
    spoil(home)
    result = vermeil(*words, "--home", home)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 1
    assert line.startswith(
        f"vermeil: a file of {NAME} is {what}. Make it anew: move {home}/lakehouse/silver/charges away"
    )
    assert line.endswith(f"vermeil run --full-refresh {NAME}")


def test_a_log_that_cannot_be_read_stops_a_run_in_one_line(home: Path) -> None:
    spoil_the_log(home)
    (home / "raw").mkdir()
    result = vermeil("run", "--home", home, "--only", NAME)
    *_, line = result.stderr.splitlines()
    assert line.startswith(f"vermeil: a file of {NAME} is damaged.")
    assert "Traceback" not in result.output


def test_a_fault_of_our_own_is_one_line_and_debug_shows_the_rest(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("seventh")

    monkeypatch.setattr("pipelines.lakehouse.Lakehouse.count", broken)
    result = vermeil("tables", "--home", home)
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 1
    assert line.startswith("vermeil: KeyError: 'seventh'. This is a fault of Vermeil's own")
    assert "--debug" in line
    monkeypatch.setenv("VERMEIL_DEBUG", "1")
    assert isinstance(vermeil("tables", "--home", home).exception, KeyError)


def test_a_folder_that_is_a_file_is_named(home: Path) -> None:
    (home / "reports").write_text("no folder", encoding="utf-8")
    result = vermeil("report", "--home", home)
    (line,) = result.stderr.splitlines()
    assert f"{home}/reports: file exists" in line
