"""Two runs at once on one lakehouse, as two cron jobs would start them; one of them killed while it holds the lock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from pipelines.catalog import all_tables
from pipelines.delta import releases
from pipelines.delta.lock import FILE, holder
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
SMALL = Simulation(start=date(2026, 3, 1), days=1, payments_per_day=6, accounts=1)
PATIENCE = 300


@pytest.fixture
def home(tmp_path: Path) -> Path:
    simulate(SMALL, tmp_path / "raw", tmp_path / "truth")
    return tmp_path


def start(home: Path, *options: str) -> subprocess.Popen[str]:
    code = "from vermeil.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "run", "--home", str(home), "--only", "bronze.records", "--json", *options],
        cwd=ROOT, env=os.environ.copy(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def holding(home: Path, process: subprocess.Popen[str]) -> bool:
    """Whether a process has come to hold the lock, or has ended."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        found = holder(home / "lakehouse") if (home / "lakehouse" / FILE).exists() else None
        if found and found.pid == process.pid:
            return True
        time.sleep(0.01)
    return False


def ingested(process: subprocess.Popen[str]) -> int:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return int(json.loads(output)["ingested"])


def test_many_runs_at_once_take_the_files_in_once_and_a_dead_one_keeps_nobody_out(home: Path) -> None:
    first = start(home)
    assert holding(home, first)
    first.send_signal(signal.SIGSTOP)  # it holds the lock for as long as this test wants

    refused = start(home)
    _, errors = refused.communicate(timeout=PATIENCE)
    assert refused.returncode == 1
    assert f"vermeil run (process {first.pid}" in errors
    assert "Traceback" not in errors

    waiting = [start(home, "--wait", str(PATIENCE)) for _ in range(2)]
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    none, all_of_them = sorted(ingested(process) for process in waiting)
    assert none == 0 < all_of_them
    with Lakehouse(load_settings({"home": home}), all_tables()) as lake:
        assert lake.table("bronze.records").count() == all_of_them
        assert [found.number for found in releases.newest_first(lake.uri)] == [1]
