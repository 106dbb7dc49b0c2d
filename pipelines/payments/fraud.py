"""Whether a payment was fraud, who said so first, and when that was known.

A sign of fraud is one of these, and each counts from the moment at which it was known:

- ``dispute``: the cardholder's bank says that the payment was not theirs (reason fraudulent). An inquiry and a dispute
  that was settled before it was raised say so, too.
- ``early_fraud_warning``: the issuer reported the payment to the network (Visa TC40, Mastercard SAFE).
- ``refund``: the merchant gave the money back as fraudulent, and the refund did not fail.
- ``review``: somebody looked at the payment and refunded it as fraud.
- ``merchant_report``: the merchant, or the fraud flag of a mapped source, calls the payment fraudulent.

A dispute that the merchant won is still a sign: 3D Secure shifts the liability, whoever paid.

Friendly fraud is a dispute by the one who paid. Stripe's reason for it is ``unrecognized``: the customer does not
recognize the payment on the statement. Networks file such cases under the codes of fraud (Visa 10.4, Mastercard 4837),
so their codes cannot tell. A payment with such a dispute and no sign of fraud is no fraud, and marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.clock import known
from pipelines.frames.days import Dates, around, on_dates, within_days
from pipelines.frames.measures import live
from pipelines.frames.united import united
from pipelines.payments import claims
from pipelines.payments.maturity import FRAUD, Maturity

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

LABELS = ("fraud", "legitimate", "unknown")

SIGNS = ("dispute", "early_fraud_warning", "refund", "review", "merchant_report")
"""In the order in which they count where two were known in the same second."""

CHARGES = claims.CHARGES
CHARGE_HISTORY = claims.CHARGE_HISTORY
DISPUTES = claims.DISPUTES
DISPUTE_HISTORY = "silver.dispute_history"
WARNINGS = claims.WARNINGS
REFUNDS = claims.REFUNDS
REVIEWS = "silver.reviews"

RAISED = (DISPUTES, DISPUTE_HISTORY, WARNINGS, REFUNDS, REVIEWS)
"""Tables whose rows are about a payment and came in after it."""

_PAYMENT = ["account", "charge_id"]


def payments(charges: DataFrame) -> DataFrame:
    """Charges that have a label: live ones that were authorized.

    An attempt that was declined or blocked cost nobody anything, so nobody will ever say whether it was fraud.
    """
    return live(charges).filter("is_authorized")


def labelled(now: Mapping[str, DataFrame], dates: Dates, clock: int, maturity: Maturity = FRAUD) -> DataFrame:
    """The payments of some days with what is known of them.

    Args:
        now: the silver tables, by name.
        dates: the days.
        clock: the moment of which the labels are, in seconds since 1970.
        maturity: from when on a payment without a sign counts as legitimate.
    """
    made = payments(on_dates(now[CHARGES], "created_date", dates))
    near = _near(now, dates)
    found = _by_payment(signs(near).filter("stands"), made)
    matures = F.unix_seconds("created_at") + maturity.seconds
    is_fraud = F.col("fraud_at").isNotNull()
    label = F.when(is_fraud, "fraud").when(matures <= clock, "legitimate").otherwise("unknown")
    known_at = F.when(is_fraud, F.col("fraud_at")).when(matures <= clock, matures)
    return (
        made.join(found, _PAYMENT, "left")
        .join(_unrecognized(near[DISPUTES]), _PAYMENT, "left")
        .withColumns(
            {
                "date": F.col("created_date"),
                "label": label,
                "is_friendly": F.col("is_unrecognized").isNotNull() & ~is_fraud,
                "label_known_at": F.timestamp_seconds(known_at),
                "matures_at": F.timestamp_seconds(matures),
            }
        )
    )


def label_as_of(at: datetime | str, maturity: Maturity = FRAUD) -> Column:
    """The label of a row of gold.fraud_labels as it was known at a moment.

    What turned out to be fraud later was legitimate, or unknown, until then.

    Args:
        at: the moment, or the name of a column that holds one; not after the one that the table's labels are of.
        maturity: by default the one that the table is made with.
    """
    second = F.unix_seconds(F.col(at) if isinstance(at, str) else F.lit(at))
    is_fraud = (F.col("label") == "fraud") & (F.unix_seconds("label_known_at") <= second)
    is_mature = F.unix_seconds("created_at") + maturity.seconds <= second
    return F.when(is_fraud, "fraud").when(is_mature, "legitimate").otherwise("unknown")


def signs(now: Mapping[str, DataFrame]) -> DataFrame:
    """What has ever said that a payment was fraud; a payment can have several, also of one kind.

    Args:
        now: the silver tables, by name, as far as they are of interest.

    Returns:
        ``account``, ``charge_id``, ``raised_date``, ``sign``, since when it was known (``sign_at``, seconds since 1970)
        and whether it is still said now (``stands``). What was known at a moment must not depend on the last one.
    """
    kinds = {
        "dispute": _disputes(now),
        "early_fraud_warning": _raised(live(now[WARNINGS]), came_in(), F.lit(True)),
        "refund": _refunds(live(now[REFUNDS])),
        "review": _raised(
            live(now[REVIEWS]).filter("closed_reason = 'refunded_as_fraud'"), known(), F.lit(True)
        ),
        "merchant_report": _reports(live(now[CHARGE_HISTORY])),
    }
    said = (rows.withColumn("sign", F.lit(sign)) for sign, rows in kinds.items())
    return united(said)


def _raised(rows: DataFrame, at: Column, stands: Column) -> DataFrame:
    return rows.filter("charge_id is not null").select(
        *_PAYMENT, F.col("created_date").alias("raised_date"), at.alias("sign_at"), stands.alias("stands")
    )


def came_in() -> Column:
    """When an object was known that any event has brought: events come as things happen, whichever was the last."""
    return F.when(F.col("event_type").isNotNull(), F.unix_seconds("created_at")).otherwise(known())


def _disputes(now: Mapping[str, DataFrame]) -> DataFrame:
    """Since the first version that says so, and as long as the current one does."""
    said = live(now[DISPUTE_HISTORY]).filter("is_fraud and charge_id is not null")
    first = said.groupBy(*_PAYMENT, "dispute_id", F.col("created_date").alias("raised_date")).agg(
        F.min(known()).alias("sign_at")
    )
    standing = (
        live(now[DISPUTES]).filter("is_fraud").select(*_PAYMENT, "dispute_id", F.lit(True).alias("stood"))
    )
    stands = F.col("stood").isNotNull().alias("stands")
    return first.join(standing, [*_PAYMENT, "dispute_id"], "left").select(
        *_PAYMENT, "raised_date", "sign_at", stands
    )


def _refunds(refunds: DataFrame) -> DataFrame:
    undone = F.coalesce("status", F.lit("succeeded")).isin("failed", "canceled")
    return _raised(refunds.filter("reason = 'fraudulent'"), came_in(), ~undone)


def _reports(history: DataFrame) -> DataFrame:
    """A mapped source says when it was known. Stripe does not: since the first version of the charge that has it."""
    reported = F.coalesce(F.col("fraud_report_by_merchant") == "fraudulent", F.lit(False))
    since = F.coalesce(F.unix_seconds("fraud_reported_at"), known())
    return (
        history.groupBy(*_PAYMENT, F.col("created_date").alias("raised_date"))
        .agg(
            F.min(F.when(reported, since)).alias("sign_at"),
            F.max(F.when(F.col("is_current"), reported)).alias("stands"),
        )
        .filter("sign_at is not null")
    )


def _near(now: Mapping[str, DataFrame], dates: Dates) -> dict[str, DataFrame]:
    """What may have come back to the payments of some days."""
    after = {
        name: around(now[name], "created_date", dates, before=1, after=claims.LOOK_BACK_DAYS)
        for name in RAISED
    }
    return {**after, CHARGE_HISTORY: on_dates(now[CHARGE_HISTORY], "created_date", dates)}


def _by_payment(found: DataFrame, made: DataFrame) -> DataFrame:
    """Which sign came first, when, and all kinds of them, one row per payment that has any."""
    rank = reduce(
        lambda ranks, sign: ranks.when(F.col("sign") == sign, SIGNS.index(sign)),
        SIGNS[1:],
        F.when(F.lit(False), 0),
    )
    paid = made.select(*_PAYMENT, "created_date")
    in_time = within_days("created_date", "raised_date", at_most=claims.LOOK_BACK_DAYS)
    first = F.min(F.struct("sign_at", F.coalesce(rank, F.lit(0)).alias("rank"), "sign"))
    return (
        found.join(paid, _PAYMENT)
        .filter(in_time)
        .groupBy(*_PAYMENT)
        .agg(
            first.alias("first"),
            F.array_join(F.sort_array(F.collect_set("sign")), ", ").alias("fraud_sources"),
        )
        .select(
            *_PAYMENT,
            F.col("first")["sign_at"].alias("fraud_at"),
            F.col("first")["sign"].alias("fraud_source"),
            "fraud_sources",
        )
    )


def _unrecognized(disputes: DataFrame) -> DataFrame:
    named = live(disputes).filter("reason = 'unrecognized' and charge_id is not null")
    return named.select(*_PAYMENT, F.lit(True).alias("is_unrecognized")).distinct()
