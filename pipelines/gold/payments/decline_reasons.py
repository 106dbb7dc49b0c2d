"""gold.decline_reasons: why card attempts were declined, and whether trying again can help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import RECOVERABLE, advice, cards, decline_reason, declined, declined_by
from pipelines.payments.charges import NONE, network

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.decline_reasons",
    doc=(
        "One row per account, currency, day and kind of decline of a card attempt. Attempts that were blocked never "
        "reached an issuer and are not here; those that are authorized and not captured are not declined. Recoverable "
        "share: sum of recoverable_count / sum of declines_count."
    ),
    day="Day of the attempt, UTC.",
    dimensions=(
        dimension("network", "Card network, such as visa; unknown where the source does not say."),
        dimension(
            "declined_by",
            "issuer; unknown where the attempt failed and its record, from before outcomes were told, does not say.",
        ),
        dimension("decline_reason", "Why, such as insufficient_funds; unknown where nobody said."),
        dimension("network_decline_code", "The network's own code for why; none where it gave none."),
        dimension("network_advice_code", "The network's own two-digit advice; none where it gave none."),
        dimension(
            "advice",
            "What to do: try_again_later (network's advice 02, 24 to 30), confirm_card_data (01), do_not_try_again "
            "(03, 21, 99); else as Stripe advises; unknown where neither does.",
        ),
    ),
    columns=(
        count("declines_count", "Card attempts that were declined."),
        amount("declines_minor", "Amount asked for by them."),
        count(
            "recoverable_count",
            "Declines that another attempt may overcome: the advice is try_again_later or confirm_card_data.",
        ),
        amount("recoverable_minor", "Amount of them."),
    ),
)

CHARGES = "silver.charges"


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed card attempts."""
    del now
    return cards(changed[CHARGES]).select(F.col("created_date").alias("date"))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    found = cards(on_dates(now[CHARGES], "created_date", dates)).filter(declined())
    kinds = {
        "date": F.col("created_date"),
        "network": network(),
        "declined_by": declined_by(),
        "decline_reason": decline_reason(),
        "advice": advice(),
        **{name: F.coalesce(name, F.lit(NONE)) for name in ("network_decline_code", "network_advice_code")},
    }
    may_help = F.col("advice").isin(*RECOVERABLE)
    figures = (
        found.withColumns(kinds)
        .groupBy(*TABLE.key)
        .agg(
            F.count(F.lit(1)).alias("declines_count"),
            total("amount_minor").alias("declines_minor"),
            count_if(may_help).alias("recoverable_count"),
            sum_if(may_help, "amount_minor").alias("recoverable_minor"),
        )
    )
    return figures.select(*TABLE.column_names)


RECIPE = ByDay(TABLE, inputs=(CHARGES,), dates=dates, build=build)
