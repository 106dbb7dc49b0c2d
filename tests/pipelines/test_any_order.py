"""The same records in any files, in any order, some twice, in any batches: the same silver, gold and quarantine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.archives import Delivery, deliver, deliveries, write_archive
from tests.same_rows import differing_answers

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.engine, pytest.mark.slow]

TABLES = (
    "bronze.records",
    "silver.quarantine",
    "silver.charges",
    "silver.refunds",
    "silver.disputes",
    "silver.dispute_history",
    "gold.audit",
    "gold.payments_daily",
    "gold.schema_drift",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any_order") / "raw"
    write_archive(folder, seed=5, days=2)
    return folder


@pytest.fixture(scope="module")
def expected(archive: Path, spark: SparkSession) -> Path:
    home = archive.parent / "expected"
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        list(flow.refresh(lake, flow.Run(archive, accept_all, sweep, only=TABLES)))
    return home / "lakehouse"


@settings(
    max_examples=1 if load_settings().engine == "spark" else 2,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(how=deliveries)
def test_any_delivery_of_the_same_records_gives_the_same_tables(
    how: Delivery, archive: Path, expected: Path, tmp_path: Path, spark: SparkSession
) -> None:
    home = tmp_path / "home"
    shutil.rmtree(home, ignore_errors=True)
    given_settings = load_settings({"home": home, "batch_bytes": how.batch_bytes})
    with Lakehouse(given_settings, all_tables(), spark) as lake:
        for _ in deliver(archive, home / "raw", how):
            list(flow.refresh(lake, flow.Run(home / "raw", accept_all, sweep, only=TABLES)))
        assert audit(lake).balanced
    assert differing_answers(home / "lakehouse", expected) == []
