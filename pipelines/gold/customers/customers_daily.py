"""gold.customers_daily: what each customer did on each day, and what came back of it since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.payments.payments_daily import INPUTS, dates
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import UNKNOWN, captured

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = gold_table(
    name="gold.customers_daily",
    doc=(
        "One row per account, currency, day and customer with a charge, of all payment methods. Charges that name no "
        "customer, failed ones among them, are in the row of the customer unknown. Added up over customers it is "
        "gold.payments_daily."
    ),
    day="Day on which the payments were attempted, UTC.",
    dimensions=(dimension("customer_id", "Who paid, cus_…; unknown where the charge names nobody."),),
    columns=(
        count("attempts_count", "Charges made, whatever came of them."),
        count("payments_count", "Charges that succeeded, captured or only authorized."),
        count("failed_count", "Charges that failed, declined or blocked."),
        count("captured_count", "Payments that were captured, wholly or in part."),
        amount("captured_minor", "Amount captured."),
        count("refunded_count", "Captured payments of this day of which something was given back since."),
        amount("refunded_minor", "Amount given back of what was captured of this day's payments."),
        count("disputed_count", "Payments of this day with a chargeback since, each once."),
        amount(
            "disputed_minor", "Amount of the chargebacks on this day's payments, also of those that were won."
        ),
    ),
)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    payments = claims.with_claims(now, claims.made_on(now, dates), dates)
    who = F.coalesce("customer_id", F.lit(UNKNOWN))
    of_day = payments.withColumns({"customer_id": who, "date": F.col("created_date")})
    counted = of_day.groupBy(*TABLE.key).agg(
        F.count(F.lit(1)).alias("attempts_count"),
        count_if(F.col("status") == "succeeded").alias("payments_count"),
        count_if(F.col("status") == "failed").alias("failed_count"),
        count_if(captured()).alias("captured_count"),
        sum_if(captured(), "amount_captured_minor").alias("captured_minor"),
        count_if(F.col("is_refunded_in_part")).alias("refunded_count"),
        total("returned_minor").alias("refunded_minor"),
        count_if(F.col("chargebacks_count") > 0).alias("disputed_count"),
        total("chargebacks_minor").alias("disputed_minor"),
    )
    return counted.select(*TABLE.column_names)


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
