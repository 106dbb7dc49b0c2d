"""gold.subscription_items_mrr_monthly: what subscriptions are worth a month, and what moved it.

The movements are those of Stripe's report "MRR roll-forward" (docs.stripe.com/billing/subscriptions/analytics): a
customer's change from one month's end to the next is one of them, whatever it is made up of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames import clock
from pipelines.frames.days import on_dates
from pipelines.frames.measures import total
from pipelines.frames.months import begins, in_months, later, month_at, month_of, months_between
from pipelines.frames.united import united
from pipelines.gold.shared import recurring
from pipelines.gold.shared.billed import INVOICES, LINES, billed, changed_lines, of_tiers
from pipelines.gold.shared.contract import amount, gold_table, movement
from pipelines.gold.shared.recipe import ByDay
from pipelines.gold.shared.recurring import CUSTOMER, PRICING, SUBSCRIPTION, SUBSCRIPTIONS, whole
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

MOVEMENTS = ("new", "reactivated", "expansion", "contraction", "churned")
REASONS = ("voluntary", "involuntary", "paused", "other")

TABLE = gold_table(
    name="gold.subscription_items_mrr_monthly",
    doc=(
        "One row per account, currency, month and item of a subscription that pays at the start or the end of the "
        "month, or is billed for it. Up to the month in which one of them, or an invoice, changed last. opening_minor "
        "+ the five movements = closing_minor, in each row and in all sums, and the closing amount of a month is the "
        "opening one of the next. Amounts of active and past-due subscriptions, without trials, taxes and metered "
        "usage."
    ),
    day="First day of the month, UTC.",
    dimensions=(
        Column(
            "subscription_item_id",
            "string",
            "The item, si_…; the subscription, where a record of the first years has no items.",
            required=True,
        ),
    ),
    columns=(
        Column("subscription_id", "string", "Subscription that it is an item of, sub_…."),
        Column("customer_id", "string", "Customer who pays, cus_…; the subscription where that is unknown."),
        Column("price_id", "string", "Price at the end of the month, else that at its start, price_…."),
        Column("product_id", "string", "Product of that price, prod_…."),
        Column("interval", "string", "Unit of its billing period."),
        Column("interval_count", "bigint", "Units in one billing period.", minimum=1),
        Column(
            "quantity", "bigint", "Units of the item at the end of the month, else at its start.", minimum=0
        ),
        Column(
            "pricing",
            "string",
            "fixed: the price says what a period costs. metered: usage alone is asked for, which nobody has promised: "
            "it is in billed_minor. tiered: records do not say the tiers; it is worth what was last billed for the "
            "period that holds the month's end. unknown: no price is told.",
            required=True,
            known=PRICING,
        ),
        Column(
            "movement",
            "string",
            "What the customer did in this currency: new: pays, and never did before. reactivated: pays again. "
            "expansion, contraction: pays more, less. churned: pays nothing any more. none: no change in sum.",
            required=True,
            known=(*MOVEMENTS, "none"),
        ),
        Column(
            "churn_reason",
            "string",
            "Of an item that a churned customer paid for: involuntary: payments failed, or were disputed. voluntary: "
            "it was canceled otherwise. paused: nothing is collected. other: it was taken off, or costs nothing.",
            known=REASONS,
        ),
        amount("opening_minor", "Contracted amount a month when the month began."),
        movement("new_minor", "Change of it, of a customer who is new."),
        movement("reactivated_minor", "Of one who pays again."),
        movement("expansion_minor", "Of one who pays more; negative for an item that gave way to another."),
        movement("contraction_minor", "Of one who pays less: negative in sum."),
        movement("churned_minor", "Of one who pays nothing any more: negative."),
        amount("closing_minor", "Contracted amount a month when the month ended, before discounts."),
        amount("discounted_minor", "The same less discounts that last for ever."),
        movement(
            "billed_minor",
            "What finalized invoices bill for time within the month, usage and prorations among it, before discounts: "
            "each line spread evenly over its period.",
        ),
    ),
)

_CLOCK = (SUBSCRIPTIONS, INVOICES)
_TOLD = (
    "subscription_id", "customer_id", "price_id", "product_id", "interval", "interval_count", "quantity", "pricing",
)  # fmt: skip
_SUMS = ("opening_minor", "closing_minor", "discounted_minor", "billed_minor")


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Months from the first change of a subscription on, those of changed lines, and those that have begun since."""
    last = _last(now)
    before, after = (month_at(second) for second in clock.passed(_by_event(changed), _by_event(now), _CLOCK))
    [first] = recurring.changes(changed, now).agg(F.min(F.unix_seconds("moment"))).collect()[0]
    months = set() if first is None else set(months_between(month_at(first), last))
    if before > month_at(0):
        months.update(months_between(later(before, 1), after))
    found = now[SUBSCRIPTIONS].sparkSession.createDataFrame(
        [(month,) for month in sorted(months)], "date date"
    )
    lines = changed_lines(changed, now)
    bounds = lines.agg(F.min("start"), F.max("end")).collect()[0]
    if bounds[0] is None:
        return found
    every = [str(month) for month in months_between(bounds[0].date().replace(day=1), last)]
    of_lines = in_months(lines, month_of("start"), month_of("end"), every)
    return found.unionByName(of_lines.select("date"))


