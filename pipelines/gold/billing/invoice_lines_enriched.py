"""gold.invoice_lines_enriched: what invoices charge for, line by line, with the product and the price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, text
from pipelines.gold.shared.collections import INVOICE, INVOICES, dated, invoice_date
from pipelines.gold.shared.contract import gold_table, repeated
from pipelines.gold.shared.recipe import ByDay
from pipelines.silver import discounts, invoice_line_items, invoices, prices, products
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

KINDS = ("subscription", "usage", "proration", "single", "unknown")

_OF_LINE = (
    "place", "amount_minor", "quantity", "unit_amount", "is_proration", "is_discountable", "period_start_at",
    "period_end_at", "subscription_item_id", "invoice_item_id", "price_id", "product_id", "discount_id",
)  # fmt: skip
_OF_INVOICE = ("status", "billing_reason", "customer_id", "paid_at")
_OF_PRICE = ("nickname", "interval", "interval_count", "usage_type", "billing_scheme")


def _said(declared: ModuleType, *names: str) -> tuple[Column, ...]:
    """Columns of a silver table, which may be null beside a line."""
    return tuple(replace(column, required=False) for column in repeated(declared.TABLE, *names))


TABLE = gold_table(
    name="gold.invoice_lines_enriched",
    doc=(
        "One row per line of an invoice in live mode that is more than a preview. The amounts of an invoice's lines "
        "add up to its subtotal, where all of them are told."
    ),
    day="Day of the invoice, as in gold.invoices_enriched.",
    dimensions=(Column("invoice_line_item_id", "string", "The line, il_….", required=True),),
    columns=(
        Column("invoice_id", "string", "Invoice that the line is on, in_….", required=True),
        *_said(invoices, *_OF_INVOICE),
        Column("subscription_id", "string", "Subscription of the line, else of its invoice, sub_…."),
        Column(
            "kind",
            "string",
            "proration: it settles a change in the middle of a period. usage: of a metered price. subscription: a "
            "period of a subscription. single: for no subscription. unknown: nothing of that is told.",
            required=True,
            known=KINDS,
        ),
        *(
            replace(column, required=column.name == "amount_minor")
            for column in _said(invoice_line_items, *_OF_LINE)
        ),
        *_said(prices, *_OF_PRICE),
        *_said(products, "product_name"),
        *_said(discounts, "coupon_id"),
    ),
)

LINES, PRICES, PRODUCTS, DISCOUNTS = (
    module.TABLE.name for module in (invoice_line_items, prices, products, discounts)
)
_BESIDE = {
    PRICES: ("price_id", _OF_PRICE),
    PRODUCTS: ("product_id", ("product_name",)),
    DISCOUNTS: ("discount_id", ("coupon_id",)),
}
"""By input that stands beside lines, the id by which they name it, and what is told of it."""


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of the invoices of changed lines, and of changed invoices, prices, products and discounts."""
    told = ("invoice_line_item_id", "currency", "line_type", "subscription_id", *_OF_LINE)
    ids = [altered(changed[LINES], [*INVOICE, *told])]
    for name, (key, facts) in _BESIDE.items():
        others = altered(changed[name], ["account", key, *facts]).select("account", key).distinct()
        ids.append(now[LINES].join(others, ["account", key], "left_semi"))
    of_invoice = [*_OF_INVOICE, "currency", "subscription_id", "livemode"]
    bills = altered(changed[INVOICES].withColumn("date", invoice_date()), [*INVOICE, "date", *of_invoice])
    days = bills.select("date")
    for lines in ids:
        found = now[INVOICES].join(lines.select(*map(text, INVOICE)).distinct(), list(INVOICE), "left_semi")
        days = days.unionByName(found.select(invoice_date().alias("date")))
    return days


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    bills = on_dates(dated(now[INVOICES]), "date", dates).select(
        *INVOICE,
        "date",
        *_OF_INVOICE,
        F.col("currency").alias("asked_in"),
        F.col("subscription_id").alias("billed_subscription_id"),
    )
    lines = now[LINES].select(
        *INVOICE, "invoice_line_item_id", "currency", "subscription_id", "line_type", *_OF_LINE
    )
    rows = lines.join(bills, list(INVOICE))
    for name, (key, facts) in _BESIDE.items():
        rows = rows.join(now[name].select("account", key, *facts), ["account", key], "left")
    told = {
        "kind": _kind(),
        "currency": F.coalesce("currency", "asked_in"),
        "subscription_id": F.coalesce("subscription_id", "billed_subscription_id"),
    }
    return rows.withColumns(told).select(*TABLE.column_names)


def _kind() -> Expression:
    """What a line is for; lines of the first years say it by their subscription alone."""
    of_item = F.coalesce("subscription_item_id", "subscription_id").isNotNull()
    of_subscription = (F.col("line_type") == "subscription_item_details") | of_item
    return (
        F.when(F.col("is_proration"), "proration")
        .when(F.col("usage_type") == "metered", "usage")
        .when(of_subscription, "subscription")
        .when((F.col("line_type") == "invoice_item_details") | F.col("invoice_item_id").isNotNull(), "single")
        .otherwise("unknown")
    )


RECIPE = ByDay(TABLE, inputs=(LINES, INVOICES, PRICES, PRODUCTS, DISCOUNTS), dates=dates, build=build)
