"""gold.revenue_converted_daily: what was earned and paid out, in the reporting currency beside the one it was booked in.

The sums of a day are converted, not each movement: the rate of a day is one, so that a day's sum is rounded once, where
thousands of movements would add up thousands of roundings. Parts are rounded, and their totals are sums of them: what adds
up in one currency does in the other.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, combined
from pipelines.frames.united import united
from pipelines.gold.finance import balance_change_daily, exchange_rates_daily, revenue_daily
from pipelines.gold.shared.contract import ACCOUNT, count, dimension, movement
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

REVENUE, BALANCES, RATES = (
    one.TABLE.name for one in (revenue_daily, balance_change_daily, exchange_rates_daily)
)

_PARTS = {
    "gross_minor": "Gross amount of payments booked, less those that failed after that.",
    "refunds_minor": "Refunds, and those that failed and came back; negative for given back.",
    "disputes_minor": "Disputed amounts withdrawn and reinstated; negative for withdrawn.",
    "platform_earnings_minor": "Application fees earned from connected accounts, less those given back.",
    "transferred_minor": "Transfers to connected accounts, and those reversed; negative for passed on.",
    "fees_minor": "What it cost; positive for a cost.",
    "payouts_net_minor": "Payouts, and those that came back; negative for paid out.",
}  # fmt: skip
_NET = ("gross_minor", "refunds_minor", "disputes_minor", "platform_earnings_minor", "transferred_minor")

TABLE = Table(
    name="gold.revenue_converted_daily",
    doc=(
        "One row per account, settlement currency and day on which something was earned, cost or paid out, in the reporting currency and "
        "as it was booked. Empty without VERMEIL_REPORTING_CURRENCY. Where no rate is known, amounts in it are null."
    ),
    key=("account", "currency", "date", "booked_currency"),
    columns=(
        ACCOUNT,
        Column("currency", "string", "ISO 4217 code of the reporting currency: of the amounts that are not called booked.", required=True, currency=True),
        Column("date", "date", "Day on which it was booked, UTC: that of the rate.", required=True),
        dimension("booked_currency", "ISO 4217 code of the currency that the account settles in: of the amounts called booked."),
        count("charges_count", "Payments booked."),
        *(Column(name, "bigint", f"{doc} Converted.") for name, doc in _PARTS.items()),
        Column("net_revenue_minor", "bigint", "What was earned: the parts before fees_minor, less that. Converted."),
        *(movement(f"booked_{name}", f"{doc} As booked.") for name, doc in _PARTS.items()),
        movement("booked_net_revenue_minor", "What was earned. As booked."),
        Column("rate", "double", "What one unit of booked_currency is in currency, in major units; null where no rate is known. gold.exchange_rates_daily has what amounts are multiplied by."),
        Column("rate_date", "date", "Day that the rate was published for."),
        Column("rate_source", "string", "Who told the rate."),
    ),
)  # fmt: skip

_KEY = ["account", "currency", "date"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed amounts and rates."""
    del now
    earned = [
        *revenue_daily.TABLE.key,
        "charges_count",
        *(name for name in _PARTS if name != "payouts_net_minor"),
    ]
    told = {
        REVENUE: earned,
        BALANCES: [*_KEY, "payouts_net_minor"],
        RATES: exchange_rates_daily.TABLE.column_names,
    }
    return united(altered(changed[name], columns).select("date") for name, columns in told.items())


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    earned = on_dates(now[REVENUE], "date", dates)
    paid_out = on_dates(now[BALANCES], "date", dates).filter("payouts_net_minor <> 0")
    booked = combined([earned, paid_out.select(*_KEY, "payouts_net_minor")], _KEY, ["charges_count", *_PARTS])
    rows = booked.withColumnsRenamed({name: f"booked_{name}" for name in _PARTS})
    told = rows.join(on_dates(now[RATES], "date", dates), ["currency", "date"])
    converted = told.withColumns({name: _converted(f"booked_{name}") for name in _PARTS})
    return converted.withColumns(
        {
            "net_revenue_minor": _net(""),
            "booked_net_revenue_minor": _net("booked_"),
            "booked_currency": F.col("currency"),
            "currency": F.col("reporting_currency"),
        }
    ).select(*TABLE.column_names)


def _converted(amount: str) -> Expression:
    """An amount in minor units of the reporting currency, halves away from 0: exactly, in decimal numbers."""
    exact = F.col(amount).cast("decimal(19,0)") * F.col("minor_rate").cast("decimal(18,12)")
    return F.round(exact, 0).cast("bigint")


def _net(prefix: str) -> Expression:
    return sum((F.col(f"{prefix}{name}") for name in _NET), -F.col(f"{prefix}fees_minor"))


RECIPE = ByDay(TABLE, inputs=(REVENUE, BALANCES, RATES), dates=dates, build=build)
