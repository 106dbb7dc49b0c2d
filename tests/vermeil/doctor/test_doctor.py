"""The doctor: things are broken for real, and it says of each what is wrong and what to do, and never falls over."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from assets.runs.instance import prepare_instance
from pipelines.catalog import all_tables
from pipelines.delta import intent, marker, releases, staging
from pipelines.delta.commits import Replace
from pipelines.delta.intent import Intent
from pipelines.delta.lock import writer_lock
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.engine_runs import NEEDS_DELTA, SMALL_SPARK
from vermeil.cli.app import app
from vermeil.doctor import Finding, diagnose
from vermeil.doctor.diagnosis import LOOKS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUICK = {name: look for name, look in LOOKS.items() if name != "engine"}
CHARGES = "silver.charges"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home with a raw file, a released row in one table, and a Dagster home."""
    home = tmp_path_factory.mktemp("made")
    (home / "raw").mkdir()
    (home / "raw" / "events.ndjson").write_text("{}\n", encoding="utf-8")
    settings = load_settings({"home": home})
    prepare_instance(settings)
    with Lakehouse(settings, all_tables(), spark) as lake, lake.writing():
        for name in (CHARGES, "gold.payments_daily"):
            lake.create(name)
            nulls = ", ".join(f"cast(null as {c.type}) as {c.name}" for c in lake.declaration(name).columns)
            lake.publish(
                name, lake.staging.write(name, "one", lake.spark.sql(f"select {nulls}")), Replace(), {}
            )
        lake.staging.clear()
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(made, tmp_path / "home"))


def look(home: Path, **settings: Any) -> dict[str, Finding]:
    return {one.subject: one for one in diagnose({"home": home, **settings}, QUICK)}


def troubles(found: dict[str, Finding]) -> dict[str, str]:
    return {one.subject: one.state for one in found.values() if one.state != "ok"}


def test_a_sound_lakehouse_is_well(home: Path) -> None:
    found = look(home)
    assert troubles(found) == {}
    assert found["tables"].found == "2 tables can be read and are as declared"
    assert "1 files" in found["raw files"].found
    assert "one run at a time" in found["dagster"].found


def test_the_command_says_so_and_leaves_nothing_behind(home: Path) -> None:
    before = sorted(path for path in home.rglob("*"))
    result = CliRunner().invoke(app, ["doctor", "--home", str(home), "--json"])
    said = json.loads(result.stdout)
    assert (result.exit_code, said["healthy"]) == (0, True), result.stdout
    assert {"engine", "versions", "storage"} <= {one["subject"] for one in said["findings"]}
    assert sorted(path for path in home.rglob("*")) == before
    people = CliRunner().invoke(app, ["doctor", "--home", str(home)])
    assert "are well" in people.stdout


def test_a_home_without_anything_only_wants_files(tmp_path: Path) -> None:
    assert troubles(look(tmp_path / "new")) == {"raw files": "warn"}


def test_a_setting_that_cannot_be_used_is_a_finding(tmp_path: Path) -> None:
    (found,) = diagnose({"home": tmp_path, "engine": "spork"})
    assert (found.subject, found.state) == ("settings", "fail")
    assert "VERMEIL_ENGINE" in found.found


def test_a_log_that_is_damaged(home: Path) -> None:
    log = home / "lakehouse" / "silver" / "charges" / "_delta_log"
    (log / f"{0:020d}.json").write_text("{not json", encoding="utf-8")
    found = look(home)
    assert found[CHARGES].state == "fail"
    assert "vermeil run --full-refresh silver.charges" in found[CHARGES].todo


def test_files_that_are_gone(home: Path) -> None:
    for file in (home / "lakehouse" / "silver" / "charges").rglob("*.parquet"):
        file.unlink()
    assert look(home)[CHARGES].found == "files that its log names are gone"


