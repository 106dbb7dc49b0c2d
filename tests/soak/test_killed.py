"""The long form of the promises: the whole pipeline, killed at random moments, ends where an undisturbed one ends."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.audit import audit
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        load_settings().engine != "embedded",
        reason="kills the process that holds the engine: a cluster's is not ours",
    ),
]

KILLS = int(os.environ.get("VERMEIL_SOAK_KILLS", "40"))
SEED = int(os.environ.get("VERMEIL_SOAK_SEED", "7"))
BOOKKEEPING = {"ingest_id", "record_id"}


def command(home: Path) -> list[str]:
    code = "from assets.cli import main; main()"
    return [sys.executable, "-c", code, "run", "--home", str(home)]


def environment() -> dict[str, str]:
    return {**os.environ, "VERMEIL_BATCH_BYTES": "400000"}


def content(lake: Lakehouse, name: str) -> list[str]:
    rows = lake.table(name)
    kept = [column for column in rows.columns if column not in BOOKKEEPING]
    return sorted(str(row) for row in rows.select(*kept).toArrow().to_pylist())


def test_killed_at_random_moments_and_run_again(tmp_path: Path, spark: SparkSession) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    simulate(Simulation(days=6, payments_per_day=12, accounts=3), undisturbed / "raw", tmp_path / "truth")
    shutil.copytree(undisturbed / "raw", killed / "raw")
    started = time.monotonic()
    subprocess.run(command(undisturbed), env=environment(), check=True, capture_output=True)
    whole = time.monotonic() - started

    moments = random.Random(SEED)
    survived = 0
    for _ in range(KILLS):
        if survived == 3:  # all is taken in: begin again, so that kills go on meeting work
            shutil.rmtree(killed / "lakehouse")
            survived = 0
        process = subprocess.Popen(
            command(killed), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(timeout=moments.uniform(1.0, whole))
            assert process.returncode == 0
            survived += 1
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    subprocess.run(command(killed), env=environment(), check=True, capture_output=True)

    lakes = [Lakehouse(load_settings({"home": home}), all_tables(), spark) for home in (undisturbed, killed)]
    for name, table in all_tables().items():
        if table.layer != "bronze":
            one, other = (content(lake, name) for lake in lakes)
            assert one == other, name
    assert audit(lakes[1], stripe()).balanced
    assert not [path for path in (killed / "lakehouse" / "_staging").rglob("*") if path.is_file()]
