"""gold.card_testing_alerts: hours in which somebody tried many cards of an account's checkout with small amounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, ratio, sum_if, total
from pipelines.gold.shared.contract import amount, count, gold_table, rate
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.card_testing import BURST, is_burst, small_attempts
from pipelines.payments.charges import network
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.card_testing_alerts",
    doc=(
        "One row per account, currency and hour in which small attempts without the card at hand, at most about 10 US "
        f"dollars each, were made with at least {BURST.cards} cards, and at least {BURST.refused_percent} % of the "
        "attempts were refused. Refused rate: sum of refused_count / sum of attempts_count."
    ),
    day="Day of the attempts, UTC.",
    dimensions=(Column("hour_of_day", "bigint", "Hour of the day, UTC, 0 to 23.", required=True, minimum=0),),
    columns=(
        Column("first_at", "timestamp", "The first small attempt within the hour.", required=True),
        Column("last_at", "timestamp", "The last one.", required=True),
        count("attempts_count", "Small attempts in the hour, those of ordinary customers among them."),
        amount("attempts_minor", "Amount asked for by them."),
        count("cards_count", "Different cards used by them; attempts whose card is not told count none."),
        count("ip_addresses_count", "Different network addresses they came from, as far as they are told."),
        count("customers_count", "Different customers they were made for, as far as they are told."),
        count("refused_count", "Those of them that were declined or blocked."),
        rate("refused_rate", "refused_count / attempts_count."),
        count("declined_count", "Those that were declined by an issuer, or by whom is not told."),
        count("blocked_count", "Those that were blocked before an issuer was asked."),
        count("authorized_count", "Those that were authorized: cards that somebody now knows to work."),
        amount("authorized_minor", "Amount of them."),
        count("authorized_cards_count", "Different cards among these."),
        count("visa_attempts_count", "Those made with cards of Visa, which has a limit for such attempts."),
    ),
)

CHARGES = "silver.charges"


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed small attempts: a window never reaches into another day."""
    del now
    return small_attempts(changed[CHARGES]).select(F.col("created_date").alias("date"))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    attempts = small_attempts(on_dates(now[CHARGES], "created_date", dates))
    windows = attempts.groupBy("account", "currency", F.col("created_date").alias("date"), "window")
    bursts = windows.agg(*_figures()).filter(is_burst())
    facts = {
        "hour_of_day": F.col("window"),
        "refused_rate": ratio("refused_count", "attempts_count"),
    }
    return bursts.withColumns(facts).select(*TABLE.column_names)


def _figures() -> list[Expression]:
    authorized = F.col("is_authorized")
    cases = {
        "refused": F.col("is_refused"),
        "declined": F.col("is_declined"),
        "blocked": F.col("is_blocked"),
        "authorized": authorized,
        "visa_attempts": network() == "visa",
    }
    return [
        F.min("created_at").alias("first_at"),
        F.max("created_at").alias("last_at"),
        F.count(F.lit(1)).alias("attempts_count"),
        total("amount_minor").alias("attempts_minor"),
        F.countDistinct("card_fingerprint").alias("cards_count"),
        F.countDistinct("ip_address").alias("ip_addresses_count"),
        F.countDistinct("customer_id").alias("customers_count"),
        *(count_if(case).alias(f"{name}_count") for name, case in cases.items()),
        sum_if(authorized, "amount_minor").alias("authorized_minor"),
        F.countDistinct(F.when(authorized, F.col("card_fingerprint"))).alias("authorized_cards_count"),
    ]


RECIPE = ByDay(TABLE, inputs=(CHARGES,), dates=dates, build=build)
