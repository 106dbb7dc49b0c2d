"""gold.transfers_daily: what a platform passes on to each connected account, and what it earns from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, sum_if
from pipelines.gold.shared.contract import count, dimension, gold_table, movement
from pipelines.gold.shared.movements import (
    EARNING_CATEGORIES,
    ENRICHED,
    TRANSFER_CATEGORIES,
    days_of_changes,
    of,
)
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import UNKNOWN

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.transfers_daily",
    doc="One row per platform account, settlement currency, day and connected account.",
    day="Day on which the movements were booked, UTC.",
    dimensions=(
        dimension(
            "connected_account_id",
            "Account that gets the transfers and pays the application fees, acct_…; unknown where the transfer or fee "
            "itself is not known.",
        ),
    ),
    columns=(
        count("transfers_count", "Transfers made."),
        movement("transferred_minor", "Amount of them; positive for passed on."),
        count("reversals_count", "Transfers taken back, wholly or in part, or failed."),
        movement("reversed_minor", "Amount of them; positive for taken back."),
        movement("net_transferred_minor", "transferred_minor - reversed_minor."),
        count("application_fees_count", "Application fees earned."),
        movement("application_fees_minor", "Amount of them."),
        movement("application_fees_refunded_minor", "Application fees given back; positive for given back."),
        movement("platform_earnings_minor", "application_fees_minor - application_fees_refunded_minor."),
    ),
)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed movements."""
    del now
    return days_of_changes({ENRICHED: _passed(changed[ENRICHED])}, ["amount_minor", "connected_account_id"])


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    other = F.coalesce("connected_account_id", F.lit(UNKNOWN))
    passed = _passed(on_dates(now[ENRICHED], "date", dates)).withColumns(
        {"connected_account_id": other, "out_minor": -F.col("amount_minor")}
    )
    sums = passed.groupBy(*TABLE.key).agg(
        count_if(of("transfer")).alias("transfers_count"),
        sum_if(of("transfer"), "out_minor").alias("transferred_minor"),
        count_if(of("transfer_reversal")).alias("reversals_count"),
        sum_if(of("transfer_reversal"), "amount_minor").alias("reversed_minor"),
        count_if(of("platform_earning")).alias("application_fees_count"),
        sum_if(of("platform_earning"), "amount_minor").alias("application_fees_minor"),
        sum_if(of("platform_earning_refund"), "out_minor").alias("application_fees_refunded_minor"),
    )
    net = {
        "net_transferred_minor": F.col("transferred_minor") - F.col("reversed_minor"),
        "platform_earnings_minor": F.col("application_fees_minor") - F.col("application_fees_refunded_minor"),
    }
    return sums.withColumns(net).select(*TABLE.column_names)


def _passed(rows: DataFrame) -> DataFrame:
    return rows.filter(of(*TRANSFER_CATEGORIES, *EARNING_CATEGORIES))


RECIPE = ByDay(TABLE, inputs=(ENRICHED,), dates=dates, build=build)
