"""gold.balances_daily: what moved each balance, and whether payouts agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, on_dates
from pipelines.frames.measures import combined, count_if, live, sum_if, total
from pipelines.gold.shared.contract import count, gold_table, movement
from pipelines.gold.shared.movements import (
    BILLED_CATEGORIES,
    DISPUTE_CATEGORIES,
    EARNING_CATEGORIES,
    REFUND_CATEGORIES,
    TRANSFER_CATEGORIES,
)
from pipelines.gold.shared.payouts import (
    BALANCE,
    PAYOUT_CATEGORIES,
    PAYOUT_GAP_DAYS,
    PAYOUTS,
    REACH_DAYS,
    TRANSACTIONS,
    automatic,
    to_be_paid,
    with_available,
    with_next,
)
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.balances_daily",
    doc=(
        "One row per account, settlement currency and day. The columns from charges_minor to other_minor "
        "add up to "
        "amount_minor, and amount_minor - fees_minor = net_minor."
    ),
    day="Day on which the balance transactions and payouts were created, UTC.",
    columns=(
        count("transactions_count", "Balance transactions created on the day."),
        movement("charges_minor", "Payments taken, before fees (reporting category charge)."),
        movement("refunds_minor", "Refunds, and refunds that failed and came back."),
        movement("disputes_minor", "Disputed amounts withdrawn, and those reinstated."),
        movement("transfers_minor", "Transfers to and from connected accounts, and top-ups."),
        movement(
            "platform_earnings_minor",
            "Application fees earned from connected accounts, less those given back.",
        ),
        movement(
            "billed_fees_minor",
            "What the processor bills apart from payments: fees, network costs, taxes on them.",
        ),
        movement("adjustments_minor", "Other adjustments, and money held in reserve or released from it."),
        movement("payout_transactions_minor", "Payouts as the balance saw them; negative."),
        movement("payout_reversals_minor", "Payouts that failed or were canceled, and came back."),
        movement("other_minor", "All other reporting categories."),
        movement("amount_minor", "All of the above."),
        movement("fees_minor", "Fees kept back from these transactions (stripe_fee, application_fee, tax)."),
        movement("net_minor", "What the balance changed by: amount_minor - fees_minor."),
        movement(
            "activity_net_minor", "What the balance changed by without payouts and payouts that came back."
        ),
        count("payouts_count", "Payouts created on the day, whatever became of them."),
        movement("payouts_minor", "Amount of them; negative where money was taken from the bank account."),
        count("automatic_payouts_count", "Payouts of the day made by schedule."),
        movement("automatic_payouts_minor", "Amount of them."),
        count("failed_payouts_count", "Payouts created on the day that failed or were canceled since."),
        movement("failed_payouts_minor", "Amount of them."),
        Column(
            "payout_difference_minor",
            "bigint",
            "payouts_minor + payout_transactions_minor: must be 0. Null on days of which no balance "
            "transaction is known, as in archives of events alone.",
        ),
        Column(
            "payable_minor",
            "bigint",
            "What the automatic payouts of the day had to pay: the net of all balance transactions, other "
            "than those of automatic payouts, that became available after the last automatic payout of the "
            "last day with one, up to the last one of this day. Null without an automatic payout on the day"
            " and one in the 45 days before it, or where no such transaction is known.",
        ),
        Column(
            "payable_difference_minor",
            "bigint",
            "automatic_payouts_minor - payable_minor: 0 where automatic payouts pay what was available. "
            "Money that is kept in reserve shows here.",
        ),
    ),
)

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "charges_minor": ("charge",),
    "refunds_minor": REFUND_CATEGORIES,
    "disputes_minor": DISPUTE_CATEGORIES,
    "transfers_minor": (*TRANSFER_CATEGORIES, "topup", "topup_reversal"),
    "platform_earnings_minor": EARNING_CATEGORIES,
    "billed_fees_minor": BILLED_CATEGORIES,
    "adjustments_minor": ("other_adjustment", "risk_reserved_funds", "connect_reserved_funds"),
    "payout_transactions_minor": ("payout",),
    "payout_reversals_minor": ("payout_reversal",),
}
"""Stripe's reporting categories by the column that they are added to; the others make other_minor."""

