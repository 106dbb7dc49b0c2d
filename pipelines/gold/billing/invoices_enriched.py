"""gold.invoices_enriched: every invoice with its lines, what was credited, and the charge that paid it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, count_if, live, sum_if, total
from pipelines.gold.shared import collections
from pipelines.gold.shared.collections import (
    COLLECTION_DAYS,
    INVOICE,
    INVOICES,
    changed_dates,
    collected,
    dated,
    invoice_date,
)
from pipelines.gold.shared.contract import amount, count, gold_table, movement, repeated
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import network
from pipelines.silver import invoices
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_COPIED = (
    "created_at", "number", "status", "billing_reason", "collection_method", "customer_id", "subscription_id",
    "finalized_at", "due_at", "paid_at", "period_start_at", "period_end_at", "attempt_count", "subtotal_minor",
    "tax_minor", "total_minor", "amount_due_minor", "amount_paid_minor", "amount_remaining_minor",
    "starting_balance_minor", "application_fee_minor",
)  # fmt: skip

TABLE = gold_table(
    name="gold.invoices_enriched",
    doc="One row per invoice in live mode that is more than a preview, drafts and void ones among them: see status.",
    day="Day on which the invoice was finalized, UTC; on which it was created where it is not, or that is not told.",
    dimensions=(Column("invoice_id", "string", "The invoice, in_….", required=True),),
    columns=(
        *repeated(invoices.TABLE, *_COPIED),
        count("lines_count", "Lines that are known of it."),
        movement("lines_minor", "Their amounts, before discounts and exclusive taxes."),
        movement("prorations_minor", "Of it, what settles changes in the middle of a period."),
        movement("unplanned_minor", "Of it, lines that are for no subscription."),
        count("credit_notes_count", "Credit notes that were issued and not voided."),
        amount("credited_minor", "Amount of them, with taxes."),
        count("failed_charges_count", f"Charges for it that failed, of those within {COLLECTION_DAYS} days."),
        Column("charge_id", "string", "The last charge that paid it, ch_…; null where none is known."),
        Column("charged_at", "timestamp", "When that was made."),
        Column("payment_method_type", "string", "Way in which that was paid, such as card."),
        Column("network", "string", "Card network of it; none where no card was used."),
        amount("returned_minor", "What was given back of the charges that paid it."),
        Column("is_disputed", "boolean", "One of these charges was disputed; null where none is known."),
        Column(
            "payment_seconds",
            "bigint",
            "Seconds from the invoice's finalization, else its creation, to its payment; null where it is not paid.",
            minimum=0,
        ),
        Column("due_date", "date", "Day of due_at, UTC; null where it is charged when it is finalized."),
    ),
)

LINES, NOTES = "silver.invoice_line_items", "silver.credit_notes"
_OF_LINE = ("invoice_line_item_id", "amount_minor", "is_proration", "subscription_id", "subscription_item_id")
_OF_NOTE = ("credit_note_id", "amount_minor", "status", "livemode")
_OF_CHARGE = (
    "status", "created_at", "payment_method_type", "card_network", "card_brand", "amount_returned_minor", "is_disputed",
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed invoices, and of those whose lines, credit notes, payments or charges have changed."""
    asked = ("invoice_id", "payment_intent_id", "livemode", *_OF_CHARGE)
    told = (*_COPIED, "currency", "charge_id", "payment_intent_id", "livemode")
    days = changed_dates(changed, now, told, asked)
    for name, columns in {LINES: _OF_LINE, NOTES: _OF_NOTE}.items():
        ids = altered(changed[name], [*INVOICE, *columns]).select(*INVOICE).distinct()
        found = now[INVOICES].join(ids, list(INVOICE), "left_semi")
        days = days.unionByName(found.select(invoice_date().alias("date")))
    return days


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    bills = on_dates(dated(now[INVOICES]), "date", dates).select(*TABLE.key, *_COPIED)
    ids = bills.select(*INVOICE)
    found = bills
    for one in (
        _lines(now[LINES], ids),
        _credited(now[NOTES], ids),
        _charged(collected(now, dates, _OF_CHARGE)),
    ):
        found = found.join(one, list(INVOICE), "left")
    wait = F.unix_seconds("paid_at") - F.unix_seconds(F.coalesce("finalized_at", "created_at"))
    counted = [
        column.name for column in TABLE.columns if column.required and column.name not in bills.columns
    ]
    seconds = F.when(wait.isNotNull(), F.greatest(wait, F.lit(0)))
    rows = found.withColumns({"payment_seconds": seconds, "due_date": F.to_date("due_at")})
    return rows.fillna(0, counted).select(*TABLE.column_names)


def _lines(lines: DataFrame, ids: DataFrame) -> DataFrame:
    alone = F.coalesce("subscription_id", "subscription_item_id").isNull()
    return (
        lines.join(ids, list(INVOICE), "left_semi")
        .groupBy(*INVOICE)
        .agg(
            F.count(F.lit(1)).alias("lines_count"),
            total("amount_minor").alias("lines_minor"),
            sum_if(F.col("is_proration"), "amount_minor").alias("prorations_minor"),
            sum_if(alone, "amount_minor").alias("unplanned_minor"),
        )
    )


def _credited(notes: DataFrame, ids: DataFrame) -> DataFrame:
    issued = live(notes).filter("coalesce(status, 'issued') <> 'void'").join(ids, list(INVOICE), "left_semi")
    return issued.groupBy(*INVOICE).agg(
        F.count(F.lit(1)).alias("credit_notes_count"), total("amount_minor").alias("credited_minor")
    )


def _charged(charges: DataFrame) -> DataFrame:
    paid = F.col("status") == "succeeded"
    latest = Window.partitionBy(*INVOICE, "status").orderBy(F.desc("created_at"), F.desc("charge_id"))
    last = paid & (F.row_number().over(latest) == 1)
    facts = {"charged_at": "created_at", "payment_method_type": "payment_method_type", "network": "over"}
    ordered = charges.withColumns({"is_last": last, "over": network()})
    return ordered.groupBy(*INVOICE).agg(
        count_if(F.col("status") == "failed").alias("failed_charges_count"),
        F.max(F.when(F.col("is_last"), F.col("charge_id"))).alias("charge_id"),
        *(F.max(F.when(F.col("is_last"), F.col(column))).alias(name) for name, column in facts.items()),
        sum_if(paid, "amount_returned_minor").alias("returned_minor"),
        F.when(count_if(paid) > 0, count_if(paid & F.col("is_disputed")) > 0).alias("is_disputed"),
    )


RECIPE = ByDay(TABLE, inputs=(*collections.INPUTS, LINES, NOTES), dates=dates, build=build)
