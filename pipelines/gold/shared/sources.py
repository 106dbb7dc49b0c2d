"""What moved a balance: the payment, refund, dispute, transfer or fee that a balance transaction names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, within_days
from pipelines.frames.measures import altered, text
from pipelines.frames.united import united
from pipelines.payments.charges import network
from pipelines.payments.claims import CHARGES, DISPUTES, LOOK_BACK_DAYS, REFUNDS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

TRANSFERS = "silver.transfers"
REVERSALS = "silver.transfer_reversals"
FEES = "silver.application_fees"
FEE_REFUNDS = "silver.application_fee_refunds"
INVOICES = "silver.invoices"
INVOICE_PAYMENTS = "silver.invoice_payments"
INPUTS = (CHARGES, REFUNDS, DISPUTES, TRANSFERS, REVERSALS, FEES, FEE_REFUNDS, INVOICES, INVOICE_PAYMENTS)

_OF_SOURCE: Mapping[str, Mapping[str, str]] = {
    CHARGES: {
        "source_id": "charge_id",
        "charge_id": "charge_id",
        "charged_date": "created_date",
        "customer_currency": "currency",
        "customer_amount_minor": "coalesce(amount_captured_minor, amount_minor)",
    },
    REFUNDS: {
        "source_id": "refund_id",
        "refund_id": "refund_id",
        "refund_reason": "reason",
        "charge_id": "charge_id",
        "source_intent_id": "payment_intent_id",
        "source_customer_id": "customer_id",
        "customer_currency": "currency",
        "customer_amount_minor": "amount_minor",
    },
    DISPUTES: {
        "source_id": "dispute_id",
        "dispute_id": "dispute_id",
        "dispute_reason": "reason",
        "charge_id": "charge_id",
        "source_intent_id": "payment_intent_id",
        "customer_currency": "currency",
        "customer_amount_minor": "amount_minor",
    },
    TRANSFERS: {
        "source_id": "transfer_id",
        "transfer_id": "transfer_id",
        "charge_id": "source_charge_id",
        "connected_account_id": "destination_account_id",
    },
    REVERSALS: {"source_id": "transfer_reversal_id", "transfer_id": "transfer_id"},
    FEES: {
        "source_id": "application_fee_id",
        "application_fee_id": "application_fee_id",
        "connected_account_id": "paying_account_id",
        "connected_charge_id": "charge_id",
    },
    FEE_REFUNDS: {"source_id": "application_fee_refund_id", "application_fee_id": "application_fee_id"},
}
"""What each kind of source says of a movement, and by which id a movement names it."""

_THROUGH = {REVERSALS: (TRANSFERS, "transfer_id"), FEE_REFUNDS: (FEES, "application_fee_id")}
"""Sources that say the rest by what they take back."""

_FACTS = tuple(dict.fromkeys(fact for facts in _OF_SOURCE.values() for fact in facts if fact != "source_id"))
_TOLD_BY_CHARGE = ("charge_id", "customer_currency", "customer_amount_minor")
_OF_CHARGE = (
    "charge_intent_id", "charge_customer_id", "payment_method_type", "card_network", "card_funding", "card_country",
    "charge_created_at", "charge_invoice_id",
)  # fmt: skip


def described(moved: DataFrame, now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The movements of some days with the facts of their sources, of their payments and of the invoices of these."""
    near = {**now, CHARGES: around(now[CHARGES], "created_date", dates, before=LOOK_BACK_DAYS, after=1)}
    wanted = moved.select("account", "source_id").distinct()
    named = reduce(
        lambda one, other: one.unionByName(other), (_facts(near, name) for name in _OF_SOURCE)
    ).join(wanted, ["account", "source_id"], "left_semi")
    # Ids are of one kind of object. Where a mapped source uses one twice, a movement still has one row.
    facts = named.groupBy("account", "source_id").agg(*(F.max(fact).alias(fact) for fact in _FACTS))
    rows = _in_time(moved.join(facts, ["account", "source_id"], "left"), "charged_date", _TOLD_BY_CHARGE)
    rows = rows.join(_of_charge(near[CHARGES]), ["account", "charge_id"], "left")
    rows = _in_time(rows, "charge_created_date", _OF_CHARGE)
    intent = F.coalesce("charge_intent_id", "source_intent_id")
    customer = F.coalesce("charge_customer_id", "source_customer_id")
    return _with_invoice(rows.withColumns({"payment_intent_id": intent, "customer_id": customer}), now)


def _in_time(rows: DataFrame, day: str, facts: Sequence[str]) -> DataFrame:
    """Movements without what a payment says that was made too long before, so that a day's rows need not read it."""
    near = F.col(day).isNull() | within_days(day, "created_date", at_most=LOOK_BACK_DAYS)
    return rows.withColumns({fact: F.when(near, F.col(fact)) for fact in facts})


