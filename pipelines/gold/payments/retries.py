"""gold.retries: which attempts again succeeded, after which decline and how long after it: when to try again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, on_dates
from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import (
    NEARBY,
    OUTCOMES,
    PAYMENT,
    RETRY_DAYS,
    advice,
    cards,
    decline_reason,
    declined,
    outcome,
    relatives,
)
from pipelines.payments.charges import UNKNOWN, network
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.retries",
    doc=(
        "One row per account, currency, day and kind of retry: a card attempt whose payment's attempt before it, "
        "within 60 days, was declined. A payment is a payment intent, else an invoice, else the charge alone. "
        "Attempts after one that was blocked are no retries of a decline. Success rate: sum of authorized_count / sum "
        "of (authorized_count + issuer_declined_count)."
    ),
    day="Day of the retry, UTC.",
    dimensions=(
        dimension("network", "Card network of the retry; unknown where the source does not say."),
        dimension("decline_reason", "Why the attempt before was declined; unknown where nobody said."),
        dimension("advice", "What was advised then, as in gold.decline_reasons."),
        dimension(
            "waited",
            "Time since the attempt before: under_1_minute, under_1_hour, under_1_day, under_3_days, under_7_days, "
            "or under_60_days.",
        ),
        dimension("card", "same or other, as the attempt before; unknown where a card is not told."),
        Column(
            "attempt_number",
            "bigint",
            "2 for the first retry of a payment, and so on; attempts of the 60 days before count.",
            required=True,
            minimum=2,
        ),
    ),
    columns=(
        count("retries_count", "Retries made: the sum of the four outcomes below."),
        amount("retries_minor", "Amount asked for by them."),
        count("authorized_count", "Retries that the issuer authorized, captured or not."),
        amount("authorized_minor", "Amount of them."),
        count("issuer_declined_count", "Retries that the issuer declined again."),
        count("blocked_count", "Retries that were blocked before the network; no part of the rate."),
        count(
            "undecided_count",
            "Retries that are pending, invalid or without an outcome; no part of the rate.",
        ),
        count("waited_seconds", "Seconds since the attempts before, added up."),
        count("authorized_waited_seconds", "The same of the retries that were authorized."),
    ),
)

CHARGES = "silver.charges"
IDS = ("payment_intent_id", "invoice_id")

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WAITS = {
    "under_1_minute": _MINUTE,
    "under_1_hour": _HOUR,
    "under_1_day": _DAY,
    "under_3_days": 3 * _DAY,
    "under_7_days": 7 * _DAY,
}


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed attempts, and of those near them of the same payments."""
    attempts = cards(changed[CHARGES], *IDS)
    days = attempts.select("created_date").unionByName(relatives(attempts, cards(now[CHARGES], *IDS)))
    return days.toDF("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    near = around(cards(now[CHARGES], *IDS), "created_date", dates, before=NEARBY, after=0)
    retried = F.col("was_declined") & (F.col("wait") <= RETRY_DAYS * _DAY)
    again = on_dates(_with_last(near), "created_date", dates).filter(retried)
    kinds = {
        "date": F.col("created_date"),
        "decline_reason": F.col("last_reason"),
        "advice": F.col("last_advice"),
        "waited": _waited(),
        "card": _card(),
    }
    return again.withColumns(kinds).groupBy(*TABLE.key).agg(*_figures()).select(*TABLE.column_names)


def _with_last(attempts: DataFrame) -> DataFrame:
    """Attempts with their number, and what is known of the one before of their payment."""
    told = {
        "second": F.unix_timestamp("created_at"),
        "network": network(),
        "outcome": outcome(),
        "is_declined": declined(),
        "reason": decline_reason(),
        "advised": advice(),
    }
    # Most payments are one attempt, and windows over them all would cost several times what the rest does.
    several = attempts.groupBy(*PAYMENT).agg(F.count(F.lit(1)).alias("n")).filter("n > 1").select(*PAYMENT)
    kept = (
        attempts.join(several, PAYMENT, "left_semi")
        .withColumns(told)
        .select(*PAYMENT, "charge_id", "created_date", "currency", "amount_minor", "card_fingerprint", *told)
    )
    in_time = Window.partitionBy(*PAYMENT).orderBy("second")
    in_order = Window.partitionBy(*PAYMENT).orderBy("second", "charge_id")
    tied = F.row_number().over(Window.partitionBy(*PAYMENT, "second").orderBy("charge_id"))
    earlier = F.count(F.lit(1)).over(in_time.rangeBetween(-RETRY_DAYS * _DAY, -1))
    return kept.withColumns(
        {
            "attempt_number": (earlier + tied).cast("bigint"),
            "wait": F.col("second") - F.lag("second").over(in_order),
            "was_declined": F.lag("is_declined").over(in_order),
            "last_reason": F.lag("reason").over(in_order),
            "last_advice": F.lag("advised").over(in_order),
            "last_card": F.lag("card_fingerprint").over(in_order),
        }
    )


def _waited() -> Expression:
    times = [F.when(F.col("wait") < seconds, F.lit(name)) for name, seconds in _WAITS.items()]
    return F.coalesce(*times, F.lit("under_60_days"))


def _card() -> Expression:
    same = F.col("card_fingerprint") == F.col("last_card")
    return F.when(same, "same").when(~same, "other").otherwise(UNKNOWN)


def _figures() -> list[Expression]:
    authorized = F.col("outcome") == "authorized"
    return [
        F.count(F.lit(1)).alias("retries_count"),
        total("amount_minor").alias("retries_minor"),
        sum_if(authorized, "amount_minor").alias("authorized_minor"),
        *(count_if(F.col("outcome") == name).alias(f"{name}_count") for name in OUTCOMES),
        total("wait").alias("waited_seconds"),
        sum_if(authorized, "wait").alias("authorized_waited_seconds"),
    ]


RECIPE = ByDay(TABLE, inputs=(CHARGES,), dates=dates, build=build)
