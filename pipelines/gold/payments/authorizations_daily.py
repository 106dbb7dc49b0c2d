"""gold.authorizations_daily: what issuers said to card attempts, and why they declined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, on_dates
from pipelines.frames.measures import combined, count_if, live, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import (
    NEARBY,
    OUTCOMES,
    PAYMENT,
    RETRY_DAYS,
    cards,
    outcome,
    reason,
    relatives,
    unfinished,
)
from pipelines.payments.charges import NONE, UNKNOWN, network
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame
    from pyspark.sql.window import WindowSpec

TABLE = gold_table(
    name="gold.authorizations_daily",
    doc=(
        "One row per account, currency, day and kind of card attempt. Authorization rate per attempt: sum of "
        "authorized_count / sum of (authorized_count + issuer_declined_count). Of first attempts: the same where "
        "attempt_number = 1. Per payment intent, final outcome: sum of intents_authorized_count / sum of "
        "(intents_authorized_count + intents_issuer_declined_count). By amount: the same with _minor."
    ),
    day="Day of the attempt, UTC; for the columns that start with intents_, of the intent's first attempt.",
    dimensions=(
        dimension("network", "Card network, such as visa; unknown where the source does not say."),
        dimension(
            "card_country", "Issuer's country, ISO 3166 alpha-2; unknown where the source does not say."
        ),
        dimension("card_funding", "credit, debit, prepaid, or unknown."),
        dimension(
            "three_d_secure", "Result of 3D Secure, such as authenticated; none where it was not used."
        ),
        dimension("wallet", "Wallet that held the card, such as apple_pay; none where there was none."),
        Column(
            "attempt_number",
            "bigint",
            "1 for the first charge of a payment intent, 2 for the first retry, and so on; charges of the "
            "60 days before count. 0 where authentication was not finished and no charge was made.",
            required=True,
            minimum=0,
        ),
        dimension(
            "decline_reason",
            "Why the attempt was declined or blocked, such as insufficient_funds; none where it was not.",
        ),
    ),
    columns=(
        count("attempts_count", "Card charges made: the sum of the four outcomes below."),
        amount("attempts_minor", "Amount asked for by them."),
        count("authorized_count", "Attempts that the issuer authorized, captured or not."),
        amount("authorized_minor", "Amount of them."),
        count("issuer_declined_count", "Attempts that the issuer declined."),
        amount("issuer_declined_minor", "Amount of them."),
        count(
            "blocked_count",
            "Attempts that were blocked before they were sent to the network; no part of the rate.",
        ),
        amount("blocked_minor", "Amount of them."),
        count(
            "undecided_count",
            "Attempts that are pending, invalid or without an outcome; no part of the rate.",
        ),
        amount("undecided_minor", "Amount of them."),
        count(
            "unauthenticated_count",
            "Payment intents whose authentication was not finished, so that no charge was made, by the "
            "intent's day; no part of attempts_count or of the rate.",
        ),
        amount("unauthenticated_minor", "Amount of them."),
        count(
            "intents_count",
            "Payment intents by their first attempt; a charge without an intent counts as one.",
        ),
        amount("intents_minor", "Amount of their first attempts."),
        count(
            "intents_authorized_count",
            "Payment intents of which an attempt was authorized within 60 days of the first.",
        ),
        amount("intents_authorized_minor", "Amount of their first attempts."),
        count(
            "intents_issuer_declined_count",
            "Payment intents of which no attempt was authorized and at least one was declined by the "
            "issuer, within 60 days of the first.",
        ),
        amount("intents_issuer_declined_minor", "Amount of their first attempts."),
    ),
)

CHARGES = "silver.charges"
INTENTS = "silver.payment_intents"
INTENT = "payment_intent_id"

_MEASURES = TABLE.column_names[len(TABLE.key) :]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: of changed attempts and intents, and of attempts that are numbered anew."""
    attempts = cards(changed[CHARGES], INTENT)
    days = attempts.select("created_date").unionByName(relatives(attempts, cards(now[CHARGES], INTENT)))
    intents = live(changed[INTENTS]).select("created_date")
    return days.unionByName(intents).select(F.col("created_date").alias("date"))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    attempts = _attempts(cards(now[CHARGES], INTENT), dates)
    intents = _unauthenticated(on_dates(now[INTENTS], "created_date", dates))
    return combined([attempts, intents], TABLE.key, _MEASURES).select(*TABLE.column_names)


