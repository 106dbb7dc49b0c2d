"""gold.exchange_rates_daily: what each currency that an account settles in was in the reporting currency, day by day.

Empty where ``VERMEIL_REPORTING_CURRENCY`` names none.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.delta.schemas import arrow_schema
from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered
from pipelines.gold.finance import balance_change_daily
from pipelines.gold.shared.rates import LIMIT_DAYS, Rates, rates
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BALANCES = balance_change_daily.TABLE.name

TABLE = Table(
    name="gold.exchange_rates_daily",
    doc=(
        "One row per currency and day on which something was booked in it, with its reference rate to the reporting currency. "
        "Empty without VERMEIL_REPORTING_CURRENCY; all rows follow it, and the rates, when they change."
    ),
    key=("currency", "date"),
    columns=(
        Column("currency", "string", "ISO 4217 code of a currency that accounts settle in.", required=True, currency=True),
        Column("date", "date", "Day, UTC.", required=True),
        Column("reporting_currency", "string", "ISO 4217 code of the currency that it is told in.", required=True, currency=True),
        Column("rate", "double", "What one unit is in reporting_currency, in major units; null where no rate is known. For reading: see minor_rate."),
        Column("minor_rate", "string", "What one minor unit is in minor units of reporting_currency, a decimal number with twelve places: what amounts are multiplied by."),
        Column("rate_date", "date", f"Day that the rate was published for: the same, or the last one with a rate, up to {LIMIT_DAYS} days before."),
        Column("rate_source", "string", "Who told it: ecb, the European Central Bank; file and its name; same, where both are one currency."),
    ),
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days on which something was booked, or no longer is."""
    del now
    return altered(changed[BALANCES], ["account", "currency", "date"]).select("date")


def build(now: Mapping[str, DataFrame], dates: Dates, given: Rates | None = None) -> DataFrame:
    """The rows of some days."""
    told = given or Rates()
    booked = on_dates(now[BALANCES], "date", dates).select("currency", "date").distinct()
    found = [] if told.currency is None else booked.collect()
    rows = [_row(told, currency, day) for currency, day in sorted(found)]
    if not rows:
        return booked.sparkSession.createDataFrame([], TABLE.spark_schema())
    return booked.sparkSession.createDataFrame(pa.Table.from_pylist(rows, arrow_schema(TABLE)))


def _row(told: Rates, currency: str, day: date) -> dict[str, object]:
    found = told.on(currency, day)
    return {"currency": currency, "date": day, "reporting_currency": told.currency} | (
        {
            "rate": float(found.rate),
            "minor_rate": f"{found.minor:f}",
            "rate_date": found.published,
            "rate_source": found.source,
        }
        if found
        else {}
    )


RECIPE = ByDay(TABLE, inputs=(BALANCES,), dates=dates, build=build, context=rates)
