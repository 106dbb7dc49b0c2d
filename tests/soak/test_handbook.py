"""The long form of mapped files: every day of the Fraud Detection Handbook, through all tables."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.handbook.intake import MAPPING
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.soak.figures import Figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak


def test_every_row_of_the_handbook_is_a_payment(
    handbook: Path,
    spark: SparkSession,
    tmp_path: Path,
    figures: Figures,
) -> None:
    days = sorted(handbook.glob("*.csv.gz"))
    rows = sum(gzip.decompress(day.read_bytes()).count(b"\n") - 1 for day in days)
    (copied := tmp_path / "raw" / "handbook").mkdir(parents=True)
    for day in days:
        (copied / day.name).write_bytes(day.read_bytes())
    with figures.measured(12, "a row of the handbook's CSV files, taken to silver and gold") as figure:
        figure.tried = rows
        settings = load_settings({"home": tmp_path, "sources": str(MAPPING)})
        with Lakehouse(settings, all_tables(), spark) as lake:
            run = flow.Run(tmp_path / "raw", accept_all, sweep)
            assert not [o for o in flow.refresh(lake, run) if o.failed]
            counted = audit(lake)
            assert counted.balanced
            figure.survived = counted.total.current
            taken = lake.sql("select sum(captured_count) from gold.payments_daily").collect()[0][0]
    assert taken == rows
