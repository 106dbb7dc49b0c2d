"""Refunds, disputes and early fraud warnings: what comes back to a payment after it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.gold.charges import network
from pipelines.gold.days import around, days_of, on_dates, within_days
from pipelines.gold.measures import count_if, live, sum_if

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

LOOK_BACK_DAYS = 540
"""How long after a payment what comes back to it counts: the longest time within which card networks take a dispute.

It bounds how much history is read for one day, and is part of what the figures mean.
"""

CHARGES = "silver.charges"
REFUNDS = "silver.refunds"
DISPUTES = "silver.disputes"
WARNINGS = "silver.early_fraud_warnings"

_PAYMENT = ["account", "charge_id"]


def dated(claims: DataFrame) -> DataFrame:
    """Live refunds, disputes or warnings, with the day on which they came in (``claim_date``)."""
    return live(claims).withColumn("claim_date", F.col("created_date"))


def payment_days(claims: DataFrame, charges: DataFrame) -> DataFrame:
    """Days (``date``) of the payments that some refunds, disputes or warnings are about."""
    raised = dated(claims).select(*_PAYMENT, "claim_date")
    paid = around(charges, "created_date", days_of(raised, "claim_date"), before=LOOK_BACK_DAYS, after=1)
    linked = paid.select(*_PAYMENT, "created_date").join(raised, _PAYMENT).filter(_in_time())
    return linked.select(F.col("created_date").alias("date"))


def claim_days(charges: DataFrame, claims: DataFrame) -> DataFrame:
    """Days (``date``) on which disputes or warnings about some payments came in."""
    paid = charges.select(*_PAYMENT, "created_date")
    linked = dated(claims).select(*_PAYMENT, "claim_date").join(paid, _PAYMENT).filter(_in_time())
    return linked.select(F.col("claim_date").alias("date"))


def with_payment(claims: DataFrame, charges: DataFrame, dates: Sequence[str]) -> DataFrame:
    """What came in on some days, with facts of the payment it is about, which are null where it is not known.

    They are ``payment_network``, ``payment_currency``, ``payment_minor`` and ``is_card_not_present``.
    """
    raised = on_dates(dated(claims), "claim_date", dates)
    facts = around(charges, "created_date", dates, before=LOOK_BACK_DAYS, after=1).select(
        *_PAYMENT,
        "created_date",
        network().alias("payment_network"),
        F.col("currency").alias("payment_currency"),
        F.col("amount_minor").alias("payment_minor"),
        "is_card_not_present",
    )
    claimed = raised.select(*_PAYMENT, "claim_date").distinct()
    linked = facts.join(claimed, _PAYMENT).filter(_in_time()).drop("created_date")
    return raised.join(linked, [*_PAYMENT, "claim_date"], "left")


def by_payment(now: Mapping[str, DataFrame], charges: DataFrame, dates: Sequence[str]) -> DataFrame:
    """What came back to the payments of some days, one row per payment to which anything did.

    Args:
        now: disputes, early fraud warnings and, where they are of interest, refunds.
        charges: the payments, of these days alone.
        dates: the days.
    """
    raised = _disputes(now[DISPUTES]).unionByName(_warnings(now[WARNINGS]))
    if REFUNDS in now:
        raised = raised.unionByName(_refunds(now[REFUNDS]))
    near = around(raised, "claim_date", dates, before=1, after=LOOK_BACK_DAYS)
    paid = charges.select(*_PAYMENT, "created_date", F.col("currency").alias("payment_currency"))
    same = F.col("claim_currency") == F.col("payment_currency")
    return (
        near.join(paid, _PAYMENT)
        .filter(_in_time())
        .groupBy(*_PAYMENT)
        .agg(
            count_if(F.col("kind") == "refund").alias("refunds_count"),
            sum_if((F.col("kind") == "refund") & same, "claim_minor").alias("refunded_minor"),
            count_if(F.col("kind") == "chargeback").alias("chargebacks_count"),
            sum_if((F.col("kind") == "chargeback") & same, "claim_minor").alias("chargebacks_minor"),
            count_if((F.col("kind") == "chargeback") & F.col("is_fraud")).alias("fraud_chargebacks_count"),
            count_if(F.col("kind") == "warning").alias("warnings_count"),
        )
    )


def _in_time() -> Column:
    return within_days("created_date", "claim_date", at_most=LOOK_BACK_DAYS)


def _refunds(rows: DataFrame) -> DataFrame:
    undone = F.coalesce(F.col("status"), F.lit("succeeded")).isin("failed", "canceled")
    return _claims(rows.filter(~undone), "refund", F.lit(False))


def _disputes(rows: DataFrame) -> DataFrame:
    return _claims(rows.filter("is_chargeback"), "chargeback", F.col("is_fraud"))


def _warnings(rows: DataFrame) -> DataFrame:
    nothing = rows.withColumn("currency", F.lit(None).cast("string"))
    return _claims(nothing.withColumn("amount_minor", F.lit(0).cast("bigint")), "warning", F.lit(True))


def _claims(rows: DataFrame, kind: str, is_fraud: Column) -> DataFrame:
    return dated(rows).select(
        *_PAYMENT,
        "claim_date",
        F.lit(kind).alias("kind"),
        F.col("currency").alias("claim_currency"),
        F.col("amount_minor").alias("claim_minor"),
        is_fraud.alias("is_fraud"),
    )
