"""What subscriptions are worth a month: which of their versions pay, with which items, at what price.

As Stripe defines it (docs.stripe.com/billing/subscriptions/analytics/glossary): subscriptions that are active or past
due, without trials, taxes and what is metered, and with those discounts taken off that last for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import altered, live
from pipelines.frames.united import united

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

SUBSCRIPTIONS = "silver.subscription_history"
ITEMS = "silver.subscription_item_history"
PRICES = "silver.prices"
DISCOUNTS = "silver.discounts"
COUPONS = "silver.coupons"
INPUTS = (SUBSCRIPTIONS, ITEMS, PRICES, DISCOUNTS, COUPONS)

SUBSCRIPTION = ("account", "subscription_id")
ITEM = ("account", "currency", "subscription_item_id")
CUSTOMER = ("account", "currency", "customer_id")

PER_YEAR: Mapping[str, int] = {"day": 365, "week": 52, "month": 12, "year": 1}
"""Units of a billing period in a year. A month is a twelfth of that."""

UNCOLLECTED = ("mark_uncollectible", "void")
"""What paused collection does to invoices where nothing is asked for; drafts are kept to be collected later."""

PRICING = ("fixed", "metered", "tiered", "unknown")

_TOLD = ("customer_id", "status", "is_cancel_at_period_end", "cancellation_reason", "pause_behavior")
_SHOWN = ("unit_amount_minor", "quantity", "interval", "interval_count", "price_id", "product_id", "currency")
_TIMES = ("valid_from", "occurred_at", "start_at", "created_at", "trial_end_at", "ended_at")
_SCHEME = ("unit_amount_decimal", "billing_scheme", "usage_type", "units_per_amount", "units_rounding")


def versions(history: DataFrame) -> DataFrame:
    """Versions of live subscriptions: from when until when they held, and in it from when until when they paid.

    The first version that is known of a subscription counts from when it began: an archive may start later, or hold
    each object once. For the same reason one that has ended pays until it did.
    """
    in_order = Window.partitionBy(*SUBSCRIPTION).orderBy("version")
    began = F.coalesce("start_at", "created_at")
    is_first = F.row_number().over(in_order) == 1
    since = F.when(is_first, F.least("valid_from", began)).otherwise(F.col("valid_from"))
    ended = F.when(F.col("status") == "canceled", F.col("ended_at"))
    shown = live(history).withColumns(
        {
            "customer_id": F.coalesce("customer_id", "subscription_id"),
            "held_from": F.when(F.col("occurred_at").isNull(), began).otherwise(since),
            "status_before": F.lag("status").over(in_order),
        }
    )
    return shown.select(
        *SUBSCRIPTION,
        "version_id",
        *_TOLD,
        *(F.col(name).alias(f"own_{name}") for name in _SHOWN),
        F.coalesce("subscription_item_id", "subscription_id").alias("own_item_id"),
        F.col("discount_id").alias("own_discount_id"),
        "status_before",
        "held_from",
        F.col("valid_to").alias("held_to"),
        F.greatest("held_from", "trial_end_at").alias("paid_from"),
        F.least("valid_to", ended).alias("paid_to"),
    )


def is_paying() -> Column:
    """Whether a version counts: an ended one for the time before its end."""
    status = F.col("status").isin("active", "past_due", "canceled")
    collected = F.coalesce(~F.col("pause_behavior").isin(*UNCOLLECTED), F.lit(True))
    ends = (F.col("status") != "canceled") | F.col("paid_to").isNotNull()
    return status & collected & ends & (F.col("paid_to").isNull() | (F.col("paid_from") < F.col("paid_to")))


def phases(now: Mapping[str, DataFrame]) -> DataFrame:
    """Items of subscriptions with the time during which they paid, and what they pay a month.

    Which items a version of a subscription has is what came with it. A record of the first years has none: then the
    subscription's own plan stands for one.

    Returns:
        One row per item and paying version: the columns of :data:`ITEM`, whose it is, what it is priced by
        (``pricing``), ``paid_from``, ``paid_to``, and in minor units with parts ``monthly`` and, with discounts,
        ``percent`` (what they leave) and ``off`` (of the subscription) and ``item_off``.
    """
    paying = versions(now[SUBSCRIPTIONS]).filter(is_paying())
    names = (*_SHOWN, "subscription_item_id", "discount_id")
    items = live(now[ITEMS]).filter("not is_deleted").select(*SUBSCRIPTION, "version_id", *names)
    found = paying.join(items, [*SUBSCRIPTION, "version_id"], "left")
    has_item = F.col("subscription_item_id").isNotNull()
    shown = {name: F.when(has_item, F.col(name)).otherwise(F.col(f"own_{name}")) for name in _SHOWN}
    shown["currency"] = F.coalesce("currency", "own_currency")
    shown["subscription_item_id"] = F.coalesce("subscription_item_id", "own_item_id")
    each = found.withColumns(shown).filter("currency is not null")
    prices = now[PRICES].select("account", "price_id", *_SCHEME)
    priced = each.join(prices, ["account", "price_id"], "left").withColumns({"pricing": _pricing()})
    return _discounted(priced.withColumn("monthly", monthly(_price())), now)


def changes(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """From which moments on (``moment``) some subscriptions may be worth something else."""
    own = (*_TOLD, *_SHOWN, *_TIMES, "subscription_item_id", "discount_id", "livemode")
    versions = altered(changed[SUBSCRIPTIONS], [*SUBSCRIPTION, "version", "version_id", *own])
    prices = altered(changed[PRICES], ["account", "price_id", *_SCHEME]).select("account", "price_id")
    of_coupon = ("coupon_id", "percent_off", "amount_off_minor", "currency", "duration", "is_deleted")
    coupons = altered(changed[COUPONS], ["account", *of_coupon]).select("account", "coupon_id")
    given = altered(changed[DISCOUNTS], ["account", "discount_id", "coupon_id"]).select(
        "account", "discount_id"
    )
    by_coupon = now[DISCOUNTS].join(coupons, ["account", "coupon_id"], "left_semi")
    discounts = given.unionByName(by_coupon.select("account", "discount_id"))
    all_items, known = now[ITEMS], now[SUBSCRIPTIONS]
    of_item = [*SUBSCRIPTION, "version_id", "subscription_item_id", *_SHOWN, "discount_id", "is_deleted"]
    items = [altered(changed[ITEMS], of_item)]
    items += [all_items.join(prices, ["account", "price_id"], "left_semi").select(*of_item)]
    items += [all_items.join(discounts, ["account", "discount_id"], "left_semi").select(*of_item)]
    ids = united(items).select(*SUBSCRIPTION, "version_id")
    told = [*SUBSCRIPTION, *_TIMES]
    found = [
        versions.select(*told),
        known.join(ids, [*SUBSCRIPTION, "version_id"], "left_semi").select(*told),
    ]
    for others, key in ((prices, "price_id"), (discounts, "discount_id")):
        found += [known.join(others, ["account", key], "left_semi").select(*told)]
    firsts = known.groupBy(*SUBSCRIPTION).agg(F.min("valid_from").alias("first_from"))
    each = united(found).join(firsts, list(SUBSCRIPTION), "left")
    is_later = F.col("valid_from") > F.col("first_from")
    began = F.least("valid_from", F.coalesce("start_at", "created_at"))
    return each.select(F.when(is_later, F.col("valid_from")).otherwise(began).alias("moment"))


def _price() -> Column:
    """What is asked for per period, in minor units with parts of them."""
    unit = F.coalesce("unit_amount_decimal", F.col("unit_amount_minor").cast("double"))
    quantity = F.coalesce("quantity", F.lit(1)).cast("double")
    packs = quantity / F.col("units_per_amount").cast("double")
    units = (
        F.when(F.col("units_rounding") == "up", F.ceil(packs))
        .when(F.col("units_rounding") == "down", F.floor(packs))
        .otherwise(quantity)
    )
    return F.when(F.col("pricing") == "fixed", unit * units.cast("double"))


def monthly(amount: Column) -> Column:
    """An amount per billing period as one per month."""
    times = F.lit(None).cast("double")
    for unit, count in PER_YEAR.items():
        times = F.when(F.col("interval") == unit, F.lit(float(count))).otherwise(times)
    return amount * times / (F.coalesce("interval_count", F.lit(1)).cast("double") * 12.0)


def _pricing() -> Column:
    has_unit = F.coalesce("unit_amount_decimal", F.col("unit_amount_minor").cast("double")).isNotNull()
    return (
        F.when(F.col("usage_type") == "metered", "metered")
        .when(F.col("billing_scheme") == "tiered", "tiered")
        .when(has_unit & F.col("interval").isin(*PER_YEAR), "fixed")
        .when(F.col("price_id").isNotNull() & F.col("interval").isin(*PER_YEAR), "tiered")
        .otherwise("unknown")
    )


def _discounted(priced: DataFrame, now: Mapping[str, DataFrame]) -> DataFrame:
    """With what discounts that last for ever leave and take off: the item's own, and its subscription's."""
    lasting = now[COUPONS].filter("duration = 'forever' and not is_deleted")
    coupons = lasting.select(
        "account",
        "coupon_id",
        "percent_off",
        F.col("amount_off_minor").cast("double").alias("amount_off"),
        F.col("currency").alias("off_currency"),
    )
    known = now[DISCOUNTS].select("account", "discount_id", "coupon_id")
    discounts = known.join(coupons, ["account", "coupon_id"]).drop("coupon_id")
    own = discounts.withColumnRenamed("discount_id", "own_discount_id")
    found = priced.join(_renamed(discounts, "item"), ["account", "discount_id"], "left")
    found = found.join(_renamed(own, "own"), ["account", "own_discount_id"], "left")
    left = [1.0 - F.coalesce(f"{of}_percent_off", F.lit(0.0)) / 100.0 for of in ("item", "own")]
    return found.withColumns(
        {"percent": left[0] * left[1], "item_off": _off("item"), "off": _off("own")}
    ).select(
        *ITEM,
        *("subscription_id", "customer_id", "price_id", "product_id", "interval", "interval_count"),
        *("quantity", "pricing", "paid_from", "paid_to", "monthly", "percent", "item_off", "off"),
    )


def _renamed(discounts: DataFrame, of: str) -> DataFrame:
    for name in ("percent_off", "amount_off", "off_currency"):
        discounts = discounts.withColumnRenamed(name, f"{of}_{name}")
    return discounts


def _off(of: str) -> Column:
    same = F.col(f"{of}_off_currency") == F.col("currency")
    return F.coalesce(F.when(same, monthly(F.col(f"{of}_amount_off"))), F.lit(0.0))


def whole(amount: Column) -> Column:
    """An amount with parts of a minor unit as whole ones, halves up."""
    return F.floor(amount + 0.5).cast("bigint")
