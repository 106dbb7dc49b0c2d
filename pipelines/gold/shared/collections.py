"""Which charges were made to collect which invoices, in every API version that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around
from pipelines.frames.measures import altered, live, text

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

INVOICES = "silver.invoices"
INVOICE_PAYMENTS = "silver.invoice_payments"
CHARGES = "silver.charges"
INPUTS = (INVOICES, INVOICE_PAYMENTS, CHARGES)

COLLECTION_DAYS = 180
"""How long after its day an invoice's charges are looked for: the bound keeps one day's figures from reading all
history. Retries end within two months; what is paid by hand may come later."""

INVOICE = ("account", "invoice_id")
_TOLD = ("payment_intent_id", "charge_id")


def invoice_date() -> Column:
    """The day of an invoice: that on which it was finalized; a draft's, on which it was created."""
    return F.to_date(F.coalesce("finalized_at", "created_at"))


def dated(invoices: DataFrame) -> DataFrame:
    """Live invoices with their day as ``date``; previews, which have no status, are none."""
    return live(invoices).filter("status is not null").withColumn("date", invoice_date())


def changed_dates(
    changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame], told: Sequence[str], asked: Sequence[str]
) -> DataFrame:
    """Days of changed invoices, and of those whose payments or charges have changed.

    Args:
        changed: rows as they are and as they were, by input.
        now: the inputs.
        told: columns of invoices that are used.
        asked: columns of charges that are used.
    """
    invoices = altered(changed[INVOICES].withColumn("date", invoice_date()), [*INVOICE, "date", *told])
    columns = [*INVOICE, *_TOLD, "status", "payment_record_id"]
    payments = altered(changed[INVOICE_PAYMENTS], columns).select(*map(text, INVOICE))
    charges = altered(changed[CHARGES], ["account", "charge_id", *asked])
    of_charges = _linked(charges, now[INVOICES], now[INVOICE_PAYMENTS]).select(*INVOICE)
    ids = payments.unionByName(of_charges).distinct()
    others = now[INVOICES].join(ids, list(INVOICE), "left_semi").select(invoice_date().alias("date"))
    return invoices.select("date").unionByName(others)


def collected(now: Mapping[str, DataFrame], dates: Dates, columns: Sequence[str]) -> DataFrame:
    """Live charges that were made for invoices of some days, each once an invoice, with some columns."""
    near = {
        name: around(now[name], "created_date", dates, before=1, after=COLLECTION_DAYS)
        for name in (CHARGES, INVOICE_PAYMENTS)
    }
    charges = live(near[CHARGES]).select(
        "account", "charge_id", "payment_intent_id", "invoice_id", "created_date", *columns
    )
    return _linked(charges, now[INVOICES], near[INVOICE_PAYMENTS])


def _linked(charges: DataFrame, invoices: DataFrame, payments: DataFrame) -> DataFrame:
    links = _links(invoices).unionByName(_links(payments))
    others = [name for name in charges.columns if name not in (*_TOLD, *INVOICE)]
    found = charges.filter("invoice_id is not null").select(*map(text, (*INVOICE, *_TOLD)), *others)
    for key in _TOLD:
        linked = links.filter(f"{key} is not null").select(*INVOICE, key).distinct()
        keyed = charges.select(*map(text, ("account", *_TOLD)), *others)
        found = found.unionByName(keyed.join(linked, ["account", key]).select(*found.columns))
    return found.dropDuplicates([*INVOICE, "charge_id"])


def _links(rows: DataFrame) -> DataFrame:
    return rows.select(*map(text, (*INVOICE, *_TOLD)))
