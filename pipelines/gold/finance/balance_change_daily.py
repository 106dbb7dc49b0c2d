"""gold.balance_change_daily: what each balance opened with, what changed it, and what it closed with.

Defined as in Stripe's reports "Balance summary" and "Balance change from activity" (docs.stripe.com/reports/balance): a
movement counts on the day on which it was booked, whether or not its money is available yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, on_dates
from pipelines.frames.measures import altered, total
from pipelines.gold.finance import balance_transactions_enriched as enriched
from pipelines.gold.finance import balances_daily
from pipelines.gold.shared.contract import count, gold_table, movement
from pipelines.gold.shared.payouts import BALANCE
from pipelines.gold.shared.recipe import ByDay

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

PENDING_DAYS = 90
"""How long money counts as pending at most. Processors keep it for days; the bound keeps one day's figures from reading
all history."""

_ACTIVITY = (
    "charges_minor", "refunds_minor", "disputes_minor", "transfers_minor", "platform_earnings_minor",
    "billed_fees_minor", "adjustments_minor", "other_minor",
)  # fmt: skip

TABLE = gold_table(
    name="gold.balance_change_daily",
    doc=(
        "One row per account, settlement currency and day on which something was booked. opening_minor + "
        "activity_net_minor + payouts_net_minor = closing_minor, and the closing balance of a row is the opening "
        "balance of the next. Balances count from the first movement that the archive holds: where it starts later "
        "than the account, all of them lack what there was before."
    ),
    day="Day on which the movements were booked, UTC.",
    columns=(
        movement("opening_minor", "Balance at the start of the day, available or not."),
        count("transactions_count", "Movements of the day."),
        *(balances_daily.TABLE.column(name) for name in _ACTIVITY),
        movement("activity_minor", "All of the above: what was booked but payouts, before fees."),
        movement("activity_fees_minor", "Fees kept back from that."),
        movement(
            "activity_net_minor",
            "What activity changed the balance by: activity_minor - activity_fees_minor.",
        ),
        movement(
            "payouts_net_minor",
            "What payouts, and those that came back, changed it by; negative for paid out.",
        ),
        movement("closing_minor", "Balance at the end of the day, available or not."),
        movement("closing_available_minor", "Of it, what could be paid out by the end of the day."),
        movement(
            "closing_pending_minor", f"Of it, what becomes available later, for up to {PENDING_DAYS} days."
        ),
    ),
)

DAILY, ENRICHED = balances_daily.TABLE.name, enriched.TABLE.name
_KEPT = ("transactions_count", *_ACTIVITY, "activity_net_minor", "amount_minor", "net_minor")


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """The first day on which something changed, and all after it: what is corrected moves every later balance."""
    moved = altered(_booked(changed[DAILY]), [*TABLE.key, *_KEPT]).select("date")
    due = altered(changed[ENRICHED], [*TABLE.key, "balance_transaction_id", "available_at", "net_minor"])
    days = moved.unionByName(due.select("date"))
    [first] = days.agg(F.min("date")).collect()[0]
    if first is None:
        return days
    return days.unionByName(_booked(now[DAILY]).select("date").filter(F.col("date") >= F.lit(first)))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    so_far = Window.partitionBy(*BALANCE).orderBy("date").rowsBetween(Window.unboundedPreceding, 0)
    closing = F.sum("net_minor").over(so_far).cast("bigint")
    balances = on_dates(_booked(now[DAILY]).withColumn("closing_minor", closing), "date", dates)
    rows = balances.join(_pending(now[ENRICHED], dates), list(TABLE.key), "left")
    return rows.fillna(0, ["closing_pending_minor"]).withColumns(_figures()).select(*TABLE.column_names)


def _booked(daily: DataFrame) -> DataFrame:
    """Days with movements; a day of payouts alone, of which the balance knows nothing, is none."""
    return daily.filter("transactions_count > 0")


def _pending(movements: DataFrame, dates: Dates) -> DataFrame:
    """What was not available yet at the end of some days."""
    near = around(movements, "date", dates, before=PENDING_DAYS, after=0)
    last = F.least(F.date_sub(F.to_date("available_at"), 1), F.date_add("date", PENDING_DAYS))
    # What a payout sends leaves at once, whenever it arrives.
    waiting = near.filter("coalesce(reporting_category, '') <> 'payout'").filter(last >= F.col("date"))
    each = waiting.withColumn("day", F.explode(F.sequence("date", last)))
    of_day = on_dates(each.drop("date"), "day", dates)
    return of_day.groupBy(*BALANCE, F.col("day").alias("date")).agg(
        total("net_minor").alias("closing_pending_minor")
    )


def _figures() -> dict[str, Expression]:
    paid_out = F.col("payout_transactions_minor") + F.col("payout_reversals_minor")
    activity = F.col("amount_minor") - paid_out
    return {
        "opening_minor": F.col("closing_minor") - F.col("net_minor"),
        "activity_minor": activity,
        "activity_fees_minor": activity - F.col("activity_net_minor"),
        "payouts_net_minor": F.col("net_minor") - F.col("activity_net_minor"),
        "closing_available_minor": F.col("closing_minor") - F.col("closing_pending_minor"),
    }


RECIPE = ByDay(TABLE, inputs=(DAILY, ENRICHED), dates=dates, build=build)
