"""gold.merchants_overview: what each account takes in, what comes back of it, and whether it grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import live, sum_if, total
from pipelines.gold.customers import customers_overview
from pipelines.gold.payments import payments_daily
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, amount, count, movement
from pipelines.gold.shared.recipe import Whole
from pipelines.payments.charges import UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TREND_DAYS = 30
"""Days that are compared with as many before them."""

TABLE = Table(
    name="gold.merchants_overview",
    doc=(
        "One row per account and currency with a charge: a connected account, or the archive's own. What is recent is "
        "so next to the last day on which the data have a charge, never to today."
    ),
    key=("account", "currency"),
    columns=(
        ACCOUNT,
        CURRENCY,
        Column("business_name", "string", "Name that customers know the business by; null where nobody says."),
        Column("country", "string", "ISO 3166 code of the business's country; null where nobody says."),
        Column("mcc", "string", "Merchant category code; null where nobody says."),
        Column("is_charges_enabled", "boolean", "The account may take payments; null where nobody says."),
        Column("is_payouts_enabled", "boolean", "The account may be paid out; null where nobody says."),
        Column("first_date", "date", "Day of the first attempt to pay, UTC.", required=True),
        Column("last_date", "date", "Day of the last one.", required=True),
        Column("as_of_date", "date", "Last day on which any charge is known.", required=True),
        *customers_overview.ACTIVITY,
        movement("kept_minor", "captured_minor - refunded_minor - disputed_minor."),
        count("customers_count", "Named customers of whom a payment was captured in the currency."),
        count("repeat_customers_count", "Those of them with two captured payments or more."),
        amount("recent_captured_minor", f"Amount captured in the {TREND_DAYS} days that end with as_of_date."),
        amount("previous_captured_minor", f"Amount captured in the {TREND_DAYS} days before these."),
    ),
)  # fmt: skip

DAILY = payments_daily.TABLE.name
CUSTOMERS = customers_overview.TABLE.name
ACCOUNTS = "silver.accounts"

_SUMS = tuple(column.name for column in customers_overview.ACTIVITY if column.name != "days_count")
_TOLD = ("business_name", "country", "mcc", "is_charges_enabled", "is_payouts_enabled")
_KEY = ["account", "currency"]


def build(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    days = now[DAILY]
    dated = days.crossJoin(days.agg(F.max("date").alias("as_of_date")))
    age = F.datediff("as_of_date", "date")
    merchants = dated.groupBy(*_KEY, "as_of_date").agg(
        F.min("date").alias("first_date"),
        F.max("date").alias("last_date"),
        F.count(F.lit(1)).alias("days_count"),
        *(total(name).alias(name) for name in _SUMS),
        sum_if(age < TREND_DAYS, "captured_minor").alias("recent_captured_minor"),
        sum_if(age.between(TREND_DAYS, 2 * TREND_DAYS - 1), "captured_minor").alias(
            "previous_captured_minor"
        ),
    )
    known = merchants.join(_customers(now[CUSTOMERS]), _KEY, "left").fillna(
        0, ["customers_count", "repeat_customers_count"]
    )
    kept = F.col("captured_minor") - F.col("refunded_minor") - F.col("disputed_minor")
    told = known.join(_businesses(now[ACCOUNTS]), "account", "left")
    return told.withColumn("kept_minor", kept).select(*TABLE.column_names)


def _customers(customers: DataFrame) -> DataFrame:
    paying = customers.filter((F.col("captured_count") > 0) & (F.col("customer_id") != UNKNOWN))
    again = F.count(F.when(F.col("captured_count") > 1, F.lit(1)))
    return paying.groupBy(*_KEY).agg(
        F.count(F.lit(1)).alias("customers_count"), again.alias("repeat_customers_count")
    )


def _businesses(accounts: DataFrame) -> DataFrame:
    """What is known of each account, by its own id; of several who tell of it the newest counts."""
    newest_first = Window.partitionBy("account_id").orderBy(
        F.col("version").desc(), F.col("known_at").desc(), F.col("account").desc()
    )
    placed = live(accounts).withColumn("place", F.row_number().over(newest_first)).filter("place = 1")
    return placed.select(F.col("account_id").alias("account"), *_TOLD)


RECIPE = Whole(TABLE, inputs=(DAILY, CUSTOMERS, ACCOUNTS), build=build)
