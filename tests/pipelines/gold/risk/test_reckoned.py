"""Tables about risk are as DuckDB reckons them from silver of chance, to the last minor unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.gold.shared.recipe import recipe
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.risk.rows_of_chance import Lake, rows
from tests.pipelines.gold.risk_oracle import RARE, RISK, RULED
from tests.pipelines.gold.silver_rows import frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ORACLES = {name: oracle for oracle in (RARE, RISK, RULED) for name in oracle.queries}


def made(lake: Lake, name: str) -> DataFrame:
    """A table of silver, or of gold as it follows from silver; what a model says is made up as well."""
    if name.startswith("silver.") or name in lake.rows:
        return lake.table(name)
    how = recipe(name)
    found = how.whole({source: made(lake, source) for source in how.inputs}, None).toArrow()
    return frame(lake.spark, name, found.to_pylist())


@pytest.mark.parametrize("name", ORACLES)
def test_a_table_is_as_reckoned_from_silver_of_chance(spark: SparkSession, name: str) -> None:
    lake = Lake(spark, rows())
    expected = ORACLES[name].reckoned(lake, name)
    found = texts(made(lake, name).toArrow().to_pylist())
    assert len(expected) > 10
    assert found == expected
