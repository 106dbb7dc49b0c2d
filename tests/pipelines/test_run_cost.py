"""What a run asks of the embedded engine and of Delta's logs is bounded, and does not grow with the number of days.

Counted, so that a regression shows without a clock. The ceilings are about a tenth above what was counted when they
were set; on Apache Spark see test_spark_cost.py.
"""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow.refresh import refresh
from pipelines.flow.steps import Run
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.engine_requests import Requests, counted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("VERMEIL_ENGINE") == "spark", reason="counts what is asked of the embedded engine"
    ),
]

TABLES = ("bronze.records", "silver.charges", "silver.refunds", "gold.payments_daily")

FIRST, MORE = (4.4, 4.0, 1.2), (6.6, 5.6, 3.0)
"""Queries, questions about plans and opened logs of each table that gets rows, on average, of a first load and of one
more day: staged, judged by a handful of queries, published, its log read; of one more day also what has changed and
which days that touches. Two tables about risk ask some twenty each: they look up the days of every input by itself, as
the embedded engine needs it.
"""

PLAN = 1_200_000
"""Bytes of the largest plan: that of the drift holds what is known of records by now."""


def archive(home: Path, days: int, payments_per_day: int) -> None:
    simulate(
        Simulation(start=date(2026, 3, 1), days=days, payments_per_day=payments_per_day, dirt=False),
        home / "raw",
        home / "truth",
    )


def run(home: Path, *only: str) -> tuple[Requests, int]:
    """Run some tables or all; what was asked, and how many tables got rows."""
    with Lakehouse(load_settings({"home": home}), all_tables()) as lake:
        assert lake.spark
        with lake.writing(), counted() as found:
            outcomes = list(refresh(lake, Run(home / "raw", validate, sweep, only=only)))
        assert not [one for one in outcomes if one.status in ("refused", "skipped")]
        return found, len({one.table for one in outcomes if one.status == "published"})


def test_a_run_asks_no_more_than_it_has_to(tmp_path: Path) -> None:
    archive(tmp_path, days=6, payments_per_day=8)
    later = tmp_path / "later"
    for file in [file for file in (tmp_path / "raw").rglob("dt=2026-03-06/*") if file.is_file()]:
        held = later / file.relative_to(tmp_path / "raw")
        held.parent.mkdir(parents=True, exist_ok=True)
        file.rename(held)
    first = run(tmp_path)
    shutil.copytree(later, tmp_path / "raw", dirs_exist_ok=True)
    more = run(tmp_path)
    for (found, tables), (queries, analyses, logs) in ((first, FIRST), (more, MORE)):
        assert found.queries <= queries * tables
        assert found.analyses <= analyses * tables
        assert found.logs <= logs * tables
        assert found.plan <= PLAN
    nothing, tables = run(tmp_path)
    assert (tables, nothing.plan < 1_000) == (0, True)
    assert nothing.queries <= 1
    assert nothing.logs <= len(all_tables())  # each once


def test_nothing_grows_with_the_number_of_days(tmp_path: Path) -> None:
    archive(tmp_path / "few", days=10, payments_per_day=12)
    archive(tmp_path / "many", days=120, payments_per_day=1)
    (few, _), (many, _) = run(tmp_path / "few", *TABLES), run(tmp_path / "many", *TABLES)
    assert {name: most for name, most in vars(many).items() if most > 1.1 * vars(few)[name]} == {}
