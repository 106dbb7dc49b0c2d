"""gold.revenue_daily: what was earned, after refunds, disputes, fees and what was passed on, by kind of sale.

Figures are of the ledger, so they are in the currency that the account settles in and on the day on which they were
booked, as Stripe's report "Balance change from activity" (docs.stripe.com/reports/balance) has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.shared import movements
from pipelines.gold.shared.contract import count, dimension, gold_table, movement
from pipelines.gold.shared.movements import (
    BILLED_CATEGORIES,
    DISPUTE_CATEGORIES,
    EARNING_CATEGORIES,
    ENRICHED,
    REFUND_CATEGORIES,
    TRANSFER_CATEGORIES,
    of,
)
from pipelines.gold.shared.recipe import ByDay

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.revenue_daily",
    doc=(
        "One row per account, settlement currency, day and kind of sale. Movements that neither earn nor cost, such as "
        "payouts and top-ups, are left out, and so are adjustments."
    ),
    day="Day on which the movements were booked, UTC; a refund counts on its own day.",
    dimensions=(
        dimension(
            "revenue_type",
            "subscription: of an invoice for one. invoice: of another invoice. one_time: of any other payment. "
            "platform: fees earned from connected accounts. none: of no payment, such as fees billed apart.",
        ),
    ),
    columns=(
        count("charges_count", "Payments booked (reporting category charge)."),
        movement("gross_minor", "Gross amount of them, less those that failed after they were booked."),
        movement("refunds_minor", "Refunds, and those that failed and came back; negative for given back."),
        movement("disputes_minor", "Disputed amounts withdrawn and reinstated; negative for withdrawn."),
        movement("net_sales_minor", "gross_minor + refunds_minor + disputes_minor."),
        movement(
            "platform_earnings_minor",
            "Application fees earned from connected accounts, less those given back.",
        ),
        movement(
            "transferred_minor",
            "Transfers to connected accounts, and those reversed; negative for passed on.",
        ),
        movement("fees_minor", "What it cost, as gold.fees_daily has it; positive for a cost."),
        movement(
            "net_revenue_minor",
            "What was earned: net_sales_minor + platform_earnings_minor + transferred_minor - fees_minor.",
        ),
    ),
)

_TOLD = ("amount_minor", "fee_minor", "charge_id", "invoice_id", "subscription_id")
_SALES = ("charge", "charge_failure")
_EARNING = (
    *_SALES, *REFUND_CATEGORIES, *DISPUTE_CATEGORIES, *EARNING_CATEGORIES, *TRANSFER_CATEGORIES, *BILLED_CATEGORIES,
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed movements."""
    del now
    return movements.days_of_changes(changed, _TOLD)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    booked = on_dates(now[ENRICHED], "date", dates).withColumn("cost_minor", movements.cost())
    earning = booked.filter(of(*_EARNING) | (F.col("cost_minor") != 0)).withColumn("revenue_type", _kind())
    sums = earning.groupBy(*TABLE.key).agg(*_figures())
    sales = F.col("gross_minor") + F.col("refunds_minor") + F.col("disputes_minor")
    other = F.col("platform_earnings_minor") + F.col("transferred_minor") - F.col("fees_minor")
    return sums.withColumns({"net_sales_minor": sales, "net_revenue_minor": sales + other}).select(
        *TABLE.column_names
    )


def _kind() -> Expression:
    return (
        F.when(of(*EARNING_CATEGORIES), "platform")
        .when(F.col("subscription_id").isNotNull(), "subscription")
        .when(F.col("invoice_id").isNotNull(), "invoice")
        .when(F.col("charge_id").isNotNull() | of(*_SALES), "one_time")
        .otherwise("none")
    )


def _figures() -> list[Expression]:
    parts = {
        "gross_minor": _SALES,
        "refunds_minor": REFUND_CATEGORIES,
        "disputes_minor": DISPUTE_CATEGORIES,
        "platform_earnings_minor": EARNING_CATEGORIES,
        "transferred_minor": TRANSFER_CATEGORIES,
    }
    return [
        count_if(of("charge")).alias("charges_count"),
        *(sum_if(of(*categories), "amount_minor").alias(name) for name, categories in parts.items()),
        total("cost_minor").alias("fees_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=(ENRICHED,), dates=dates, build=build)
