"""A small lakehouse made from a simulated archive, once per test session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines import flow
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.sources.mapping import stripe
from pipelines.verdict import accept_all

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ARCHIVE = Simulation(seed=11, days=40, payments_per_day=20, accounts=4)


def small_home(base: Path, spark: SparkSession) -> Path:
    """The home of the lakehouse below a session's own folder; it is filled when first asked for."""
    home = base / "small_lakehouse"
    if not home.exists():
        simulate(ARCHIVE, home / "raw", base / "truth")
        with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
            outcomes = list(flow.refresh(lake, flow.Run(home / "raw", stripe(), accept_all, sweep)))
        assert not any(outcome.failed for outcome in outcomes)
    return home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A filled home; tests read it and do not write to it."""
    return small_home(tmp_path_factory.getbasetemp(), spark)
