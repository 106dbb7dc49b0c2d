"""The long form of "any order, any batch": many archives, each delivered in many ways, into all tables."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.archives import Delivery, deliver, deliveries, write_archive
from tests.same_rows import differing_answers
from tests.soak.figures import Figure, Figures, seed_of, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

ARCHIVES = 5


def test_any_delivery_of_the_same_records_gives_the_same_tables(
    tmp_path: Path, spark: SparkSession, figures: Figures
) -> None:
    first = seed_of(7)
    deliveries_each = max(1, size_of("orders", 100) // ARCHIVES)
    with figures.measured(2, "an archive split, shuffled, doubled and delivered in parts", first) as figure:
        for number in range(first, first + ARCHIVES):
            base = tmp_path / str(number)
            write_archive(base / "raw", number, days=1 + number % 3)
            _open_and_run(base / "expected", base / "raw", None, spark)
            _try(base, number, deliveries_each, spark, figure)


def _try(base: Path, number: int, times: int, spark: SparkSession, figure: Figure) -> None:
    @seed(number)
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(how=deliveries)
    def delivered(how: Delivery) -> None:
        figure.tried += 1
        home = base / "delivered"
        shutil.rmtree(home, ignore_errors=True)
        balanced = _open_and_run(home, base / "raw", how, spark)
        found = differing_answers(home / "lakehouse", base / "expected" / "lakehouse")
        figure.survived += balanced and not found
        if found or not balanced:
            shutil.copytree(home, base / f"lost-{figure.tried}")
        print(f"archive {number}: {how}: {', '.join(found) or 'the same'}", flush=True)

    delivered()


def _open_and_run(home: Path, archive: Path, how: Delivery | None, spark: SparkSession) -> bool:
    """Take an archive in as it stands, or as it is delivered; whether the audit balances in the end."""
    chosen = {"home": home} | ({"batch_bytes": how.batch_bytes} if how else {})
    with Lakehouse(load_settings(chosen), all_tables(), spark) as lake:
        for raw in [archive] if how is None else (home / "raw" for _ in deliver(archive, home / "raw", how)):
            list(flow.refresh(lake, flow.Run(raw, accept_all, sweep)))
        return audit(lake).balanced
