"""What a person does to a lakehouse, on one in an object store: maintain it, go back, rebuild, compare."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.upkeep import maintenance
from tests.object_store.server import Store
from tests.object_store.uploads import upload
from vermeil.cli import commands

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(load_settings().engine != "embedded", reason="delta-rs keeps house here"),
]

ONLY = ("bronze.records", "silver.quarantine", "silver.charges")
CHARGES = "silver.charges"


def test_a_lakehouse_is_maintained_expunged_and_taken_back(store: Store, tmp_path: Path) -> None:
    simulate(Simulation(days=2, payments_per_day=6, accounts=2), tmp_path / "raw", tmp_path / "truth")
    files = sorted(path for path in (tmp_path / "raw").rglob("*") if path.is_file())
    upload(tmp_path / "raw", store.url("raw"), files[::2])
    with Lakehouse.open(tmp_path, lakehouse=store.url("lakehouse"), raw=store.url("raw")) as lake:
        list(commands.refresh(lake, ONLY, (), lambda _: None))
        before, version = lake.count(CHARGES), lake.version(CHARGES)
        upload(tmp_path / "raw", store.url("raw"))
        list(commands.refresh(lake, ONLY, (), lambda _: None))
        after = lake.count(CHARGES)
        assert after > before
        assert version is not None
        with lake.writing("vermeil restore"):
            lake.restore(CHARGES, version)
            assert lake.table(CHARGES).count() == before
        list(commands.refresh(lake, ONLY, (), lambda _: None))
        assert lake.count(CHARGES) == after
        with lake.writing("vermeil maintain") as draft:
            nothing = maintenance.Policy(keep_hours=0, log_hours=0)
            list(maintenance.maintain(lake, draft, datetime.now(UTC), policies=lambda _: nothing))
        with lake.writing("vermeil forget"):
            lake.housekeeping(CHARGES).expunge()
        assert lake.table(CHARGES).count() == after
        assert not any(one.failed for one in commands.refresh(lake, ONLY, (), lambda _: None))
