"""gold.churn_monthly: how many customers and how much recurring revenue are lost, and whether they wanted to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, count_if, ratio, sum_if, total
from pipelines.gold.billing import subscription_items_mrr_monthly as mrr
from pipelines.gold.shared.contract import amount, count, gold_table, movement, rate
from pipelines.gold.shared.recipe import ByDay

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.churn_monthly",
    doc=(
        "One row per account, currency and month in which somebody pays for a subscription at its start or its end. A "
        "customer of two currencies is one in each. Rates over several rows: sum of churned_customers_count / sum of "
        "opening_customers_count, and the like of amounts. The last month is not over yet."
    ),
    day="First day of the month, UTC.",
    columns=(
        count("opening_customers_count", "Customers who paid when the month began."),
        count("new_customers_count", "Customers who pay when it ends, and never paid before it."),
        count("reactivated_customers_count", "Customers who pay again."),
        count("churned_customers_count", "Customers who paid when it began and do not when it ends."),
        *(
            count(f"{reason}_customers_count", f"Of them, those of whom most was lost as {reason}.")
            for reason in mrr.REASONS
        ),
        count(
            "closing_customers_count",
            "Customers who pay when it ends: opening + new + reactivated - churned.",
        ),
        amount("opening_minor", "What customers paid a month when it began, contracted."),
        amount("new_minor", "What new customers pay."),
        amount("reactivated_minor", "What customers pay who pay again."),
        amount("expansion_minor", "What others pay more than before."),
        amount("contraction_minor", "What others pay less than before."),
        amount("churned_minor", "What churned customers paid."),
        *(amount(f"{reason}_minor", f"Of it, what was lost as {reason}.") for reason in mrr.REASONS),
        movement("closing_minor", "What customers pay when it ends."),
        rate("customer_churn_rate", "churned_customers_count / opening_customers_count."),
        rate("revenue_churn_rate", "churned_minor / opening_minor."),
    ),
)

MRR = mrr.TABLE.name
_READ = (
    *TABLE.key, "subscription_item_id", "customer_id", "movement", "churn_reason", "opening_minor", "new_minor",
    "reactivated_minor", "expansion_minor", "contraction_minor", "churned_minor", "closing_minor",
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Months of changed items."""
    del now
    return altered(changed[MRR], _READ).select("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some months (ISO dates of their first days)."""
    largest = Window.partitionBy(*TABLE.key, "customer_id").orderBy(
        F.desc("opening_minor"), "subscription_item_id"
    )
    items = on_dates(now[MRR], "date", dates).withColumn("place", F.row_number().over(largest))
    named = items.withColumn("reason", F.when(F.col("place") == 1, F.col("churn_reason")))
    lost = [
        (-sum_if(F.col("churn_reason") == reason, "churned_minor")).alias(f"{reason}_minor")
        for reason in mrr.REASONS
    ]
    names = ("opening_minor", *(f"{name}_minor" for name in mrr.MOVEMENTS), "closing_minor")
    customers = named.groupBy(*TABLE.key, "customer_id", "movement").agg(
        F.max("reason").alias("reason"), *(total(name).alias(name) for name in names), *lost
    )
    paying = customers.filter("opening_minor > 0 or closing_minor > 0")
    sums = paying.groupBy(*TABLE.key).agg(*_figures())
    rates = {
        "customer_churn_rate": ratio("churned_customers_count", "opening_customers_count"),
        "revenue_churn_rate": ratio("churned_minor", "opening_minor"),
    }
    return sums.withColumns(rates).select(*TABLE.column_names)


def _figures() -> list[Expression]:
    moved = [name for name in mrr.MOVEMENTS if name not in ("expansion", "contraction")]
    less = ("contraction", "churned")
    return [
        count_if(F.col("opening_minor") > 0).alias("opening_customers_count"),
        count_if(F.col("closing_minor") > 0).alias("closing_customers_count"),
        *(count_if(F.col("movement") == name).alias(f"{name}_customers_count") for name in moved),
        *(count_if(F.col("reason") == reason).alias(f"{reason}_customers_count") for reason in mrr.REASONS),
        *(total(name).alias(name) for name in ("opening_minor", "closing_minor")),
        *(
            (-total(f"{name}_minor") if name in less else total(f"{name}_minor")).alias(f"{name}_minor")
            for name in mrr.MOVEMENTS
        ),
        *(total(f"{reason}_minor").alias(f"{reason}_minor") for reason in mrr.REASONS),
    ]


RECIPE = ByDay(TABLE, inputs=(MRR,), dates=dates, build=build)
