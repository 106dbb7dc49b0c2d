"""What features look at: payments, and what came back to them, each from when it was known.

A payment is taken as it was first known, from silver.charge_history: its later versions know the future. What comes
back to it (a claim of fraud, a dispute, a refund) is a fact about the card, the customer and the network that had paid,
from the moment at which it was known. Nothing depends on what became of it later: a refund that fails was one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.clock import DAY, known
from pipelines.frames.days import Dates, around, days_of, flagged, on_dates
from pipelines.frames.measures import live
from pipelines.frames.united import united
from pipelines.payments import fraud

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

Fact = Literal["payment", "fraud_report", "dispute", "refund"]

INPUTS = (
    fraud.CHARGE_HISTORY,
    fraud.DISPUTES,
    fraud.DISPUTE_HISTORY,
    fraud.WARNINGS,
    fraud.REFUNDS,
    fraud.REVIEWS,
)

LATE_DAYS = 31
"""A payment that was known later than this after it was made is no fact: a monthly file is the slowest delivery."""

COMES_BACK_DAYS = 180
"""What comes back to a payment later than this is no fact. Most of it comes within 120 days; the bound keeps a day's
features from reading all history."""

_PAYMENT = ["account", "charge_id"]

KEYS = (
    "account",
    "charge_id",
    "currency",
    "card_fingerprint",
    "customer_id",
    "email",
    "email_domain",
    "ip_address",
    "ip_address_network",
    "card_country",
    "billing_country",
    "terminal_id",
)
"""What a fact is about."""

VALUES = (
    "amount_minor",
    "ip_country",
    "is_declined",
    "is_blocked",
    "decline_reason",
    "is_cvc_failed",
    "is_postal_code_failed",
    "is_three_d_secure",
    "card_brand",
    "card_funding",
    "wallet_type",
    "is_network_token",
    "is_card_not_present",
    "is_email_free",
    "is_email_disposable",
    "risk_score",
    "payment_method_type",
)
"""What is known of a payment besides; null in facts of other kinds."""


def events(now: Mapping[str, DataFrame], dates: Dates, window: int) -> DataFrame:
    """The payments of some days as probes, with all facts of the days before that matter.

    Args:
        now: the silver tables, by name.
        dates: the days whose payments have ``at``, the moment of which features are asked.
        window: days of facts before a day that matter.

    Returns:
        ``fact``, ``available_at``, ``at`` (null for what is no probe), ``created_at``, ``created_date`` and the
        columns of :data:`KEYS` and :data:`VALUES`.
    """
    near = {name: around(now[name], "created_date", dates, before=_reach(window), after=0) for name in INPUTS}
    history = near[fraud.CHARGE_HISTORY]
    late = around(now[fraud.CHARGE_HISTORY], "created_date", dates, before=window + LATE_DAYS + 1, after=0)
    recent = flagged(first_known(late), "created_date", dates, "is_probe")
    in_time = F.col("known_second") - F.unix_seconds("created_at") <= LATE_DAYS * DAY
    paid = recent.withColumns(
        {
            "fact": F.lit("payment"),
            "at": F.when(F.col("is_probe"), F.col("created_at")),
            "available_at": F.when(in_time, F.timestamp_seconds("known_second")),
        }
    )
    of_payments = paid.select("fact", "at", "available_at", "created_at", "created_date", *KEYS, *VALUES)
    return of_payments.unionByName(_about(came_back(near), history), allowMissingColumns=True)


def payers(
    changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame], dates: Dates, window: int
) -> DataFrame:
    """Who and what had paid where something of a payment has changed, as it is and as it was: columns of :data:`KEYS`.

    Args:
        changed: rows that have changed, as they are and as they were.
        now: the silver tables, by name.
        dates: days of which features are asked.
        window: days of facts before a day that matter.
    """
    of = united(rows.select(*_PAYMENT) for rows in changed.values()).distinct()
    near = around(now[fraud.CHARGE_HISTORY], "created_date", dates, before=_reach(window), after=0)
    versions = near.join(of, _PAYMENT, "left_semi").unionByName(changed[fraud.CHARGE_HISTORY])
    return versions.withColumns(_described()).select(*KEYS).distinct()


def _reach(window: int) -> int:
    """Days before a day from which a payment may still matter to it."""
    return window + COMES_BACK_DAYS + 1


def first_known(history: DataFrame, *of: str) -> DataFrame:
    """Live payments as they were first known, one row each, with the columns of :data:`KEYS` and :data:`VALUES`, and
    ``known_second`` (seconds since 1970); with columns that tell rows of one payment apart, one row for each."""
    order = Window.partitionBy(*_PAYMENT, *of).orderBy("known_second", "version")
    versions = live(history).withColumn("known_second", known())
    first = versions.withColumn("_number", F.row_number().over(order)).filter("_number = 1")
    described = first.withColumns(_described())
    return described.select("created_at", "created_date", "known_second", *of, *KEYS, *VALUES)


def _described() -> dict[str, Column]:
    return {
        "email": F.coalesce("billing_email", "receipt_email"),
        "email_domain": F.coalesce("billing_email_domain", "receipt_email_domain"),
        "is_email_free": F.coalesce("is_billing_email_free", "is_receipt_email_free"),
        "is_email_disposable": F.coalesce("is_billing_email_disposable", "is_receipt_email_disposable"),
        "is_declined": F.col("is_issuer_declined"),
        "is_cvc_failed": F.col("cvc_check") == "fail",
        "is_postal_code_failed": F.col("address_postal_code_check") == "fail",
        "is_three_d_secure": F.col("three_d_secure_result").isNotNull(),
    }


def came_back(now: Mapping[str, DataFrame]) -> DataFrame:
    """What came back to payments: ``account``, ``charge_id``, ``fact``, ``about`` (which dispute or refund) and
    ``known_second``, when it was first known.

    A payment is called fraud once, by whoever does so first; it can have several disputes and refunds.
    """
    kinds = {
        "fraud_report": _known_about(fraud.signs(now), F.col("sign_at"), F.lit("")),
        "dispute": _known_about(live(now[fraud.DISPUTE_HISTORY]), known(), F.col("dispute_id")),
        "refund": _known_about(live(now[fraud.REFUNDS]), fraud.came_in(), F.col("refund_id")),
    }
    said = (rows.withColumn("fact", F.lit(kind)) for kind, rows in kinds.items())
    return united(said).groupBy(*_PAYMENT, "fact", "about").agg(F.min("second").alias("known_second"))


def _known_about(rows: DataFrame, at: Column, about: Column) -> DataFrame:
    return rows.filter("charge_id is not null").select(*_PAYMENT, at.alias("second"), about.alias("about"))


def _about(raised: DataFrame, history: DataFrame) -> DataFrame:
    """What came back, as facts about who and what had paid; known at the earliest when the payment was."""
    of_each = raised.withColumnRenamed("known_second", "raised_second")
    # Joined first: the versions of few payments need to be put in order.
    found = first_known(history.join(of_each, _PAYMENT), "fact", "about", "raised_second")
    later = F.greatest("raised_second", "known_second")
    in_time = later - F.unix_seconds("created_at") <= COMES_BACK_DAYS * DAY
    return found.filter(in_time).select(
        "fact", F.timestamp_seconds(later).alias("available_at"), "created_at", "created_date", *KEYS
    )


def touched(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame], window: int) -> DataFrame:
    """Spans of time, from ``first`` to ``last`` (seconds since 1970), in which payments may see, or be, something else.

    A new version of an old payment, such as its refund, changes nothing: what counts is how it was first known.

    Args:
        changed: rows that have changed, as they are and as they were.
        now: the silver tables, by name.
        window: days for which a fact is seen.
    """
    moved = _moved(changed[fraud.CHARGE_HISTORY], now[fraud.CHARGE_HISTORY])
    reports = live(now[fraud.CHARGE_HISTORY]).filter("fraud_report_by_merchant = 'fraudulent'")
    standing = _by_payment(came_back({**now, fraud.CHARGE_HISTORY: reports}), "standing")
    raised = _by_payment(came_back({**changed, fraud.REFUNDS: _other(changed[fraud.REFUNDS])}), "raised")
    seen = window * DAY
    about = moved.join(standing, _PAYMENT, "left").select(
        "first", (F.greatest("last", "standing_last") + seen).alias("last")
    )
    came = raised.join(standing, _PAYMENT, "left").select(
        F.col("raised_first").alias("first"),
        (F.greatest("raised_last", "standing_last") + seen).alias("last"),
    )
    return about.unionByName(came)


def _moved(changed: DataFrame, now: DataFrame) -> DataFrame:
    """Payments that may have been first known at another moment, or otherwise, than they were: since when they were
    made, and until when a version of them was known."""
    here = on_dates(now, "created_date", days_of(changed, "created_date"))
    first, last = F.min(known()), F.max(known())
    then = (
        live(changed)
        .groupBy(*_PAYMENT)
        .agg(
            F.min(F.unix_seconds("created_at")).alias("first"),
            first.alias("changed_first"),
            last.alias("changed_last"),
        )
    )
    versions = live(here).groupBy(*_PAYMENT).agg(first.alias("known_first"), last.alias("known_last"))
    both = then.join(versions, _PAYMENT, "left")
    return both.filter("known_first is null or changed_first <= known_first").select(
        *_PAYMENT, "first", F.greatest("changed_last", "known_last").alias("last")
    )


def _other(refunds: DataFrame) -> DataFrame:
    """Changed refunds without those of which only the state is another one: they are there twice, known at one time."""
    fact = [*_PAYMENT, "refund_id", "reason", "livemode", "_at"]
    timed = refunds.withColumn("_at", fraud.came_in())
    once = F.count(F.lit(1)).over(Window.partitionBy(*fact)) == 1
    return timed.withColumn("_once", once).filter("_once").drop("_once", "_at")


def _by_payment(raised: DataFrame, name: str) -> DataFrame:
    times = F.min("known_second").alias(f"{name}_first"), F.max("known_second").alias(f"{name}_last")
    return raised.groupBy(*_PAYMENT).agg(*times)