_MAYBE_UNKNOWN = ("payout_difference_minor", "payable_minor", "payable_difference_minor")
_MEASURES = tuple(name for name in TABLE.column_names[len(TABLE.key) :] if name not in _MAYBE_UNKNOWN)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: of changed transactions and payouts, and of the payouts that they feed."""
    moved = with_available(changed[TRANSACTIONS])
    paid = live(changed[PAYOUTS]).withColumn("day", F.col("created_date"))
    fed = moved.select(*BALANCE, F.to_date("available").alias("day")).unionByName(
        paid.select(*BALANCE, "day")
    )
    days = moved.select(F.col("created_date").alias("date")).unionByName(
        paid.select(F.col("day").alias("date"))
    )
    return days.unionByName(_next_payouts(fed.distinct(), _cutoffs(now[PAYOUTS])))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    parts = [_moved(now[TRANSACTIONS], dates), _paid_out(now[PAYOUTS], dates)]
    daily = combined(parts, TABLE.key, _MEASURES)
    payable = _payable(now, dates)
    return (
        daily.join(payable, list(TABLE.key), "left").select("*", *_differences()).select(*TABLE.column_names)
    )


def _moved(rows: DataFrame, dates: Dates) -> DataFrame:
    category = F.coalesce("reporting_category", F.lit(""))
    named = [
        sum_if(category.isin(*names), "amount_minor").alias(column) for column, names in CATEGORIES.items()
    ]
    known = [name for names in CATEGORIES.values() for name in names]
    of_day = live(on_dates(rows, "created_date", dates))
    return of_day.groupBy(*BALANCE, F.col("created_date").alias("date")).agg(
        F.count(F.lit(1)).alias("transactions_count"),
        *named,
        sum_if(~category.isin(*known), "amount_minor").alias("other_minor"),
        total("amount_minor").alias("amount_minor"),
        total("fee_minor").alias("fees_minor"),
        total("net_minor").alias("net_minor"),
        sum_if(~category.isin(*PAYOUT_CATEGORIES), "net_minor").alias("activity_net_minor"),
    )


def _paid_out(payouts: DataFrame, dates: Dates) -> DataFrame:
    of_day = on_dates(live(payouts).withColumn("date", F.col("created_date")), "date", dates)
    cases = {
        "payouts": F.lit(True),
        "automatic_payouts": F.col("is_automatic"),
        "failed_payouts": F.col("status").isin("failed", "canceled"),
    }
    return of_day.groupBy(*TABLE.key).agg(
        *(count_if(case).alias(f"{name}_count") for name, case in cases.items()),
        *(sum_if(case, "amount_minor").alias(f"{name}_minor") for name, case in cases.items()),
    )


def _cutoffs(payouts: DataFrame) -> DataFrame:
    """Days with automatic payouts: the moment of the last one, and of that on the day with one before it."""
    days = (
        automatic(payouts)
        .withColumn("date", F.col("created_date"))
        .groupBy(*TABLE.key)
        .agg(F.max("created_at").alias("cutoff"))
    )
    before = Window.partitionBy(*BALANCE).orderBy("date")
    gap = F.datediff("date", F.lag("date").over(before))
    return days.withColumn("follows", F.coalesce(gap <= PAYOUT_GAP_DAYS, F.lit(False)))


def _next_payouts(fed: DataFrame, cutoffs: DataFrame) -> DataFrame:
    """Days of the next automatic payouts on or after some days, and after them."""
    later = F.datediff("date", "day").between(0, PAYOUT_GAP_DAYS + 1)
    near = cutoffs.select(*BALANCE, "date").join(fed, BALANCE).filter(later)
    nearest = near.groupBy(*BALANCE, "day").agg(
        F.min(F.when(F.col("date") == F.col("day"), F.col("date"))).alias("same"),
        F.min(F.when(F.col("date") > F.col("day"), F.col("date"))).alias("next"),
    )
    return nearest.select(F.explode(F.array("same", "next")).alias("date")).filter("date is not null")


def _payable(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    cutoffs = _cutoffs(around(_dated(now[PAYOUTS]), "day", dates, before=PAYOUT_GAP_DAYS, after=0))
    near = with_available(around(now[TRANSACTIONS], "created_date", dates, before=REACH_DAYS, after=0))
    owed = to_be_paid(near, now[PAYOUTS]).select(*BALANCE, "available", "net_minor")
    paid = with_next(owed, cutoffs.withColumn("at", F.col("cutoff")), "cutoff")
    due = paid.groupBy(*BALANCE, "cutoff").agg(F.sum("net_minor").alias("payable_minor"))
    compared = on_dates(cutoffs.filter("follows"), "date", dates)
    return compared.join(due, [*BALANCE, "cutoff"]).select(*TABLE.key, "payable_minor")


def _dated(payouts: DataFrame) -> DataFrame:
    return payouts.withColumn("day", F.col("created_date"))


def _differences() -> list[Expression]:
    booked = F.col("transactions_count") > 0
    return [
        F.when(booked, F.col("payouts_minor") + F.col("payout_transactions_minor")).alias(
            "payout_difference_minor"
        ),
        (F.col("automatic_payouts_minor") - F.col("payable_minor")).alias("payable_difference_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=(TRANSACTIONS, PAYOUTS), dates=dates, build=build)
