"""Refunds, disputes and early fraud warnings: what comes back to a payment after it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates, within_days
from pipelines.frames.measures import count_if, live, sum_if
from pipelines.payments.charges import as_captured, captured, captured_in_part, network

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

LOOK_BACK_DAYS = 540
"""How long after a payment what comes back to it counts: the longest time within which card networks take a dispute.

It bounds how much history is read for one day, and is part of what the figures mean.
"""

CHARGES = "silver.charges"
CHARGE_HISTORY = "silver.charge_history"
REFUNDS = "silver.refunds"
DISPUTES = "silver.disputes"
WARNINGS = "silver.early_fraud_warnings"

_PAYMENT = ["account", "charge_id"]
_KEY = ["account", "payment_key"]


def made_on(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The payments and attempts of some days, each with what was captured of it."""
    charges = live(on_dates(now[CHARGES], "created_date", dates))
    return as_captured(charges, on_dates(now[CHARGE_HISTORY], "created_date", dates))


def days_made(changed: Mapping[str, DataFrame]) -> DataFrame:
    """Days (``date``) of the payments of which another version is the newest, or a version says what was captured."""
    captures = live(changed[CHARGE_HISTORY]).filter(captured_in_part())
    days = [rows.select("created_date") for rows in (live(changed[CHARGES]), captures)]
    return days[0].unionByName(days[1]).toDF("date")


def dated(claims: DataFrame) -> DataFrame:
    """Live refunds, disputes or warnings, with the day on which they came in (``claim_date``)."""
    return live(claims).withColumn("claim_date", F.col("created_date"))


def payment_days(claims: DataFrame, charges: DataFrame) -> DataFrame:
    """Days (``date``) of the payments that some refunds, disputes or warnings are about."""
    raised = _naming(dated(claims)).select(*_KEY, "claim_date")
    paid = around(charges, "created_date", days_of(raised, "claim_date"), before=LOOK_BACK_DAYS, after=1)
    linked = _named(paid).select(*_KEY, "created_date").join(raised, _KEY).filter(_in_time())
    return linked.select(F.col("created_date").alias("date"))


def claim_days(charges: DataFrame, claims: DataFrame) -> DataFrame:
    """Days (``date``) on which disputes or warnings about some payments came in."""
    paid = _named(charges).select(*_KEY, "created_date")
    linked = _naming(dated(claims)).select(*_KEY, "claim_date").join(paid, _KEY).filter(_in_time())
    return linked.select(F.col("claim_date").alias("date"))


def with_payment(claims: DataFrame, charges: DataFrame, dates: Dates, *more: str | Column) -> DataFrame:
    """What came in on some days, with facts of the payment it is about, which are null where it is not known.

    They are ``payment_network``, ``payment_currency``, ``payment_minor``, ``is_card_not_present``, and more on request.
    """
    raised = _naming(on_dates(dated(claims), "claim_date", dates))
    paid = around(charges, "created_date", dates, before=LOOK_BACK_DAYS, after=1)
    facts = _named(paid).select(
        *_KEY,
        "created_date",
        network().alias("payment_network"),
        F.col("currency").alias("payment_currency"),
        F.col("amount_minor").alias("payment_minor"),
        "is_card_not_present",
        *more,
    )
    claimed = raised.select(*_KEY, "claim_date").distinct()
    linked = facts.join(claimed, _KEY).filter(_in_time()).drop("created_date")
    return raised.join(linked, [*_KEY, "claim_date"], "left")


def of_one_payment(found: DataFrame, key: Sequence[str]) -> DataFrame:
    """Each claim once: an intent that it names may have been captured by several charges, of which the first counts.

    Args:
        found: as :func:`with_payment` gives them, with ``payment_date`` and ``paid_charge_id`` on request.
        key: columns that identify a claim.
    """
    in_order = Window.partitionBy(*key).orderBy("payment_date", "paid_charge_id")
    return found.withColumn("place", F.row_number().over(in_order)).filter("place = 1")


def with_claims(now: Mapping[str, DataFrame], charges: DataFrame, dates: Dates) -> DataFrame:
    """The payments of some days with what came back to each, by the records of it and by what the charge says itself.

    Where both tell of it, it counts once. An archive from before refunds had events of their own has the charge's word
    alone, and a charge that is older than the last refund has not heard of it: of the two the larger amount counts.

    Args:
        now: disputes, early fraud warnings and, where they are of interest, refunds.
        charges: the payments, of these days alone.
        dates: the days.

    Returns:
        The charges with ``is_refunded_in_part`` (true as well of all) and ``returned_minor``, both only of money that
        was captured, ``chargebacks_count``, ``chargebacks_minor``, ``fraud_chargebacks_count`` and ``warnings_count``.
    """
    found = charges.join(_by_payment(now, charges, dates), _PAYMENT, "left").fillna(0, list(_RAISED))
    # A dispute that only the charge tells of: whether it is an inquiry is not known, nor its amount.
    only_told = (F.col("disputes_count") == 0) & F.coalesce("is_disputed", F.lit(False))
    told_minor = F.when(only_told, F.coalesce("amount_captured_minor", "amount_minor")).otherwise(0)
    return (
        found.withColumn("returned_minor", _returned())
        .withColumn(
            "is_refunded_in_part", captured() & ((F.col("refunds_count") > 0) | (F.col("returned_minor") > 0))
        )
        .withColumn("chargebacks_count", F.col("chargebacks_count") + only_told.cast("bigint"))
        .withColumn("chargebacks_minor", F.col("chargebacks_minor") + told_minor)
        .drop("refunds_count", "refunds_minor", "failed_refunds_minor", "disputes_count")
    )


