"""Gold is read by others without this project, as the how-to says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to.md"

pytestmark = pytest.mark.engine


@pytest.fixture
def read(few_days: Made, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the how-to's program leaves."""
    section = HOW_TO.read_text(encoding="utf-8").split("\n## Read gold with other tools")[1]
    program = section.split("```python")[1].split("```")[0]
    monkeypatch.setenv("VERMEIL_HOME", str(few_days.home))
    names: dict[str, Any] = {}
    exec(program, names)
    return names


def test_others_read_the_same_figures(read: dict[str, Any], few_days: Made, spark: SparkSession) -> None:
    with Lakehouse(load_settings({"home": few_days.home}), all_tables(), spark) as lake:
        rows = lake.table("gold.payments_daily").collect()
    by_day: Counter[tuple[Any, str]] = Counter()
    by_currency: Counter[str] = Counter()
    for row in rows:
        by_day[row.date, row.currency] += row.captured_minor
        by_currency[row.currency] += row.captured_minor
    assert sum(by_currency.values()) > 0
    assert {(day, currency): total for day, currency, total in read["by_day"].iter_rows()} == by_day
    assert dict(read["captured"]) == by_currency
    assert read["daily"].groupby("currency").captured_minor.sum().to_dict() == by_currency
