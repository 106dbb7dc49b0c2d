"""What a run asks of Apache Spark is bounded, and does not grow with the number of days.

Counted by Spark's own log of events, so that a regression shows without a clock. The ceilings are about a third above
what was counted when they were set.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines.simulate import Simulation, simulate
from tests.conftest import ROOT, SPARK_CONF
from tests.spark_events import Asked, asked, logging_to

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("VERMEIL_ENGINE") != "spark",
        reason="counts what Apache Spark does for the engine spark",
    ),
]

TABLES = ("bronze.records", "silver.charges", "silver.refunds", "gold.payments_daily")
FIRST = Asked(jobs=60, queries=55, tasks=120, plan=300_000)
ONE_MORE_DAY = Asked(jobs=60, queries=55, tasks=135, plan=300_000)
NOTHING_NEW = Asked(jobs=1, queries=1, tasks=2, plan=60_000)


def run(home: Path, name: str) -> Asked:
    """Run the tables in a process of its own; what it asked of Spark."""
    events = home / "events" / name
    command = [
        "run",
        "--home",
        str(home),
        "--json",
        *(word for table in TABLES for word in ("--only", table)),
    ]
    done = subprocess.run(
        [sys.executable, "-c", "from vermeil.cli import main; main()", *command],
        cwd=ROOT,
        env={
            **os.environ,
            "VERMEIL_SPARK_CONF": json.dumps(SPARK_CONF | logging_to(events)),
            "VERMEIL_DRIVER_COMMIT_BYTES": str(32 << 20),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return asked(events)


def archive(home: Path, days: int, payments_per_day: int) -> None:
    simulate(
        Simulation(
            start=date(2026, 3, 1), days=days, payments_per_day=payments_per_day, accounts=1, dirt=False
        ),
        home / "raw",
        home / "truth",
    )


def within(found: Asked, most: Asked) -> bool:
    return all(found.__dict__[name] <= limit for name, limit in most.__dict__.items())


def test_a_run_asks_no_more_of_spark_than_it_has_to(tmp_path: Path) -> None:
    archive(tmp_path, days=6, payments_per_day=8)
    later = tmp_path / "later"
    for file in [file for file in (tmp_path / "raw").rglob("dt=2026-03-06/*") if file.is_file()]:
        held = later / file.relative_to(tmp_path / "raw")
        held.parent.mkdir(parents=True, exist_ok=True)
        file.rename(held)
    first = run(tmp_path, "first")
    shutil.copytree(later, tmp_path / "raw", dirs_exist_ok=True)
    more = run(tmp_path, "more")
    nothing = run(tmp_path, "nothing")
    told = {
        "first": (first, FIRST),
        "one more day": (more, ONE_MORE_DAY),
        "nothing new": (nothing, NOTHING_NEW),
    }
    assert not {name: found for name, (found, most) in told.items() if not within(found, most)}


def test_neither_tasks_nor_plans_grow_with_the_number_of_days(tmp_path: Path) -> None:
    archive(tmp_path / "few", days=10, payments_per_day=12)
    archive(tmp_path / "many", days=120, payments_per_day=1)
    few, many = run(tmp_path / "few", "first"), run(tmp_path / "many", "first")
    assert many.jobs <= few.jobs * 1.1
    assert many.tasks <= few.tasks * 1.2
    assert many.plan <= few.plan * 1.2
