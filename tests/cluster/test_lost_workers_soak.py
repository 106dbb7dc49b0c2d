"""The long form: all tables, and whatever a cluster may do to a run; rows are the embedded engine's each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cluster.faults import FEATURES, MERGING, READING, going, ran, strike
from tests.cluster.standalone import Cluster, until
from tests.deliveries import charge
from tests.engine_runs import PATIENCE, add, done
from tests.frames import CREATED, event
from tests.same_rows import differing, tables_at
from tests.soak.conftest import figures as figures
from tests.soak.figures import Figures

pytestmark = [pytest.mark.soak, pytest.mark.engine]

FEW = ("--only", "bronze.records", "--only", "silver.charges")

GIVES_UP = {
    "spark.network.timeout": "20s",
    "spark.network.timeoutInterval": "5s",
    "spark.executor.heartbeatInterval": "4s",
}
"""How long a driver waits for an executor that says nothing."""

HALF = 300_000
"""Bytes of a batch: of the archive there are two, and the second one is merged with what the first one brought."""

LEAST = {"spark.executor.memory": "471m"}
"""Below that Spark starts no executor."""

WHEN = datetime.fromtimestamp(CREATED, UTC)
LARGE = 15 << 20
COUNT = 16
"""Characters of a large record, and how many there are: a quarter of a gigabyte in all."""


@pytest.fixture
def few_expected(archive: Path, tmp_path: Path) -> Path:
    """The home of a few tables of the whole archive, by the embedded engine."""
    home = tmp_path / "few_expected"
    done("embedded", home, "run", "--raw", str(archive), *FEW)
    return home


def test_every_table_is_equal_though_workers_are_lost(
    cluster: Cluster, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    monkeypatch.setenv("VERMEIL_BATCH_BYTES", str(HALF))
    home, expected = tmp_path / "home", tmp_path / "expected"
    done("embedded", expected, "run", "--raw", str(archive))
    with figures.measured(1, "a table made by a cluster three workers of which are killed") as figure:
        figure.tried = len(tables_at(expected / "lakehouse"))
        ended, events = ran(cluster, home, ("--raw", str(archive)), READING, MERGING, FEATURES)
        assert ended.code == 0, ended.err
        assert len(events.removed) >= 3, "fewer executors were lost than were killed"
        wrong = differing(home / "lakehouse", expected / "lakehouse")
        figure.survived = figure.tried - len(wrong)
        assert wrong == []


@pytest.mark.parametrize("during", [READING, MERGING], ids=["reading", "merging"])
def test_a_driver_is_killed_and_the_next_run_goes_on(
    cluster: Cluster,
    archive: Path,
    halves: Sequence[Sequence[Path]],
    few_expected: Path,
    tmp_path: Path,
    during: str,
    figures: Figures,
) -> None:
    home = tmp_path / "home"
    if during == MERGING:  # what is there already is merged with
        add(halves[0], archive, home / "raw")
        done("embedded", home, "run", *FEW)
    add([file for half in halves for file in half], archive, home / "raw")
    at = "it merges" if during == MERGING else "executors read files"
    with figures.measured(1, f"a cluster's driver killed while {at}, and the next run") as figure:
        figure.tried = 1
        with going(cluster, home, FEW) as run:
            worker = strike(cluster, run, during)
            run.kill()
            worker.resume()
            assert run.end().code < 0
        ended, _ = ran(cluster, home, FEW)
        assert ended.code == 0, ended.err
        wrong = differing(home / "lakehouse", few_expected / "lakehouse")
        figure.survived = int(not wrong)
        assert wrong == []


def test_a_worker_that_stood_still_wakes_up_and_changes_nothing(
    cluster: Cluster, archive: Path, few_expected: Path, tmp_path: Path, figures: Figures
) -> None:
    home = tmp_path / "home"
    add([file for file in archive.rglob("*") if file.is_file()], archive, home / "raw")
    with figures.measured(
        1, "a cluster's worker that stood still until it was given up, and woke up"
    ) as figure:
        figure.tried = 1
        with going(cluster, home, FEW, GIVES_UP) as run:
            worker = strike(cluster, run, READING)
            until(run.events.has_lost_one, PATIENCE, "the driver to give the executor up")
            worker.resume()
            ended = run.end()
        assert ended.code == 0, ended.err
        wrong = differing(home / "lakehouse", few_expected / "lakehouse")
        figure.survived = int(not wrong)
        assert wrong == []


def test_executors_without_memory_end_a_run_in_one_line_and_the_next_one_goes_on(
    cluster: Cluster, tmp_path: Path, figures: Figures
) -> None:
    home, expected = tmp_path / "home", tmp_path / "expected"
    raw = tmp_path / "raw"
    raw.mkdir()
    _write_large(raw / "events.ndjson")
    asked = ("--raw", str(raw), *FEW)
    with figures.measured(1, "a cluster's executors out of memory, and the next run with more") as figure:
        figure.tried = 1
        first, events = ran(cluster, home, asked, conf=LEAST)
        assert first.code == 1
        assert events.removed
        [line] = first.said
        assert "ran out of memory" in line
        assert "spark.executor.memory" in line
        second, _ = ran(cluster, home, asked, conf={"spark.executor.memory": "2g"})
        assert second.code == 0, second.err
        done("embedded", expected, "run", *asked)
        wrong = differing(home / "lakehouse", expected / "lakehouse")
        figure.survived = int(not wrong)
        assert wrong == []


def _write_large(file: Path) -> None:
    """Events of one charge, whose records are as long as Vermeil reads at most."""
    with file.open("w", encoding="utf-8") as lines:
        for number in range(COUNT):
            subject = charge(f"ch_{number}", WHEN) | {"description": f"{number:02d}" * (LARGE // 2)}
            lines.write(json.dumps(event(subject, "charge.succeeded", CREATED, f"evt_{number}")) + "\n")
