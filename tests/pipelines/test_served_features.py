"""What is served of cards, customers and networks is the same renewed day by day as made anew, whatever came in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.forget import forget
from pipelines.erasure.redactions import sweep
from pipelines.flow import gold
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.frames import clock
from pipelines.gold.features.features_served import RECIPES
from pipelines.gold.shared import served
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

NAMES = [recipe.table.name for recipe in RECIPES]
INPUTS = ("bronze.records", "silver.charges", "silver.customers", *RECIPES[0].inputs)


def refreshed(lake: Lakehouse) -> None:
    outcomes = list(
        flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=[*INPUTS, *NAMES]))
    )
    assert {one.status for one in outcomes if one.table in NAMES} == {"published"}


def wrong(lake: Lakehouse) -> dict[str, int]:
    """Rows that are not those that the inputs give, by table."""
    found = (one for name in NAMES for one in gold.verified(lake, lake.declaration(name)))
    return {one.table: one.count for one in found if one.count or one.not_compared}


def test_renewed_day_by_day_the_rows_are_those_made_anew(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, raw = tmp_path / "archive", tmp_path / "raw"
    simulate(Simulation(days=3, payments_per_day=15, accounts=2), archive, tmp_path / "truth")
    asked: list[int] = []
    newest = clock.newest
    monkeypatch.setattr(served.clock, "newest", lambda *given: asked.append(0) or newest(*given))
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake:
        files = sorted((path.parent.name, path) for path in archive.rglob("dt=*/*"))
        first, second, *_ = sorted({day for day, _ in files})
        for since, until in (("", first), (first, second), (second, "e")):
            for path in (path for day, path in files if since < day <= until):
                (raw / path.relative_to(archive)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, raw / path.relative_to(archive))
            asked.clear()
            refreshed(lake)
            assert len(asked) == 1
            assert wrong(lake) == {}
        customers = lake.table("gold.features_customers").toArrow().to_pylist()
        assert forget(lake, customers[0]["customer_id"]).status == "forgotten"
        assert wrong(lake) == {}
        assert not [path for path in (Path(lake.uri) / "_staging").rglob("*") if path.is_file()]
