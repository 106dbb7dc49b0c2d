"""gold.ending_balance_reconciliation: whether each day's closing balance is what no payout has paid out yet.

As Stripe's report "Ending balance reconciliation" (docs.stripe.com/reports/payout-reconciliation) has it, which is for
accounts with automatic payouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered, sum_if, total
from pipelines.gold.finance import balance_change_daily as changes
from pipelines.gold.finance import balance_transactions_enriched as enriched
from pipelines.gold.shared.contract import count, gold_table, movement
from pipelines.gold.shared.movements import DISPUTE_CATEGORIES, REFUND_CATEGORIES
from pipelines.gold.shared.payouts import BALANCE, PAYOUT_GAP_DAYS, REACH_DAYS, is_own
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

STATUSES = ("matched", "different", "not_comparable")

_PARTS: Mapping[str, tuple[str, ...]] = {
    "unpaid_charges_minor": ("charge",),
    "unpaid_refunds_minor": REFUND_CATEGORIES,
    "unpaid_disputes_minor": DISPUTE_CATEGORIES,
}
"""Reporting categories by the column of what is not paid out; the others make unpaid_other_minor."""

TABLE = gold_table(
    name="gold.ending_balance_reconciliation",
    doc=(
        "One row per account, settlement currency and day on which something was booked. Which movements make up what "
        "is not paid out is in gold.balance_transactions_enriched: those booked by the day without a payout by then."
    ),
    day="Day at the end of which the balance is looked at, UTC.",
    columns=(
        movement("closing_minor", "Balance at the end of the day, as gold.balance_change_daily has it."),
        count("unpaid_count", "Movements that no automatic payout has paid by the end of the day."),
        movement("unpaid_minor", f"Net of them: the sum of the four below. Of the {REACH_DAYS} days before."),
        movement("unpaid_charges_minor", "Of it, payments."),
        movement("unpaid_refunds_minor", "Of it, refunds, and those that failed and came back."),
        movement("unpaid_disputes_minor", "Of it, disputed amounts withdrawn and reinstated."),
        movement("unpaid_other_minor", "Of it, all other categories, payouts that came back among them."),
        Column(
            "last_payout_date",
            "date",
            f"Day of the last automatic payout; null for none in {PAYOUT_GAP_DAYS} days.",
        ),
        movement("difference_minor", "closing_minor - unpaid_minor."),
        Column(
            "status",
            "string",
            "matched: nothing differs. not_comparable: there was no automatic payout lately, so nobody knows what was "
            "paid out. different: payouts paid other than what was available, or movements before the archive begins "
            "are missing; then the difference is the same every day.",
            required=True,
            known=STATUSES,
        ),
    ),
)

CHANGES, ENRICHED = changes.TABLE.name, enriched.TABLE.name


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed balances, and those on which changed movements were not paid out yet."""
    balances = altered(changed[CHANGES], [*TABLE.key, "closing_minor"]).select("date")
    told = [
        *TABLE.key,
        "balance_transaction_id",
        "reporting_category",
        "source_id",
        "payout_id",
        "payout_date",
    ]
    moved = altered(changed[ENRICHED], [*told, "net_minor"])
    near = around(now[CHANGES], "date", days_of(moved, "date"), before=0, after=REACH_DAYS)
    waiting = _waiting(moved).select("date").distinct()
    followed = _payouts(moved).select("date").distinct()
    return balances.unionByName(near.select("date").join(waiting.unionByName(followed), "date", "left_semi"))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    balances = on_dates(now[CHANGES], "date", dates).select(*TABLE.key, "closing_minor")
    near = around(now[ENRICHED], "date", dates, before=REACH_DAYS, after=0)
    unpaid = on_dates(_waiting(near), "date", dates).groupBy(*TABLE.key).agg(*_figures())
    paid = on_dates(_payouts(near), "date", dates).groupBy(*TABLE.key)
    last = paid.agg(F.max("paid_on").alias("last_payout_date"))
    rows = balances.join(unpaid, list(TABLE.key), "left").join(last, list(TABLE.key), "left")
    known = rows.fillna(0, [name for name in TABLE.column_names if name.startswith("unpaid_")])
    difference = F.col("closing_minor") - F.col("unpaid_minor")
    status = (
        F.when(F.col("last_payout_date").isNull(), "not_comparable")
        .when(difference == 0, "matched")
        .otherwise("different")
    )
    return known.withColumns({"difference_minor": difference, "status": status}).select(*TABLE.column_names)


def _waiting(movements: DataFrame) -> DataFrame:
    """Movements on each day at the end of which they were not paid out yet."""
    last = F.least(
        F.coalesce(F.date_sub("payout_date", 1), F.date_add("date", REACH_DAYS)),
        F.date_add("date", REACH_DAYS),
    )
    owed = movements.filter(~is_own()).filter(last >= F.col("date"))
    each = owed.withColumn("day", F.explode(F.sequence("date", last)))
    return each.drop("date").withColumnRenamed("day", "date")


def _payouts(movements: DataFrame) -> DataFrame:
    """Automatic payouts on each day on which they may be the last one."""
    each = movements.filter(is_own()).withColumn(
        "day", F.explode(F.sequence("date", F.date_add("date", PAYOUT_GAP_DAYS)))
    )
    return each.select(*BALANCE, F.col("date").alias("paid_on"), F.col("day").alias("date"))


def _figures() -> list[Expression]:
    category = F.coalesce("reporting_category", F.lit(""))
    known = [name for names in _PARTS.values() for name in names]
    return [
        F.count(F.lit(1)).alias("unpaid_count"),
        total("net_minor").alias("unpaid_minor"),
        *(sum_if(category.isin(*names), "net_minor").alias(column) for column, names in _PARTS.items()),
        sum_if(~category.isin(*known), "net_minor").alias("unpaid_other_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=(CHANGES, ENRICHED), dates=dates, build=build)
