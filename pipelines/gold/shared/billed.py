"""What invoices bill for the items of subscriptions, spread over the months that it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import altered, live
from pipelines.frames.months import begins, in_months, month_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

LINES = "silver.invoice_line_items"
INVOICES = "silver.invoices"
FINALIZED = ("open", "paid", "uncollectible")
"""How far an invoice has come that asks for money; a void one does not any more."""

_OF_LINE = (
    "account", "invoice_id", "invoice_line_item_id", "currency", "amount_minor", "subscription_id",
    "subscription_item_id", "period_start_at", "period_end_at", "is_proration",
)  # fmt: skip
_OF_INVOICE = ("account", "invoice_id", "invoice_currency", "customer_id", "created_at", "is_finalized")


def billed(now: Mapping[str, DataFrame], months: Sequence[str]) -> DataFrame:
    """What each line bills for some months (ISO dates, ``date``), as ``billed_minor``: all of a line's add up to it."""
    lines = _lines(now[LINES].select(*_OF_LINE), _invoices(now[INVOICES])).filter("is_finalized")
    last_second = F.timestamp_seconds(F.greatest(F.unix_seconds("end") - 1, F.unix_seconds("start")))
    each = in_months(lines, month_of("start"), month_of(last_second), months)
    start, end = F.unix_seconds("start"), F.unix_seconds("end")
    bounds = {
        "length": end - start,
        "since": F.greatest(begins("date") - start, F.lit(0)),
        "until": F.least(begins("date", 1), end) - start,
    }
    share = _part("until") - _part("since")
    amount = F.when(F.col("length") > 0, share).otherwise(F.col("amount_minor")).cast("bigint")
    return each.withColumns(bounds).select(
        "account", "currency", "date", "subscription_item_id", "subscription_id", "customer_id",
        amount.alias("billed_minor"),
    )  # fmt: skip


def of_tiers(now: Mapping[str, DataFrame], months: Sequence[str]) -> DataFrame:
    """What the latest invoice asks of an item for the whole period that holds a month's end, as ``tiers_minor``.

    Each tier is a line of its own.
    """
    lines = _lines(now[LINES].select(*_OF_LINE), _invoices(now[INVOICES]))
    whole = lines.filter("is_finalized and not coalesce(is_proration, false)")
    each = in_months(whole, month_of("start"), F.add_months(month_of("end"), -1), months)
    of_invoice = ["account", "subscription_item_id", "date", "start", "invoice_id"]
    sums = each.groupBy(*of_invoice).agg(F.sum("amount_minor").cast("bigint").alias("tiers_minor"))
    latest = Window.partitionBy(*of_invoice[:3]).orderBy(F.desc("start"), F.desc("invoice_id"))
    found = sums.withColumn("place", F.row_number().over(latest)).filter("place = 1")
    return found.select(*of_invoice[:3], F.greatest("tiers_minor", F.lit(0)).alias("tiers_minor"))


def changed_lines(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Lines that may bill another amount or at another time, with the time that they are for (``start``, ``end``)."""
    lines = _lines(altered(changed[LINES], _OF_LINE), _invoices(now[INVOICES]))
    invoices = altered(_invoices(changed[INVOICES]), _OF_INVOICE)
    of_invoices = _lines(now[LINES].select(*_OF_LINE), invoices)
    return lines.select("start", "end").unionByName(of_invoices.select("start", "end"))


def _invoices(invoices: DataFrame) -> DataFrame:
    named = live(invoices).withColumns(
        {
            "invoice_currency": F.col("currency"),
            "is_finalized": F.coalesce(F.col("status").isin(*FINALIZED), F.lit(False)),
        }
    )
    return named.select(*_OF_INVOICE)


def _lines(lines: DataFrame, invoices: DataFrame) -> DataFrame:
    """Lines for items of subscriptions, and for subscriptions of the first years, which had none."""
    item = F.coalesce("subscription_item_id", "subscription_id")
    found = lines.withColumn("subscription_item_id", item).filter("subscription_item_id is not null")
    start = F.coalesce("period_start_at", "created_at")
    return found.join(invoices, ["account", "invoice_id"]).withColumns(
        {
            "currency": F.coalesce("currency", "invoice_currency"),
            "start": start,
            "end": F.greatest("period_end_at", start),
        }
    )


def _part(seconds: str) -> Column:
    """What a line bills for its first seconds: without a product that could be too large for a whole number."""
    return F.expr(f"(amount_minor div length) * {seconds} + ((amount_minor % length) * {seconds}) div length")
