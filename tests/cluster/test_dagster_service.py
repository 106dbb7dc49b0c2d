"""Dagster's instance as deploy/dagster.yaml has it, on a real PostgreSQL: runs, events and schedules are kept there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from pipelines.simulate import Simulation, simulate
from tests.pipelines.export.postgresql import server as server
from tests.pipelines.export.postgresql import url as url

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DAGSTER = Path(sys.executable).with_name("dagster")
CODE = ("--module-name", "assets.definitions")
TABLES = "bronze/records,bronze/files,silver/refunds"


@pytest.fixture
def service(url: str, tmp_path: Path) -> Mapping[str, str]:
    """Variables of a service whose home has a few raw files and the instance of deploy/."""
    simulate(Simulation(days=2, payments_per_day=5, accounts=1), tmp_path / "raw", tmp_path / "truth")
    (tmp_path / "dagster").mkdir()
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster")
    return {
        **os.environ,
        "VERMEIL_HOME": str(tmp_path),
        "VERMEIL_ENGINE": "embedded",
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "DAGSTER_POSTGRES_URL": url.replace("postgresql:", "postgresql+psycopg2:"),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }


def dagster(service: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(DAGSTER), *words, *CODE],
        cwd=ROOT,
        env=dict(service),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_runs_events_and_schedules_are_kept_in_postgresql(service: Mapping[str, str], url: str) -> None:
    dagster(service, "asset", "materialize", "--select", TABLES)
    dagster(service, "schedule", "start", "--start-all")
    dagster(service, "sensor", "start", "--start-all")
    with psycopg.connect(url) as database:
        assert database.execute("select status, count(*) from runs group by status").fetchall() == [
            ("SUCCESS", 1)
        ]
        made = "select distinct asset_key from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
        keys = {"/".join(json.loads(key)) for (key,) in database.execute(made).fetchall()}
        assert keys >= set(TABLES.split(","))
        on = (
            "select instigator_type, count(*) from instigators where status = 'RUNNING' group by 1 order by 1"
        )
        assert database.execute(on).fetchall() == [("SCHEDULE", 4), ("SENSOR", 4)]
    kept = Path(service["DAGSTER_HOME"])
    assert not list(kept.rglob("*.db")), "something is still kept in a file"