def build(now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The rows of some months (ISO dates of their first days)."""
    worth = _worth(now, sorted({*dates, *(str(later(date.fromisoformat(day), -1)) for day in dates)}))
    ends = worth.withColumnsRenamed({"amount": "closing_minor", "less": "discounted_minor"})
    starts = worth.drop("less").withColumnRenamed("amount", "opening_minor")
    starts = starts.withColumn("date", F.to_date(F.add_months("date", 1)))
    sides = [_with_all(side) for side in (ends, starts, billed(now, dates))]
    rows = united(sides)
    items = on_dates(rows, "date", dates).groupBy(*TABLE.key).agg(*_figures())
    moved = _moved(items, recurring.phases(now))
    return moved.join(_reasons(moved, now), list(TABLE.key), "left").select(*TABLE.column_names)


def _last(now: Mapping[str, DataFrame]) -> date:
    """The month of the newest record."""
    return month_at(clock.newest(_by_event(now), _CLOCK))


def _by_event(frames: Mapping[str, DataFrame]) -> Mapping[str, DataFrame]:
    """What the clock looks at, as of when it happened: a list of objects is known when its file was written, which may
    be years after the last of them."""
    return {name: frames[name].withColumn("known_at", F.col("occurred_at")) for name in _CLOCK}


def _worth(now: Mapping[str, DataFrame], months: Sequence[str]) -> DataFrame:
    """What items are worth at the ends of some months: ``amount``, and ``less`` discounts, in whole minor units."""
    until = F.coalesce(F.add_months(month_of("paid_to"), -1), F.lit(_last(now)))
    paid = in_months(recurring.phases(now), month_of("paid_from"), until, months)
    tiers = of_tiers(now, months)
    key = ["account", "subscription_item_id", "date"]
    told = paid.join(tiers, key, "left").withColumn(
        "monthly",
        F.when(
            F.col("pricing") == "tiered", recurring.monthly(F.col("tiers_minor").cast("double"))
        ).otherwise(F.col("monthly")),
    )
    valued = told.withColumns({"monthly": F.coalesce("monthly", F.lit(0.0))}).withColumn(
        "amount", whole(F.col("monthly"))
    )
    of_subscription = Window.partitionBy(*SUBSCRIPTION, "currency", "date")
    sum_of_all = F.sum("amount").over(of_subscription).cast("double")
    share = F.when(sum_of_all > 0, F.col("amount").cast("double") / sum_of_all).otherwise(0.0)
    left = F.col("monthly") * F.col("percent") - F.col("item_off") - F.col("off") * share
    return valued.withColumn("less", whole(F.greatest(left, F.lit(0.0)))).select(
        *TABLE.key, *_TOLD, "amount", "less"
    )


def _with_all(side: DataFrame) -> DataFrame:
    """The same with null for what it does not say."""
    wanted = [TABLE.column(name) for name in (*TABLE.key, *_TOLD, *_SUMS)]
    return side.select(
        *(
            F.col(column.name)
            if column.name in side.columns
            else F.lit(None).cast(column.type).alias(column.name)
            for column in wanted
        )
    )


def _figures() -> list[Expression]:
    """What a row says: of its end, else of its start, else of what was billed."""
    at_end, at_start = F.col("closing_minor").isNotNull(), F.col("opening_minor").isNotNull()
    told = [
        F.coalesce(
            F.max(F.when(at_end, F.col(name))), F.max(F.when(at_start, F.col(name))), F.max(name)
        ).alias(name)
        for name in _TOLD
    ]
    return [*told, *(total(name).alias(name) for name in _SUMS)]


def _moved(items: DataFrame, phases: DataFrame) -> DataFrame:
    """Items with what their customers did."""
    worth_something = F.coalesce(F.col("monthly") > 0, F.col("pricing") == "tiered")
    firsts = phases.filter(worth_something).groupBy(*CUSTOMER).agg(F.min("paid_from").alias("first_paid"))
    of_customer = Window.partitionBy(*CUSTOMER, "date")
    opened, closed = (F.sum(name).over(of_customer) for name in ("opening_minor", "closing_minor"))
    found = items.withColumns(
        {
            "customer_id": F.coalesce("customer_id", "subscription_id", "subscription_item_id"),
            "pricing": F.coalesce("pricing", F.lit("unknown")),
            "change": F.col("closing_minor") - F.col("opening_minor"),
        }
    )
    sums = found.withColumns({"opened": opened, "closed": closed}).join(firsts, list(CUSTOMER), "left")
    paid_before = F.coalesce(F.unix_seconds("first_paid") < begins("date"), F.lit(False))
    kind = (
        F.when(F.col("opened") == F.col("closed"), "none")
        .when((F.col("opened") == 0) & paid_before, "reactivated")
        .when(F.col("opened") == 0, "new")
        .when(F.col("closed") == 0, "churned")
        .when(F.col("closed") > F.col("opened"), "expansion")
        .otherwise("contraction")
    )
    # Where items change and their sum does not, one gave way to another.
    column = F.when(F.col("movement") == "none", "expansion").otherwise(F.col("movement"))
    changes = {
        f"{name}_minor": F.when(column == name, F.col("change")).otherwise(0).cast("bigint")
        for name in MOVEMENTS
    }
    return sums.withColumn("movement", kind).withColumns(changes)


def _reasons(moved: DataFrame, now: Mapping[str, DataFrame]) -> DataFrame:
    """Why churned customers' items pay nothing any more."""
    lost = moved.filter("movement = 'churned' and opening_minor > 0").select(*TABLE.key, "subscription_id")
    end = begins("date", 1)
    held = (F.unix_seconds("held_from") < end) & (
        F.col("held_to").isNull() | (F.unix_seconds("held_to") >= end)
    )
    last = recurring.versions(now[SUBSCRIPTIONS])
    found = lost.join(last, list(SUBSCRIPTION), "left").filter(F.col("status").isNull() | held)
    return found.groupBy(*TABLE.key).agg(F.max(_reason()).alias("churn_reason"))


def _reason() -> Expression:
    status, reason = F.col("status"), F.col("cancellation_reason")
    fell_behind = F.col("status_before").isin("past_due", "unpaid") & ~F.coalesce(
        "is_cancel_at_period_end", F.lit(False)
    )
    return (
        F.when(status == "unpaid", "involuntary")
        .when((status == "canceled") & reason.isin("payment_failed", "payment_disputed"), "involuntary")
        .when((status == "canceled") & reason.isNull() & fell_behind, "involuntary")
        .when(status == "canceled", "voluntary")
        .when((status == "paused") | F.col("pause_behavior").isin(*recurring.UNCOLLECTED), "paused")
        .otherwise("other")
    )


RECIPE = ByDay(TABLE, inputs=(*recurring.INPUTS, LINES, INVOICES), dates=dates, build=build, lists_days=True)