def touched(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Sources (``account``, ``source_id``) of which a fact may be another one, and a ``day`` near their movements."""
    anew = {
        name: altered(changed[name].withColumn("day", F.col("created_date")), [*_read(name), "day"])
        for name in _OF_SOURCE
    }
    told = [_ids(rows, name) for name, rows in anew.items()]
    for name, (of, key) in _THROUGH.items():
        told.append(_ids(_of(now[name], anew[of], key), name))
    payments = anew[CHARGES].select("account", "charge_id", "day").unionByName(_invoiced(changed, now))
    told.append(payments.select("account", text("charge_id", "source_id"), "day"))
    # At once: the plan holds what changed payments are found by as often as they are joined.
    about = united(
        _ids(now[name], name, F.col(key).alias("charge_id"))
        for name, key in {REFUNDS: "charge_id", DISPUTES: "charge_id", TRANSFERS: "source_charge_id"}.items()
    )
    told.append(_of(about, payments, "charge_id").select("account", "source_id", "day"))
    return united(told)


def _facts(now: Mapping[str, DataFrame], name: str) -> DataFrame:
    """What the sources of one table say; null what they say nothing of."""
    given = _OF_SOURCE[name]
    rows = now[name].select("account", *(_said(sql, fact) for fact, sql in given.items()))
    if name in _THROUGH:
        of, key = _THROUGH[name]
        rows = rows.join(_facts(now, of).drop("source_id", *(set(given) - {key})), ["account", key], "left")
    untold = {fact: F.lit(None).cast(_kind(fact)) for fact in _FACTS if fact not in rows.columns}
    return (rows.withColumns(untold) if untold else rows).select("account", "source_id", *_FACTS)


def _said(sql: str, fact: str) -> Column:
    return text(sql, fact) if _kind(fact) == "string" else F.expr(sql).alias(fact)


def _kind(fact: str) -> str:
    return "bigint" if fact.endswith("_minor") else "date" if fact.endswith("_date") else "string"


def _of_charge(charges: DataFrame) -> DataFrame:
    over = F.nullif(network(), F.lit("none"))
    return charges.select(
        "account",
        "charge_id",
        F.col("payment_intent_id").alias("charge_intent_id"),
        F.col("customer_id").alias("charge_customer_id"),
        "payment_method_type",
        over.alias("card_network"),
        "card_funding",
        "card_country",
        F.col("created_at").alias("charge_created_at"),
        F.col("created_date").alias("charge_created_date"),
        F.col("invoice_id").alias("charge_invoice_id"),
    )


def _with_invoice(rows: DataFrame, now: Mapping[str, DataFrame]) -> DataFrame:
    """Movements with the invoice that their payment pays, as the payment, its intent or the invoice says it."""
    paid = _pays(now[INVOICES]).unionByName(_pays(now[INVOICE_PAYMENTS])).groupBy("account", "payment_id")
    named = paid.agg(F.min("invoice_id").alias("named_id"))
    for name, key in {"by_charge": "charge_id", "by_intent": "payment_intent_id"}.items():
        of = named.select("account", F.col("payment_id").alias(key), F.col("named_id").alias(name))
        rows = rows.join(of, ["account", key], "left")
    found = rows.withColumn("invoice_id", F.coalesce("charge_invoice_id", "by_charge", "by_intent"))
    subscriptions = now[INVOICES].select("account", "invoice_id", "subscription_id")
    return found.join(subscriptions, ["account", "invoice_id"], "left")


def _pays(rows: DataFrame) -> DataFrame:
    """Invoices by the charges and payment intents (``payment_id``) that pay them."""
    return rows.select(text("account"), text("invoice_id"), _named_by()).filter("payment_id is not null")


def _named_by() -> Column:
    """Each id by which a payment may be named (``payment_id``): of the charge, and of its intent."""
    return F.explode(F.array("charge_id", "payment_intent_id")).alias("payment_id")


def _invoiced(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Charges (``account``, ``charge_id``, ``day``) of which the invoice, or its subscription, may be another one."""
    of_invoice = ["account", "invoice_id", "charge_id", "payment_intent_id"]
    bills = altered(
        changed[INVOICES].withColumn("day", F.col("created_date")), [*of_invoice, "subscription_id", "day"]
    )
    payments = altered(
        changed[INVOICE_PAYMENTS].withColumn("day", F.col("created_date")), [*of_invoice, "day"]
    )
    named = [rows.select(text("account"), text("invoice_id"), "day") for rows in (bills, payments)]
    either = named[0].unionByName(named[1])
    ids = either.groupBy("account", "invoice_id").agg(F.min("day").alias("billed"))
    listed = [now[INVOICES], now[INVOICE_PAYMENTS], bills, payments]
    pays = united(_pays(rows) for rows in listed)
    paying = pays.join(ids, ["account", "invoice_id"]).select("account", "payment_id").distinct()
    days = days_of(ids, "billed")
    near = around(now[CHARGES], "created_date", days, before=LOOK_BACK_DAYS, after=LOOK_BACK_DAYS).select(
        "account", "charge_id", "payment_intent_id", "invoice_id", F.col("created_date").alias("day")
    )
    found = (
        near.select("account", _named_by(), "charge_id", "day").join(
            paying, ["account", "payment_id"], "left_semi"
        ),
        near.join(ids, ["account", "invoice_id"], "left_semi"),
    )
    return united(rows.select("account", "charge_id", "day") for rows in found)


def _read(name: str) -> list[str]:
    """The columns of a source that its facts, and those of its payment, are made of."""
    if name == CHARGES:
        return [
            "account", "charge_id", "currency", "amount_captured_minor", "amount_minor", "payment_intent_id",
            "customer_id", "payment_method_type", "card_network", "card_brand", "card_funding", "card_country",
            "created_at", "invoice_id",
        ]  # fmt: skip
    return ["account", *dict.fromkeys(_OF_SOURCE[name].values())]


def _ids(rows: DataFrame, name: str, *more: Column) -> DataFrame:
    day = "day" if "day" in rows.columns else "created_date"
    return rows.select(
        "account", F.col(_OF_SOURCE[name]["source_id"]).alias("source_id"), F.col(day).alias("day"), *more
    )


def _of(rows: DataFrame, wanted: DataFrame, key: str) -> DataFrame:
    return rows.join(wanted.select("account", key).distinct(), ["account", key], "left_semi")