def _attempts(charges: DataFrame, dates: Dates) -> DataFrame:
    today = on_dates(charges, "created_date", dates)
    near = around(charges, "created_date", dates, before=NEARBY, after=NEARBY)
    related = near.select(*PAYMENT, "charge_id", "created_at", outcome().alias("outcome"))
    payments = related.join(today.select(*PAYMENT).distinct(), PAYMENT, "left_semi")
    described = today.withColumns(_dimensions()).join(_numbered(payments), ["account", "charge_id"])
    return described.groupBy(*TABLE.key).agg(*_figures())


def _numbered(payments: DataFrame) -> DataFrame:
    """Attempts with their number, their outcome, and whether one up to 60 days on was authorized or declined.

    An attempt's number follows from the attempts near it alone, so it is the same whichever days are built.
    """
    timed = payments.withColumn("second", F.unix_timestamp("created_at"))
    span = RETRY_DAYS * 86_400
    in_time = Window.partitionBy(*PAYMENT).orderBy("second")
    earlier = F.count(F.lit(1)).over(in_time.rangeBetween(-span, -1))
    tied = F.row_number().over(Window.partitionBy(*PAYMENT, "second").orderBy("charge_id"))
    onward = in_time.rangeBetween(0, span)
    return timed.select(
        "account",
        "charge_id",
        "outcome",
        (earlier + tied).cast("bigint").alias("attempt_number"),
        _ever("authorized", onward).alias("ever_authorized"),
        _ever("issuer_declined", onward).alias("ever_declined"),
    )


def _ever(outcome: str, window: WindowSpec) -> Expression:
    return F.max(F.when(F.col("outcome") == outcome, 1).otherwise(0)).over(window) == 1


def _dimensions() -> dict[str, Expression]:
    return {
        "date": F.col("created_date"),
        "network": network(),
        "card_country": F.coalesce("card_country", F.lit(UNKNOWN)),
        "card_funding": F.coalesce("card_funding", F.lit(UNKNOWN)),
        "three_d_secure": F.coalesce("three_d_secure_result", F.lit(NONE)),
        "wallet": F.coalesce("wallet_type", F.lit(NONE)),
        "decline_reason": reason(),
    }


def _figures() -> list[Expression]:
    is_first = F.col("attempt_number") == 1
    cases = {"attempts": F.lit(True)} | {name: F.col("outcome") == name for name in OUTCOMES}
    cases |= {
        "intents": is_first,
        "intents_authorized": is_first & F.col("ever_authorized"),
        "intents_issuer_declined": is_first & ~F.col("ever_authorized") & F.col("ever_declined"),
    }
    return [
        figure
        for name, condition in cases.items()
        for figure in (
            count_if(condition).alias(f"{name}_count"),
            sum_if(condition, "amount_minor").alias(f"{name}_minor"),
        )
    ]


def _unauthenticated(intents: DataFrame) -> DataFrame:
    nowhere = {
        "date": F.col("created_date"),
        "attempt_number": F.lit(0).cast("bigint"),
        **{name: F.lit(UNKNOWN) for name in ("network", "card_country", "card_funding")},
        **{name: F.lit(NONE) for name in ("three_d_secure", "wallet", "decline_reason")},
    }
    return (
        unfinished(intents)
        .withColumns(nowhere)
        .groupBy(*TABLE.key)
        .agg(
            F.count(F.lit(1)).alias("unauthenticated_count"),
            total("amount_minor").alias("unauthenticated_minor"),
        )
    )


RECIPE = ByDay(TABLE, inputs=(CHARGES, INTENTS), dates=dates, build=build)
