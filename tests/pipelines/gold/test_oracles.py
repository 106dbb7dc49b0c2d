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

pytestmark = [pytest.mark.slow, pytest.mark.engine]


FEW = {
    "gold.churn_monthly": 2,
    "gold.cohort_retention_monthly": 10,
    "gold.coupons_used": 10,
    "gold.dunning": 2,
    "gold.merchants_overview": 3,
    "gold.onboarding_daily": 3,
    "gold.refunds_enriched": 5,
    "gold.rule_performance": 3,
    "gold.verification_funnel_daily": 5,
}
"""Rows, about, of which the archive gives no more: it has four accounts, two months, few
invoices that are not paid at once or discounted, and few identity checks."""


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        yield lakehouse


@pytest.mark.parametrize("name", ORACLES)
def test_a_table_is_as_reckoned_from_silver(lake: Lakehouse, name: str) -> None:
    expected = ORACLES[name].reckoned(lake, name)
    assert len(expected) > FEW.get(name, 20)
    assert texts(lake.table(name).toArrow().to_pylist()) == expected
