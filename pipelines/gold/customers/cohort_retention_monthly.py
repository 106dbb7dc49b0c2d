"""gold.cohort_retention_monthly: of those who first paid in a month, how many paid again in each month since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import total
from pipelines.gold.customers import customers_daily
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, amount, count, movement
from pipelines.gold.shared.recipe import Whole
from pipelines.payments.charges import UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = Table(
    name="gold.cohort_retention_monthly",
    doc=(
        "One row per account, currency, month of the first captured payment and months since, up to the month of the "
        "newest charge of all; rows in which nobody paid are there too. Retention rate: sum of active_count / sum of "
        "customers_count, at one number of months since. Customers who are not named are in no cohort."
    ),
    key=("account", "currency", "date", "months_since"),
    columns=(
        ACCOUNT,
        CURRENCY,
        Column(
            "date", "date", "First day of the month of the first captured payment in the currency.", required=True
        ),
        Column("months_since", "bigint", "Calendar months since that one; 0 for itself.", required=True, minimum=0),
        Column("is_over", "boolean", "The month that is looked at is not the newest one.", required=True),
        count("customers_count", "Customers of the cohort; the same in all its rows."),
        count("active_count", "Those of them with a captured payment in the month that is looked at."),
        count("captured_count", "Their captured payments in that month."),
        amount("captured_minor", "Amount captured of them."),
        movement("kept_minor", "The same without what was refunded and charged back since."),
    ),
)  # fmt: skip

DAILY = customers_daily.TABLE.name

_WHO = ["account", "currency", "customer_id"]
_COHORT = ["account", "currency", "cohort"]


def build(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    days = now[DAILY]
    newest = days.agg(F.max(_month()).alias("newest"))
    paid = days.filter((F.col("captured_count") > 0) & (F.col("customer_id") != UNKNOWN))
    kept = F.col("captured_minor") - F.col("refunded_minor") - F.col("disputed_minor")
    months = paid.withColumns({"paid_in": _month(), "kept": kept}).groupBy(*_WHO, "paid_in")
    active = months.agg(*(total(name).alias(name) for name in ("captured_count", "captured_minor", "kept")))
    first = active.groupBy(*_WHO).agg(F.min("paid_in").alias("cohort"))
    since = active.join(first, _WHO).withColumn("months_since", F.col("paid_in") - F.col("cohort"))
    figures = since.groupBy(*_COHORT, "months_since").agg(
        F.count(F.lit(1)).alias("active_count"),
        total("captured_count").alias("captured_count"),
        total("captured_minor").alias("captured_minor"),
        total("kept").alias("kept_minor"),
    )
    sizes = first.groupBy(*_COHORT).agg(F.count(F.lit(1)).alias("customers_count")).crossJoin(newest)
    each = sizes.withColumn(
        "months_since", F.explode(F.sequence(F.lit(0).cast("bigint"), F.col("newest") - F.col("cohort")))
    )
    rows = each.join(figures, [*_COHORT, "months_since"], "left").fillna(0)
    is_over = F.col("cohort") + F.col("months_since") < F.col("newest")
    return rows.withColumns({"date": _first_day("cohort"), "is_over": is_over}).select(*TABLE.column_names)


def _month() -> Expression:
    """The month of a day as a number that counts months."""
    return (F.year("date") * 12 + F.month("date") - 1).cast("bigint")


def _first_day(month: str) -> Expression:
    year = F.floor(F.col(month) / 12).cast("int")
    return F.make_date(year, (F.col(month) % 12 + 1).cast("int"), F.lit(1))


RECIPE = Whole(TABLE, inputs=(DAILY,), build=build)
