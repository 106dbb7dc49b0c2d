"""Small lakehouses made from simulated archives, each once per session: making one takes a minute on Apache Spark."""

from __future__ import annotations

import os
import pickle
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, Summary, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ARCHIVE = Simulation(start=date(2026, 3, 20), days=45, payments_per_day=20, accounts=4)
FEW_DAYS = Simulation(days=4, payments_per_day=10, accounts=2)


@dataclass(frozen=True)
class Made:
    """The home of a lakehouse with the archive in its folder ``raw``, and what the archive holds."""

    home: Path
    archive: Summary


def shared(factory: pytest.TempPathFactory, name: str, archive: Simulation, spark: SparkSession) -> Made:
    """The lakehouse of an archive, made by the worker that first asks for it; the others wait, and read it too."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "lakehouses"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_made(folder / name, archive, spark)))
        made: Made = pickle.loads(kept.read_bytes())
    return made


def _made(home: Path, archive: Simulation, spark: SparkSession) -> Made:
    shutil.rmtree(home, ignore_errors=True)  # of a worker that did not end
    summary = simulate(archive, home / "raw", home.with_name(f"{home.name}_truth"))
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        outcomes = list(flow.refresh(lake, flow.Run(home / "raw", accept_all, sweep)))
    assert not any(outcome.failed for outcome in outcomes)
    return Made(home, summary)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A filled home; tests read it and do not write to it."""
    return shared(tmp_path_factory, "small", ARCHIVE, spark).home


@pytest.fixture(scope="session")
def few_days(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Made:
    """A home of four days; tests copy it and do not write to it."""
    return shared(tmp_path_factory, "few_days", FEW_DAYS, spark)
