"""gold.customers_overview: who the customers are, what they are worth, and whether they are about to be lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import total
from pipelines.gold.customers import customers_daily
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, amount, count, dimension, movement
from pipelines.gold.shared.recipe import Whole
from pipelines.payments.charges import UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

SEGMENTS = (
    "champion", "loyal", "new", "occasional", "valuable_at_risk", "at_risk", "lost", "never_paid", "unknown",
)  # fmt: skip
SCORES = 5
"""Into how many parts of like size the customers of an account and a currency are put."""

_SCORE = "1 to 5, among the account's customers who paid in the currency; alike where they are alike."

ACTIVITY = (
    count("days_count", "Days with an attempt to pay."),
    count("attempts_count", "Charges made, whatever came of them."),
    count("payments_count", "Charges that succeeded, captured or only authorized."),
    count("failed_count", "Charges that failed, declined or blocked."),
    count("captured_count", "Payments that were captured, wholly or in part."),
    amount("captured_minor", "Amount captured."),
    count("refunded_count", "Captured payments of which something was given back."),
    amount("refunded_minor", "Amount given back."),
    count("disputed_count", "Payments with a chargeback, each once."),
    amount("disputed_minor", "Amount of the chargebacks, also of those that were won."),
)
"""What somebody did, and what came back of it, of all days."""

TABLE = Table(
    name="gold.customers_overview",
    doc=(
        "One row per account, customer and currency with a charge. Charges that name no customer are the row of the "
        "customer unknown, which has no scores. Recency is counted to the last day on which the data have a charge, "
        "never to today."
    ),
    key=("account", "currency", "customer_id"),
    columns=(
        ACCOUNT,
        CURRENCY,
        dimension("customer_id", "The customer, cus_…; unknown for all charges that name nobody."),
        Column("first_date", "date", "Day of the first attempt to pay, UTC.", required=True),
        Column("last_date", "date", "Day of the last one.", required=True),
        Column("first_captured_date", "date", "Day of the first captured payment; null before there is one."),
        Column("last_captured_date", "date", "Day of the last one."),
        Column("as_of_date", "date", "Last day on which any charge is known.", required=True),
        *ACTIVITY,
        movement(
            "lifetime_value_minor",
            "What the customer has brought so far: captured_minor - refunded_minor - disputed_minor.",
        ),
        Column(
            "recency_days", "bigint", "Days from last_captured_date to as_of_date; null before there is one.", minimum=0
        ),
        Column("recency_score", "bigint", f"How recently they paid, {_SCORE} 5 is the most recent.", minimum=1),
        Column("frequency_score", "bigint", f"How often they paid, {_SCORE} 5 is the most often.", minimum=1),
        Column("money_score", "bigint", f"What they have brought, {_SCORE} 5 is the most.", minimum=1),
        Column(
            "segment",
            "string",
            "By the scores. champion: recency and frequency 4 or more; loyal: both 3 or more; new: recency 4 or more; "
            "occasional: recency 3; valuable_at_risk: recency below 3, frequency and money 4 or more; at_risk: recency "
            "below 3, frequency 3 or more; lost: the rest. never_paid: nothing was captured. unknown: nobody is named.",
            required=True,
            known=SEGMENTS,
        ),
    ),
)  # fmt: skip

DAILY = customers_daily.TABLE.name

_SUMS = tuple(name for name in customers_daily.TABLE.column_names if name.endswith(("_count", "_minor")))


def build(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    days = now[DAILY]
    paid = F.when(F.col("captured_count") > 0, F.col("date"))
    customers = days.groupBy(*TABLE.key).agg(
        F.min("date").alias("first_date"),
        F.max("date").alias("last_date"),
        F.min(paid).alias("first_captured_date"),
        F.max(paid).alias("last_captured_date"),
        F.count(F.lit(1)).alias("days_count"),
        *(total(name).alias(name) for name in _SUMS),
    )
    dated = customers.crossJoin(days.agg(F.max("date").alias("as_of_date")))
    value = F.col("captured_minor") - F.col("refunded_minor") - F.col("disputed_minor")
    recency = F.datediff("as_of_date", "last_captured_date").cast("bigint")
    return _scored(dated.withColumns({"lifetime_value_minor": value, "recency_days": recency}))


def _scored(customers: DataFrame) -> DataFrame:
    is_ranked = (F.col("captured_count") > 0) & (F.col("customer_id") != UNKNOWN)
    scored = customers.withColumn("is_ranked", is_ranked).withColumns(
        {
            "recency_score": _score("last_captured_date"),
            "frequency_score": _score("captured_count"),
            "money_score": _score("lifetime_value_minor"),
        }
    )
    return scored.withColumn("segment", _segment()).select(*TABLE.column_names)


def _score(by: str) -> Expression:
    """In which fifth of the ranked customers one is; those who are alike are in the lowest that one of them is in."""
    rivals = Window.partitionBy("account", "currency", "is_ranked")
    before = F.rank().over(rivals.orderBy(by)) - 1
    score = F.floor(before * SCORES / F.count(F.lit(1)).over(rivals)) + 1
    return F.when(F.col("is_ranked"), score.cast("bigint"))


def _segment() -> Expression:
    recency, often = F.col("recency_score"), F.col("frequency_score")
    return (
        F.when(F.col("customer_id") == UNKNOWN, UNKNOWN)
        .when(F.col("captured_count") == 0, "never_paid")
        .when((recency >= 4) & (often >= 4), "champion")
        .when((recency >= 3) & (often >= 3), "loyal")
        .when(recency >= 4, "new")
        .when(recency == 3, "occasional")
        .when((often >= 4) & (F.col("money_score") >= 4), "valuable_at_risk")
        .when(often >= 3, "at_risk")
        .otherwise("lost")
    )


RECIPE = Whole(TABLE, inputs=(DAILY,), build=build)
