"""gold.coupons_used: what coupons took off invoices, and whom they brought.

Since 2020-08-27 invoices list what each discount took off, and a discount tells its coupon. Those of before have one
coupon, and what it took off is what is missing between their subtotal, taxes and total.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, count_if, total
from pipelines.frames.united import united
from pipelines.gold.shared.billed import FINALIZED
from pipelines.gold.shared.collections import INVOICE, INVOICES, dated
from pipelines.gold.shared.contract import amount, count, dimension, gold_table, movement
from pipelines.gold.shared.recipe import ByDay
from pipelines.gold.shared.recurring import DISCOUNTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

UNKNOWN = "unknown"

TABLE = gold_table(
    name="gold.coupons_used",
    doc=(
        "One row per account, currency, day and coupon that took something off an invoice. An invoice with two coupons "
        "counts in the rows of both: amounts discounted may be added over coupons, invoices and their amounts may not."
    ),
    day="Day on which the invoices were finalized, UTC.",
    dimensions=(
        dimension(
            "coupon_id", "The coupon; unknown where records tell the discount and not what it came from."
        ),
    ),
    columns=(
        count("redemptions_count", "Discounts by the coupon that took something off for the first time."),
        count("invoices_count", "Finalized invoices, not void, that it took something off."),
        count(
            "new_customers_count", "Customers whose first finalized invoice in the account is one of these."
        ),
        amount("discounted_minor", "What it took off."),
        movement("subtotal_minor", "Subtotals of the invoices, before discounts and exclusive taxes."),
        movement("net_invoiced_minor", "Their totals after all discounts, without taxes."),
    ),
)

INPUTS = (INVOICES, DISCOUNTS)

_MONEY = ("subtotal_minor", "total_minor", "total_excluding_tax_minor", "tax_minor")
_OF_DISCOUNT = ("discount_amounts", "discount_id", "coupon_id")
_TOLD = (*INVOICE, "currency", "date", "status", "customer_id", "subscription_id", *_OF_DISCOUNT, *_MONEY)
_LISTED = "from_json(discount_amounts, 'array<struct<amount: double, discount: string>>')"
_CUSTOMER = ["account", "customer_id"]
_USE = (
    *_CUSTOMER, "invoice_id", "currency", "date", "use", "coupon_id", "amount_minor", "subtotal_minor", "net_minor",
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed invoices, and of others of their customers: another one may be the first. Days of discounts."""
    invoices = altered(dated(changed[INVOICES]), _TOLD)
    told = altered(changed[DISCOUNTS], ["account", "discount_id", "coupon_id"])
    known = _finalized(now)
    used = _uses(known)
    days = [
        known.join(invoices.select(*_CUSTOMER), _CUSTOMER, "left_semi"),
        used.join(_uses(invoices).select("account", "use"), ["account", "use"], "left_semi"),
        used.join(told.select("account", F.col("discount_id").alias("use")), ["account", "use"], "left_semi"),
    ]
    return united(rows.select("date") for rows in (invoices, *days))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    invoices = _finalized(now)
    in_order = Window.partitionBy("account", "use").orderBy("date", "invoice_id")
    used = on_dates(_uses(invoices).withColumn("place", F.row_number().over(in_order)), "date", dates)
    of_customers = invoices.join(used.select(*_CUSTOMER), _CUSTOMER, "left_semi").groupBy(*_CUSTOMER)
    first = of_customers.agg(F.min(F.struct("date", "invoice_id")).alias("first"))
    known = now[DISCOUNTS].select(
        "account", F.col("discount_id").alias("use"), F.col("coupon_id").alias("of_discount")
    )
    told = used.join(known, ["account", "use"], "left").join(first, _CUSTOMER, "left")
    coupon = F.coalesce("of_discount", "coupon_id", F.lit(UNKNOWN))
    each = (
        told.withColumn("coupon_id", coupon)
        .groupBy(*TABLE.key, "invoice_id")
        .agg(
            count_if(F.col("place") == 1).alias("firsts"),
            (F.max("first.invoice_id") == F.col("invoice_id")).alias("is_new"),
            F.max("customer_id").alias("customer_id"),
            total("amount_minor").alias("amount_minor"),
            F.max("subtotal_minor").alias("before_minor"),
            F.max("net_minor").alias("net_minor"),
        )
    )
    return each.groupBy(*TABLE.key).agg(
        total("firsts").alias("redemptions_count"),
        F.count(F.lit(1)).alias("invoices_count"),
        count_if(F.col("is_new")).alias("new_customers_count"),
        total("amount_minor").alias("discounted_minor"),
        total("before_minor").alias("subtotal_minor"),
        total("net_minor").alias("net_invoiced_minor"),
    ).select(*TABLE.column_names)  # fmt: skip


def _finalized(now: Mapping[str, DataFrame]) -> DataFrame:
    return dated(now[INVOICES]).select(*_TOLD)


def _uses(invoices: DataFrame) -> DataFrame:
    """What each discount took off each finalized invoice, with the discount, or what stands for it, as ``use``."""
    billed = invoices.filter(F.col("status").isin(*FINALIZED)).withColumn(
        "net_minor",
        F.coalesce("total_excluding_tax_minor", F.col("total_minor") - F.coalesce("tax_minor", F.lit(0))),
    )
    listed = billed.filter("discount_amounts is not null").withColumn("one", F.explode(F.expr(_LISTED)))
    is_whole = F.col("one.discount").startswith("{")
    named = F.when(is_whole, F.get_json_object("one.discount", "$.id")).otherwise(F.col("one.discount"))
    since = listed.withColumns({"amount_minor": F.col("one.amount").cast("bigint"), "use": named}).withColumn(
        "coupon_id", F.when(F.col("use") == F.col("discount_id"), F.col("coupon_id"))
    )
    told = billed.filter("discount_amounts is null and coupon_id is not null")
    missing = F.col("subtotal_minor") + F.coalesce("tax_minor", F.lit(0)) - F.col("total_minor")
    stand_in = F.concat_ws(" ", "coupon_id", F.coalesce("subscription_id", "customer_id"))
    before = told.withColumns(
        {"amount_minor": missing.cast("bigint"), "use": F.coalesce("discount_id", stand_in)}
    )
    columns = (
        *_CUSTOMER,
        "invoice_id",
        "currency",
        "date",
        "use",
        "coupon_id",
        "amount_minor",
        "subtotal_minor",
        "net_minor",
    )
    return since.select(*columns).unionByName(before.select(*columns)).filter("amount_minor > 0")


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
