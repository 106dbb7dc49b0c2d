"""Tables of a simulated archive are as DuckDB reckons them from silver, to the last minor unit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.oracles import ORACLES
from tests.small_lakehouse import home as home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FEW = {"gold.churn_monthly", "gold.dunning"}
"""What a small archive has little of: months, and invoices that are not paid at once."""

pytestmark = [pytest.mark.slow, pytest.mark.engine]


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        yield lakehouse


@pytest.mark.parametrize("name", ORACLES)
def test_a_table_is_as_reckoned_from_silver(lake: Lakehouse, name: str) -> None:
    expected = ORACLES[name].reckoned(lake, name)
    assert len(expected) > (2 if name in FEW else 20)
    assert texts(lake.table(name).toArrow().to_pylist()) == expected
