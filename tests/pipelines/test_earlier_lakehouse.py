"""A lakehouse that an earlier Vermeil has written opens as it is, and goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.upkeep.verify import verify

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

EARLIER = Path(__file__).with_name("earlier_lakehouse.tar.xz")
"""A lakehouse of two simulated payments that 14bd1c3 has written, with the tests' key, before the code was laid out
anew; and events of the next day, which it has not seen."""

CHARGES = {"ch_3Bid1Db0it7ivF4Py", "ch_3ETNi1wYp4XW4RVWp"}
NEXT_DAY = {"ch_3q8EOVWhi0pROglQA", "ch_3dxfKu2RCOXrpowdU", "ch_3MSEPDii8k9RlfSrA"}


@pytest.fixture
def earlier(tmp_path: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    shutil.unpack_archive(EARLIER, tmp_path)
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake:
        yield lake


def charges(lake: Lakehouse, name: str) -> set[str]:
    return {row[0] for row in lake.table(name).select("charge_id").collect()}


def sound(lake: Lakehouse) -> bool:
    found = verify(lake)
    assert found.differences == ()
    assert len(found.tables) > 20
    return audit(lake).balanced


def test_it_is_what_it_was(earlier: Lakehouse) -> None:
    assert sound(earlier)
    assert charges(earlier.released(), "silver.charges") == CHARGES


def test_it_takes_in_what_comes_next(earlier: Lakehouse, tmp_path: Path) -> None:
    (tmp_path / "later").rename(tmp_path / "raw")
    with earlier.writing():
        outcomes = list(flow.refresh(earlier, flow.Run(tmp_path / "raw", validate, sweep)))
    assert [o for o in outcomes if o.failed or o.status in ("refused", "skipped")] == []
    assert sound(earlier)
    for name in ("silver.charges", "gold.features_payments", "gold.fraud_labels"):
        assert charges(earlier, name) == CHARGES | NEXT_DAY
    paid = earlier.released().sql(
        "select cast(date as string), captured_count from gold.payments_daily order by 1"
    )
    assert [tuple(row) for row in paid.collect()] == [("2026-03-01", 2), ("2026-03-02", 3)]
