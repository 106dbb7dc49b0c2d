"""What automatic payouts pay: all that became available since the one before.

Stripe lists the balance transactions of an automatic payout, and no record of them says to which they belong. It
follows from how payouts are made (docs.stripe.com/payouts/reconciliation): what is available leaves with the next
one. Of payouts made by hand, the instant ones among them, nobody can tell what they pay: they take from the
balance, and the next automatic payout has that less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import live

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

TRANSACTIONS = "silver.balance_transactions"
PAYOUTS = "silver.payouts"

PAYOUT_GAP_DAYS = 45
"""The longest time between two automatic payouts that are compared: a monthly schedule with days to spare."""

AVAILABLE_WITHIN_DAYS = 31
"""Transactions that take longer to become available are left out of what payouts had to pay; Stripe's longest
payout delay is shorter. The bound keeps one day's figures from reading all history."""

REACH_DAYS = PAYOUT_GAP_DAYS + AVAILABLE_WITHIN_DAYS
"""How long before a payout what it pays may have been booked."""

BALANCE = ["account", "currency"]

PAYOUT_CATEGORIES = ("payout", "payout_reversal")
"""Reporting categories of movements that pay out or bring a payout back; all others are activity."""


def with_available(rows: DataFrame) -> DataFrame:
    """Live balance transactions, with the moment from which their money can be paid out (``available``)."""
    at_once = F.col("reporting_category") == "payout"
    due = F.when(at_once, F.col("created_at")).otherwise(
        F.greatest("created_at", F.coalesce("available_at", "created_at"))
    )
    return live(rows).withColumn("available", due)


def automatic(payouts: DataFrame) -> DataFrame:
    """Live payouts that were made by schedule."""
    return live(payouts).filter("coalesce(is_automatic, false)")


def to_be_paid(transactions: DataFrame, payouts: DataFrame) -> DataFrame:
    """Transactions, as :func:`with_available` gives them, that automatic payouts have to pay.

    Not among them are those by which automatic payouts left the balance, and those that take too long.
    """
    in_time = F.datediff(F.to_date("available"), F.col("created_date")) <= AVAILABLE_WITHIN_DAYS
    near = transactions.filter(in_time)
    made = automatic(payouts).select("account", F.col("payout_id").alias("source_id"))
    left = near.filter("coalesce(reporting_category, '') = 'payout'").join(
        made, ["account", "source_id"], "left_anti"
    )
    return near.filter("coalesce(reporting_category, '') <> 'payout'").unionByName(left)


def is_own() -> Column:
    """Whether an enriched movement is that by which an automatic payout left the balance."""
    own = (F.col("reporting_category") == "payout") & (F.col("source_id") == F.col("payout_id"))
    return F.coalesce(own, F.lit(False))


def with_next(owed: DataFrame, moments: DataFrame, name: str) -> DataFrame:
    """Transactions of which a payout is the next at or after they became available, with it.

    One sort of both together; a join on a range of time would compare every transaction with every payout.

    Args:
        owed: transactions with ``available``.
        moments: payouts: ``account``, ``currency``, the moment ``at``, and a column of what is to be known of each,
            the lesser for the earlier.
        name: of that column.
    """
    kind = moments.schema[name].dataType
    kept = [column for column in owed.columns if column not in BALANCE]
    paid = moments.select(
        *BALANCE, "at", F.lit(0).alias("rank"), name,
        *(F.lit(None).cast(owed.schema[column].dataType).alias(column) for column in kept),
    )  # fmt: skip
    moved = owed.select(
        *BALANCE, F.col("available").alias("at"), F.lit(1).alias("rank"), F.lit(None).cast(kind).alias(name), *kept
    )  # fmt: skip
    backwards = (
        Window.partitionBy(*BALANCE)
        .orderBy(F.col("at").desc(), "rank")
        .rowsBetween(Window.unboundedPreceding, 0)
    )
    placed = paid.unionByName(moved).withColumn(name, F.min(name).over(backwards))
    return placed.filter(f"rank = 1 and {name} is not null").drop("at", "rank")
