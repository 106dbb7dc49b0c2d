"""gold.payment_method_mix: what people pay with, and how each way to pay does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import NONE, UNKNOWN, by_card, captured, network

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = gold_table(
    name="gold.payment_method_mix",
    doc=(
        "One row per account, currency, day and way to pay, of all charges made. Added up over the ways to pay it is "
        "gold.payments_daily. Share of a way to pay: its captured_count, or captured_minor, / their sum over all. "
        "Success rate: sum of payments_count / sum of (payments_count + failed_count)."
    ),
    day="Day on which the payments were attempted, UTC.",
    dimensions=(
        dimension(
            "payment_method_type", "Way to pay, such as card or ideal; unknown where the source does not say."
        ),
        dimension(
            "network", "Card network; unknown where the source does not say, none where no card was used."
        ),
        dimension("card_funding", "credit, debit, prepaid, or unknown; none where no card was used."),
        dimension("wallet", "Wallet that held the card, such as apple_pay; none where there was none."),
    ),
    columns=(
        count("attempts_count", "Charges made, whatever came of them."),
        amount("attempts_minor", "Amount asked for by them."),
        count("payments_count", "Charges that succeeded, captured or only authorized."),
        amount("payments_minor", "Amount of them."),
        count("captured_count", "Payments that were captured, wholly or in part."),
        amount("captured_minor", "Amount captured."),
        count("uncaptured_count", "Payments that were authorized and not captured: still held, or released."),
        amount("uncaptured_minor", "Amount of them."),
        count("pending_count", "Charges whose outcome is not known yet, such as bank debits."),
        count("failed_count", "Charges that failed, declined or blocked."),
        amount("failed_minor", "Amount of them."),
        count("blocked_count", "Those of them that were blocked before anyone was asked."),
    ),
)

INPUTS = (claims.CHARGES, claims.CHARGE_HISTORY)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed payments."""
    del now
    return claims.days_made(changed)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    ways = {
        "date": F.col("created_date"),
        "network": network(),
        "card_funding": F.when(by_card(), F.coalesce("card_funding", F.lit(UNKNOWN))).otherwise(NONE),
        "wallet": F.coalesce("wallet_type", F.lit(NONE)),
    }
    made = claims.made_on(now, dates).withColumns(ways)
    way = F.coalesce("payment_method_type", F.lit(UNKNOWN))
    counted = made.withColumn("payment_method_type", way).groupBy(*TABLE.key).agg(*_figures())
    return counted.select(*TABLE.column_names)


def _figures() -> list[Expression]:
    paid, taken, failed = F.col("status") == "succeeded", captured(), F.col("status") == "failed"
    held = paid & ~taken
    counted = {
        "payments": paid,
        "captured": taken,
        "uncaptured": held,
        "pending": F.col("status") == "pending",
        "failed": failed,
        "blocked": failed & F.col("is_blocked"),
    }
    return [
        F.count(F.lit(1)).alias("attempts_count"),
        total("amount_minor").alias("attempts_minor"),
        *(count_if(condition).alias(f"{name}_count") for name, condition in counted.items()),
        sum_if(paid, "amount_minor").alias("payments_minor"),
        sum_if(taken, "amount_captured_minor").alias("captured_minor"),
        sum_if(held, "amount_minor").alias("uncaptured_minor"),
        sum_if(failed, "amount_minor").alias("failed_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
