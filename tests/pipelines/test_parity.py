"""Both engines make the same rows of the same records."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from frames import KEY, Json, read_folder, rows

from pipelines.catalog import tables_of
from pipelines.silver.shared.build import build
from pipelines.silver.shared.within import on_their_own
from pipelines.simulate import Simulation, simulate
from pipelines.sources.mapping import stripe
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SILVER = [table for table in tables_of("silver") if table.object_type]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bronze rows of a small archive with all its dirt, a Parquet file for each type of object."""
    folder = tmp_path_factory.mktemp("archive")
    simulation = Simulation(start=date(2026, 3, 1), days=8, payments_per_day=12, accounts=3, upgrade_day=4)
    simulate(simulation, folder / "raw", folder / "truth")
    bronze = read_folder(folder / "raw").drop_columns(["payload_bytes"])
    for table in SILVER:
        types = pa.array(table.object_types)
        pq.write_table(bronze.filter(pc.is_in(bronze["object_type"], types)), folder / table.short_name)
    return folder


@pytest.mark.parametrize("table", SILVER, ids=lambda table: table.short_name)
def test_a_silver_table_is_the_same_on_both_engines(
    two_engines: tuple[SparkSession, SparkSession], records: Path, table: Table
) -> None:
    def built(session: SparkSession) -> list[Json]:
        bronze = session.read.parquet(str(records / table.short_name))
        return rows(build(on_their_own(bronze.filter("fault is null")), table, stripe(), KEY), "record_id")

    here, there = map(built, two_engines)
    assert here == there
