"""gold.three_d_secure_daily: whom 3D Secure asked, who came through, and for which payments it moved the liability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import combined, count_if, live, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import cards, unfinished
from pipelines.payments.charges import UNKNOWN, network

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.three_d_secure_daily",
    doc=(
        "One row per account, currency, day and kind of card, of attempts without the card at hand. Challenge rate: "
        "sum of challenged_count / sum of (challenged_count + frictionless_count); frictionless: the rest. Completion "
        "rate: sum of (authenticated_count + acknowledged_count) / sum of (authenticated_count + acknowledged_count + "
        "failed_count + error_count + unfinished_count). Liability shift rate: sum of shifted_count / sum of "
        "authorized_count."
    ),
    day="Day of the attempt, UTC; for the columns that start with unfinished_, of the payment intent.",
    dimensions=(
        dimension("network", "Card network, such as visa; unknown where the source does not say."),
        dimension(
            "card_country", "Issuer's country, ISO 3166 alpha-2; unknown where the source does not say."
        ),
    ),
    columns=(
        count("attempts_count", "Card attempts without the card at hand."),
        amount("attempts_minor", "Amount asked for by them."),
        count("authorized_count", "Attempts that the issuer authorized, captured or not."),
        amount("authorized_minor", "Amount of them."),
        count(
            "tried_count",
            "Attempts with 3D Secure: the sum of the seven results, authenticated to untold, below.",
        ),
        amount("tried_minor", "Amount of them."),
        count("tried_authorized_count", "Attempts with 3D Secure that the issuer authorized."),
        count("tried_declined_count", "Attempts with 3D Secure that the issuer declined."),
        count("challenged_count", "Attempts with 3D Secure whose cardholder was asked."),
        count("challenged_authenticated_count", "Those of them that were authenticated."),
        count("frictionless_count", "Attempts with 3D Secure whose cardholder was not asked."),
        count("authenticated_count", "The cardholder was authenticated."),
        count(
            "acknowledged_count", "The issuer does not take part, or could not, and acknowledged the attempt."
        ),
        count(
            "exempted_count", "An exemption was granted: nobody was authenticated, and no liability moved."
        ),
        count("failed_count", "Authentication failed."),
        count("not_supported_count", "The card does not support 3D Secure."),
        count("error_count", "3D Secure failed for another reason."),
        count("untold_count", "The record does not say how it went, as before July 2019."),
        count(
            "unfinished_count",
            "Payment intents whose authentication was not finished, so that no charge was made.",
        ),
        amount("unfinished_minor", "Amount of them."),
        count(
            "shifted_count",
            "Authorized attempts for which the issuer bears the loss of fraud: the electronic commerce indicator is 01 "
            "or 02 of Mastercard, 05 or 06 of others; where none is told, authenticated or acknowledged.",
        ),
        amount("shifted_minor", "Amount of them."),
    ),
)

CHARGES = "silver.charges"
INTENTS = "silver.payment_intents"

_RESULTS = {
    "authenticated": "authenticated",
    "acknowledged": "attempt_acknowledged",
    "exempted": "exempted",
    "failed": "failed",
    "not_supported": "not_supported",
    "error": "processing_error",
}
_MEASURES = TABLE.column_names[len(TABLE.key) :]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed attempts and payment intents."""
    del now
    days = [rows.select("created_date") for rows in (cards(changed[CHARGES]), live(changed[INTENTS]))]
    return days[0].unionByName(days[1]).toDF("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    attempts = cards(on_dates(now[CHARGES], "created_date", dates)).filter(
        "coalesce(is_card_not_present, false)"
    )
    kinds = {
        "date": F.col("created_date"),
        "network": network(),
        "card_country": F.coalesce("card_country", F.lit(UNKNOWN)),
    }
    made = attempts.withColumns(kinds | _facts()).groupBy(*TABLE.key).agg(*_figures())
    nowhere = kinds | {name: F.lit(UNKNOWN) for name in ("network", "card_country")}
    left = unfinished(on_dates(now[INTENTS], "created_date", dates)).withColumns(nowhere).groupBy(*TABLE.key)
    given_up = left.agg(
        F.count(F.lit(1)).alias("unfinished_count"), total("amount_minor").alias("unfinished_minor")
    )
    return combined([made, given_up], TABLE.key, _MEASURES).select(*TABLE.column_names)


def _facts() -> dict[str, Expression]:
    """What 3D Secure came to: its result by name, and whether the issuer bears the loss."""
    told = F.coalesce("three_d_secure_result", "three_d_secure_flow", "three_d_secure_version")
    known = F.coalesce(
        *(F.when(F.col("three_d_secure_result") == value, name) for name, value in _RESULTS.items()),
        F.lit("untold"),
    )
    of_mastercard = network() == "mastercard"
    by_indicator = F.when(of_mastercard, F.col("three_d_secure_eci").isin("01", "02")).otherwise(
        F.col("three_d_secure_eci").isin("05", "06")
    )
    by_result = known.isin("authenticated", "acknowledged")
    return {
        "result": F.when(told.isNotNull(), known),
        "is_shifted": told.isNotNull() & (known != "exempted") & F.coalesce(by_indicator, by_result),
    }


def _figures() -> list[Expression]:
    authorized, tried = F.col("is_authorized"), F.col("result").isNotNull()
    challenged = tried & (F.col("three_d_secure_flow") == "challenge")
    counted = {
        "tried": tried,
        "tried_authorized": tried & authorized,
        "tried_declined": tried & F.col("is_issuer_declined"),
        "challenged": challenged,
        "challenged_authenticated": challenged & (F.col("result") == "authenticated"),
        "frictionless": tried & (F.col("three_d_secure_flow") == "frictionless"),
        **{name: F.col("result") == name for name in (*_RESULTS, "untold")},
        "authorized": authorized,
        "shifted": authorized & F.col("is_shifted"),
    }
    return [
        F.count(F.lit(1)).alias("attempts_count"),
        total("amount_minor").alias("attempts_minor"),
        *(count_if(condition).alias(f"{name}_count") for name, condition in counted.items()),
        *(
            sum_if(counted[name], "amount_minor").alias(f"{name}_minor")
            for name in ("authorized", "tried", "shifted")
        ),
    ]


RECIPE = ByDay(TABLE, inputs=(CHARGES, INTENTS), dates=dates, build=build)