_RAISED = (
    "refunds_count",
    "refunds_minor",
    "failed_refunds_minor",
    "disputes_count",
    "chargebacks_count",
    "chargebacks_minor",
    "fraud_chargebacks_count",
    "warnings_count",
)


def _returned() -> Column:
    """Money given back of what was captured: by the refunds that are known, or by the charge where it says more.

    The charge may count refunds that failed since. It does where it says at least as much as all of them together.
    """
    told, good, failed = (
        F.coalesce("amount_returned_minor", F.lit(0)), F.col("refunds_minor"), F.col("failed_refunds_minor")
    )  # fmt: skip
    still = told - F.when(told >= good + failed, failed).otherwise(0)
    return F.when(captured(), F.greatest(good, still)).otherwise(0)


def _by_payment(now: Mapping[str, DataFrame], charges: DataFrame, dates: Dates) -> DataFrame:
    """What came back to the payments of some days by its own records, one row per payment to which anything did."""
    raised = _disputes(now[DISPUTES]).unionByName(_warnings(now[WARNINGS]))
    if REFUNDS in now:
        raised = raised.unionByName(_refunds(now[REFUNDS]))
    near = around(raised, "claim_date", dates, before=1, after=LOOK_BACK_DAYS)
    # What was authorized and never taken was booked as a refund, too, until 2025: of its amount one is none.
    let_go = F.col("amount_refunded_minor") - F.col("amount_returned_minor")
    paid = _named(charges).select(
        *_KEY,
        "charge_id",
        "created_date",
        F.col("currency").alias("payment_currency"),
        let_go.alias("let_go_minor"),
    )
    kind, same = F.col("kind"), F.col("claim_currency") == F.col("payment_currency")
    refund = kind == "refund"
    of_let_go = refund & (F.col("let_go_minor") > 0) & (F.col("claim_minor") == F.col("let_go_minor"))
    released = F.least(count_if(of_let_go), F.lit(1))
    return (
        near.join(paid, _KEY)
        .filter(_in_time())
        .groupBy(*_PAYMENT)
        .agg(
            (count_if(refund) - released).alias("refunds_count"),
            (
                sum_if(refund & same, "claim_minor") - released * F.coalesce(F.max("let_go_minor"), F.lit(0))
            ).alias("refunds_minor"),
            sum_if((kind == "failed_refund") & same, "claim_minor").alias("failed_refunds_minor"),
            count_if(kind.isin("chargeback", "other_dispute")).alias("disputes_count"),
            count_if(kind == "chargeback").alias("chargebacks_count"),
            sum_if((kind == "chargeback") & same, "claim_minor").alias("chargebacks_minor"),
            count_if((kind == "chargeback") & F.col("is_fraud")).alias("fraud_chargebacks_count"),
            count_if(kind == "warning").alias("warnings_count"),
        )
    )


def _named(charges: DataFrame) -> DataFrame:
    """Payments by the names under which a claim may know them: the charge, and the intent by which it was captured."""
    by_intent = F.when(captured(), F.concat(F.lit("intent "), F.col("payment_intent_id")))
    keys = F.array(F.concat(F.lit("charge "), F.col("charge_id")), by_intent)
    return charges.withColumn("payment_key", F.explode(keys)).filter("payment_key is not null")


def _naming(claims: DataFrame) -> DataFrame:
    """Claims with the name of their payment: the charge's where they have it, else the payment intent's."""
    by_charge = F.concat(F.lit("charge "), F.col("charge_id"))
    return claims.withColumn(
        "payment_key", F.coalesce(by_charge, F.concat(F.lit("intent "), F.col("payment_intent_id")))
    )


def _in_time() -> Column:
    return within_days("created_date", "claim_date", at_most=LOOK_BACK_DAYS)


def _refunds(rows: DataFrame) -> DataFrame:
    undone = F.coalesce(F.col("status"), F.lit("succeeded")).isin("failed", "canceled")
    return _claims(rows, F.when(undone, "failed_refund").otherwise("refund"), F.lit(False))


def _disputes(rows: DataFrame) -> DataFrame:
    kind = F.when(F.col("is_chargeback"), "chargeback").otherwise("other_dispute")
    return _claims(rows, kind, F.col("is_fraud"))


def _warnings(rows: DataFrame) -> DataFrame:
    nothing = rows.withColumn("currency", F.lit(None).cast("string"))
    return _claims(nothing.withColumn("amount_minor", F.lit(0).cast("bigint")), F.lit("warning"), F.lit(True))


def _claims(rows: DataFrame, kind: Column, is_fraud: Column) -> DataFrame:
    return _naming(dated(rows)).select(
        *_KEY,
        "claim_date",
        kind.alias("kind"),
        F.col("currency").alias("claim_currency"),
        F.col("amount_minor").alias("claim_minor"),
        is_fraud.alias("is_fraud"),
    )
