"""Small lakehouses made from simulated archives, each once per session: making one takes a minute on Apache Spark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, Summary, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ARCHIVE = Simulation(seed=11, days=40, payments_per_day=20, accounts=4)
FEW_DAYS = Simulation(days=4, payments_per_day=10, accounts=2)


@dataclass(frozen=True)
class Made:
    """The home of a lakehouse with the archive in its folder ``raw``, and what the archive holds."""

    home: Path
    archive: Summary


def small_home(base: Path, spark: SparkSession) -> Path:
    """The home of the lakehouse below a session's own folder; it is filled when first asked for."""
    home = base / "small_lakehouse"
    if not home.exists():
        _made(home, ARCHIVE, spark)
    return home


def _made(home: Path, archive: Simulation, spark: SparkSession) -> Made:
    summary = simulate(archive, home / "raw", home.with_name(f"{home.name}_truth"))
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        outcomes = list(flow.refresh(lake, flow.Run(home / "raw", accept_all, sweep)))
    assert not any(outcome.failed for outcome in outcomes)
    return Made(home, summary)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A filled home; tests read it and do not write to it."""
    return small_home(tmp_path_factory.getbasetemp(), spark)


@pytest.fixture(scope="session")
def few_days(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Made:
    """A home of four days; tests copy it and do not write to it."""
    return _made(tmp_path_factory.mktemp("few_days") / "home", FEW_DAYS, spark)