def test_columns_that_were_declared_since_and_that_are_not_declared(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = dict(all_tables())
    declared = tables[CHARGES]
    kept = tuple(c for c in declared.columns if c.name != "status")
    monkeypatch.setattr("vermeil.doctor.lakehouse.all_tables", lambda: tables)
    tables[CHARGES] = type(declared)(
        name=CHARGES, doc="", key=declared.key, columns=kept, cluster_by=declared.cluster_by
    )
    assert "not declared: status" in look(home)[CHARGES].found
    tables[CHARGES] = replace(
        declared, columns=(*declared.columns, type(kept[0])("colour", "string", "A new one."))
    )
    found = look(home)[CHARGES]
    assert found.state == "warn"
    assert "colour" in found.found


@pytest.mark.parametrize("text", ["{half", "[]"], ids=["no JSON", "another thing"])
def test_a_marker_that_is_damaged(home: Path, text: str) -> None:
    (home / "lakehouse" / marker.FILE).write_text(text, encoding="utf-8")
    found = look(home)
    assert found["format"].state == "fail"
    assert marker.FILE in found["format"].found


def test_a_lakehouse_of_a_newer_version(home: Path) -> None:
    (home / "lakehouse" / marker.FILE).write_text('{"format": 99, "vermeil": "9.0"}', encoding="utf-8")
    assert "Install 9.0 or later" in look(home)["format"].found


def test_a_writer_at_work_is_named(home: Path) -> None:
    with writer_lock(home / "lakehouse", command="vermeil run"):
        found = look(home)
    assert found["lock"].state == "warn"
    assert f"vermeil run (process {os.getpid()}" in found["lock"].found


def test_what_a_dead_run_has_left(home: Path) -> None:
    (home / "lakehouse" / staging.FOLDER / CHARGES / "7").mkdir(parents=True)
    assert CHARGES in look(home)["staging"].found


def test_a_restore_that_was_cut(home: Path) -> None:
    at = "2026-03-01T00:00:00+00:00"
    intent.begin(str(home / "lakehouse"), Intent("1", at, 1, at, {}))
    assert "2026-03-01" in look(home)["releases"].found


def test_readers_that_are_behind(home: Path, spark: SparkSession) -> None:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        lake.touch(CHARGES, {})
    found = look(home)["releases"]
    assert found.state == "warn"
    assert CHARGES in found.found
    latest = releases.latest(str(home / "lakehouse"))
    assert latest is not None
    assert f"{latest.at:%Y-%m-%d}" in found.found


def test_a_key_that_others_can_read(home: Path) -> None:
    key = home / "keys" / "forget.key"
    key.parent.mkdir()
    key.write_text("k", encoding="utf-8")
    key.chmod(0o644)
    found = look(home)["keys"]
    assert (found.state, found.todo) == ("fail", f"chmod 600 {key}")
    key.chmod(0o600)
    assert look(home)["keys"].state == "ok"


def test_a_mapping_that_is_wrong(home: Path) -> None:
    (home / "sources").mkdir()
    (home / "sources" / "mine.yaml").write_text("source: [", encoding="utf-8")
    found = look(home)["sources"]
    assert found.state == "fail"
    assert "mine.yaml" in found.found


def test_a_lakehouse_that_is_a_file(home: Path) -> None:
    shutil.rmtree(home / "lakehouse")
    (home / "lakehouse").write_text("", encoding="utf-8")
    assert look(home)["storage"].found.endswith("is a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_folders_that_are_closed(home: Path) -> None:
    (home / "lakehouse").chmod(0o500)
    (home / "raw" / "events.ndjson").chmod(0)
    try:
        found = look(home)
    finally:
        (home / "lakehouse").chmod(0o700)
    assert found["storage"].state == "fail"
    assert found["raw files"].state == "fail"


def test_a_disk_without_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A full disk cannot be had here without filling one: what is asked of the system is answered otherwise.
    monkeypatch.setattr(
        "vermeil.doctor.places.shutil.disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9)
    )  # type: ignore[attr-defined]
    assert look(home)["disk"].state == "fail"


@pytest.mark.parametrize(
    ("text", "state"), [("concurrency: {}", "warn"), ("a: [", "fail")], ids=["many runs", "no YAML"]
)
def test_a_dagster_home_that_is_not_fit(home: Path, text: str, state: str) -> None:
    (home / "dagster" / "dagster.yaml").write_text(text, encoding="utf-8")
    assert look(home)["dagster"].state == state


def test_a_spark_server_that_does_not_listen(home: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        url = f"sc://127.0.0.1:{taken.getsockname()[1]}"
        found = list(diagnose({"home": home, "engine": url}, {"engine": LOOKS["engine"]}))
    assert found[-1].state == "fail"
    assert "nothing listens" in found[-1].found


def test_a_java_that_is_missing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    found = list(diagnose({"home": home, "engine": "spark"}, {"engine": LOOKS["engine"]}))
    assert "no Java was found" in found[-1].found


def test_a_java_that_is_too_old(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.27\" 2025-04-15' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    found = list(diagnose({"home": home, "engine": "spark"}, {"engine": LOOKS["engine"]}))
    assert found[-1].state == "fail"
    assert found[-1].found == "Java 11 was found; Apache Spark needs 17 or 21"


@NEEDS_DELTA
@pytest.mark.slow
def test_a_spark_that_is_well_leaves_nothing_behind(tmp_path: Path) -> None:
    found = on_spark(tmp_path / "new")
    assert (found["state"], found["todo"]) == ("ok", "")
    assert found["found"].startswith("spark starts and answers in ")
    assert not (tmp_path / "new").exists()


@NEEDS_DELTA
@pytest.mark.slow
def test_a_spark_whose_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        found = on_spark(tmp_path, {"spark.driver.port": port, "spark.port.maxRetries": "0"})
    assert found["state"] == "fail"
    assert "a port that Spark was told to listen at is taken" in found["found"]
    assert "Traceback" not in found["found"]


@NEEDS_DELTA
@pytest.mark.slow
def test_a_spark_without_deltas_jars(tmp_path: Path) -> None:
    found = on_spark(tmp_path, {"spark.jars.packages": ""})
    assert found["state"] == "fail"
    assert "has no Delta" in found["found"]


def on_spark(home: Path, conf: dict[str, str] | None = None) -> dict[str, str]:
    """What the doctor finds of an Apache Spark, in a process of its own: a process has one, set up once."""
    code = (
        "import sys, json, dataclasses; from vermeil.doctor.diagnosis import LOOKS, diagnose;"
        "found = list(diagnose({'home': sys.argv[1], 'engine': 'spark'}, {'engine': LOOKS['engine']}));"
        "print(json.dumps(dataclasses.asdict(found[-1])))"
    )
    settings = SMALL_SPARK | (conf or {})
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        env=os.environ | {"VERMEIL_SPARK_CONF": json.dumps(settings)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said: dict[str, str] = json.loads(done.stdout)
    return said


def test_a_look_that_falls_over_does_not_end_the_others(home: Path) -> None:
    def falls(_: Any) -> Any:
        raise ZeroDivisionError("boom")

    found = [*diagnose({"home": home}, {"odd": falls, "lock": LOOKS["lock"]})]
    assert [(one.subject, one.state) for one in found] == [
        ("settings", "ok"),
        ("odd", "fail"),
        ("lock", "ok"),
    ]
    assert found[1].found == "ZeroDivisionError: boom"


def test_what_does_not_work_ends_the_command_with_one(home: Path) -> None:
    (home / "lakehouse" / marker.FILE).write_text("{half", encoding="utf-8")
    result = CliRunner().invoke(app, ["doctor", "--home", str(home)])
    assert result.exit_code == 1
    assert "1 of" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
