"""gold.payout_reconciliation: whether each payout is what the balance says that it paid.

Follows Stripe's report "Payout reconciliation" (docs.stripe.com/reports/payout-reconciliation), which is about
automatic payouts. Those made by hand are held against their own movement alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered, live, sum_if, total
from pipelines.gold.finance import balance_transactions_enriched as enriched
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, count, movement
from pipelines.gold.shared.payouts import (
    BALANCE,
    PAYOUT_CATEGORIES,
    PAYOUT_GAP_DAYS,
    PAYOUTS,
    REACH_DAYS,
    automatic,
    is_own,
    with_next,
)
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

STATUSES = ("matched", "different", "not_comparable")
REASONS = (
    "not_booked", "booked_otherwise", "not_returned", "returned", "manual", "first", "several_a_day", "other_items",
)  # fmt: skip

RETURN_DAYS = 90
"""How long after a payout the movement that brings it back counts. Banks send money back within days, some in weeks."""

TABLE = Table(
    name="gold.payout_reconciliation",
    doc="One row per payout, with what the balance says of it.",
    key=("account", "payout_id"),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("payout_id", "string", "The payout, po_….", required=True),
        Column("date", "date", "Day on which the payout was made, UTC.", required=True),
        CURRENCY,
        Column("created_at", "timestamp", "When the payout was made.", required=True),
        Column("arrival_date", "date", "Day on which the money is expected at the bank."),
        movement("amount_minor", "Amount sent; negative where money is taken from the bank."),
        Column("payout_status", "string", "How far the money has come: paid, pending, in_transit, canceled, failed."),
        Column("is_automatic", "boolean", "Made by the account's schedule.", required=True),
        Column("method", "string", "How fast the money is sent: standard, instant."),
        Column("failure_code", "string", "Why the payout failed."),
        Column("booked_minor", "bigint", "What left the balance by the payout's own movement; null without one."),
        movement("returned_minor", "What came back to the balance because the payout failed or was canceled."),
        count("items_count", "Movements that the payout pays: its rows in gold.payouts_itemized."),
        movement("items_minor", "Net of them."),
        Column(
            "difference_minor",
            "bigint",
            "amount_minor - items_minor. Null where that says nothing: of payouts made by hand, of the first automatic "
            "one of a balance within 45 days, and where no movement is known.",
        ),
        Column("status", "string", "matched, different, or not_comparable.", required=True, known=STATUSES),
        Column(
            "reason",
            "string",
            "Why it is not matched; null where it is. not_booked: no movement of the payout is known. "
            "booked_otherwise: its movement has another amount. not_returned: it failed or was canceled, and the money "
            "did not come back. returned: the money came back, and it neither failed nor was canceled. manual: made by "
            "hand. first: no automatic payout of the balance is known in the 45 days before it, so nobody knows from "
            "when on it pays. several_a_day: with the others of its day it pays what was available, by itself it does "
            "not. other_items: it is not what was available.",
            known=REASONS,
        ),
    ),
)  # fmt: skip

ENRICHED = enriched.TABLE.name
_PAYOUT = ["account", "payout_id"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed payouts, of the automatic ones that follow them, and of payouts of changed movements."""
    days = (
        live(changed[PAYOUTS]).select("created_date").unionByName(_following(changed[PAYOUTS], now[PAYOUTS]))
    )
    moved = altered(
        changed[ENRICHED], [*_PAYOUT, "payout_date", "source_id", "reporting_category", "net_minor", "date"]
    )
    own = moved.filter(F.col("reporting_category").isin(*PAYOUT_CATEGORIES)).select(
        "account", F.col("source_id").alias("payout_id")
    )
    near = around(now[PAYOUTS], "created_date", days_of(moved, "date"), before=RETURN_DAYS, after=REACH_DAYS)
    return (
        days.unionByName(near.join(own, _PAYOUT, "left_semi").select("created_date"))
        .toDF("date")
        .unionByName(moved.select(F.col("payout_date").alias("date")))
    )


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    made = live(on_dates(now[PAYOUTS], "created_date", dates)).withColumns(
        {
            "date": F.col("created_date"),
            "is_automatic": F.coalesce("is_automatic", F.lit(False)),
            "payout_status": F.col("status"),
        }
    )
    follows = _followed(around(now[PAYOUTS], "created_date", dates, before=PAYOUT_GAP_DAYS, after=0))
    near = around(now[ENRICHED], "date", dates, before=REACH_DAYS, after=RETURN_DAYS)
    rows = made.join(follows, _PAYOUT, "left").join(_own(near, made), _PAYOUT, "left")
    rows = rows.join(_items(on_dates(near, "payout_date", dates).filter(~is_own())), _PAYOUT, "left")
    known = rows.fillna(0, ["returned_minor", "items_count", "items_minor"])
    return _judged(known).select(*TABLE.column_names)


def _following(changed: DataFrame, now: DataFrame) -> DataFrame:
    """Days of the next automatic payouts after changed ones."""
    anew = automatic(changed).withColumn("available", F.expr("created_at + interval 1 second"))
    near = around(now, "created_date", days_of(anew, "created_date"), before=0, after=PAYOUT_GAP_DAYS + 1)
    moments = automatic(near).select(
        *BALANCE, F.col("created_at").alias("at"), F.col("created_date").alias("next")
    )
    return with_next(anew.select(*BALANCE, "available"), moments, "next").select(
        F.col("next").alias("created_date")
    )


def _followed(payouts: DataFrame) -> DataFrame:
    """Automatic payouts, and whether one of the same balance is known within 45 days before each."""
    in_time = Window.partitionBy(*BALANCE).orderBy("created_at", "payout_id")
    gap = F.datediff("created_date", F.lag("created_date").over(in_time))
    return automatic(payouts).select(
        *_PAYOUT, F.coalesce(gap <= PAYOUT_GAP_DAYS, F.lit(False)).alias("follows")
    )


def _own(movements: DataFrame, payouts: DataFrame) -> DataFrame:
    """By payout, the movements by which it left the balance and came back."""
    own = movements.filter(F.col("reporting_category").isin(*PAYOUT_CATEGORIES)).select(
        "account", F.col("source_id").alias("payout_id"), "date", "reporting_category", "net_minor"
    )
    made = payouts.select(*_PAYOUT, F.col("date").alias("made_on"))
    in_time = F.datediff("date", "made_on").between(-REACH_DAYS, RETURN_DAYS)
    left = F.col("reporting_category") == "payout"
    return (
        own.join(made, _PAYOUT)
        .filter(in_time)
        .groupBy(*_PAYOUT)
        .agg(
            F.sum(F.when(left, -F.col("net_minor"))).cast("bigint").alias("booked_minor"),
            sum_if(~left, "net_minor").alias("returned_minor"),
        )
    )


def _items(movements: DataFrame) -> DataFrame:
    paid = movements.groupBy(*_PAYOUT)
    return paid.agg(F.count(F.lit(1)).alias("items_count"), total("net_minor").alias("items_minor"))


def _judged(rows: DataFrame) -> DataFrame:
    of_day = Window.partitionBy(*BALANCE, "date", "is_automatic")
    apart = F.col("amount_minor") - F.col("items_minor")
    measured = rows.withColumns({"apart": apart, "apart_together": F.sum(apart).over(of_day)})
    booked = F.col("booked_minor").isNotNull()
    comparable = F.coalesce("follows", F.lit(False)) & (booked | (F.col("items_count") > 0))
    reason = _reason()
    unclear = reason.isin("manual", "first", "several_a_day") | (~booked & (F.col("items_count") == 0))
    status = F.when(reason.isNull(), "matched").when(unclear, "not_comparable").otherwise("different")
    return measured.withColumns(
        {"difference_minor": F.when(comparable, F.col("apart")), "reason": reason, "status": status}
    )


def _reason() -> Expression:
    """The first thing that keeps a payout from being matched; null where nothing does."""
    came_back = F.coalesce(F.col("payout_status").isin("failed", "canceled"), F.lit(False))
    amount, returned = F.col("amount_minor"), F.col("returned_minor")
    return (
        F.when(F.col("booked_minor").isNull(), "not_booked")
        .when(F.col("booked_minor") != amount, "booked_otherwise")
        .when(came_back & (returned != amount), "not_returned")
        .when(~came_back & (returned != 0), "returned")
        .when(~F.col("is_automatic"), "manual")
        .when(~F.col("follows"), "first")
        .when((F.col("apart") != 0) & (F.col("apart_together") == 0), "several_a_day")
        .when(F.col("apart") != 0, "other_items")
    )


RECIPE = ByDay(TABLE, inputs=(ENRICHED, PAYOUTS), dates=dates, build=build)
