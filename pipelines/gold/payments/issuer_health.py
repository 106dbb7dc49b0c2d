"""gold.issuer_health: whose issuers suddenly approve less than they used to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.frames.days import Dates, around, on_dates, reached
from pipelines.frames.measures import altered, total
from pipelines.frames.united import united
from pipelines.gold.payments import authorizations_daily
from pipelines.gold.shared.contract import ACCOUNT, count, dimension
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

PAST_DAYS = 28
"""Days before a day that say what is usual: four of each weekday."""

LEAST_DAYS = 14
LEAST_PAST = 300
LEAST_NOW = 30
"""Days with attempts, attempts of these days, and attempts of the day itself from which a comparison says something."""

DEVIATION = 3.7
"""How far a day must be off: with a spread told from 28 days that happens by chance to less than 1 in 1,000."""

DROP = 0.03
"""Points of the approval rate by which it must fall: less is of no use to anybody, however sure."""

FALSE_ALARMS = 0.001
"""Share of the compared rows that are called a drop at most, where nothing has changed."""

RECENT_DAYS = 3
DROPS = "recent_sudden_drops"
"""The figure that the suite looks at: drops on the newest days of a batch."""

_SEGMENTS: Mapping[str, str] = {
    "card_country": "concat(card_country, '')",
    "network": "concat(network, '')",
    "network_and_country": "concat(network, ' ', card_country)",
}
"""Texts without a column's comment: Sail (0.7.2) cannot unite tables of unlike comments if one is empty."""

TABLE = Table(
    name="gold.issuer_health",
    doc=(
        "One row per account, day and group of issuers with a first card attempt that was authorized or declined: the "
        "day's approval rate beside that of the 28 days before. Retries are left out: they follow one another. Where "
        f"nothing has changed, less than 1 in {round(1 / FALSE_ALARMS):,} of the compared rows is called a sudden drop."
    ),
    key=("account", "date", "segment", "issuers"),
    columns=(
        ACCOUNT,
        Column("date", "date", "Day of the attempts, UTC.", required=True),
        Column(
            "segment",
            "string",
            "How issuers are put together: by card_country, by network, or by network_and_country.",
            required=True,
            known=tuple(_SEGMENTS),
        ),
        dimension("issuers", "Their country, network, or both, such as visa US."),
        count("decided_count", "First attempts that were authorized or declined by the issuer."),
        count("authorized_count", "Those of them that were authorized."),
        count("past_days_count", "Days with such attempts among the 28 before."),
        count("past_decided_count", "The same attempts of these days."),
        count("past_authorized_count", "Those of them that were authorized."),
        Column(
            "spread",
            "double",
            "How much more these days differ from each other than chance alone has it, 1 at least; null where that "
            "cannot be told.",
            minimum=1,
        ),
        Column(
            "is_compared",
            "boolean",
            f"There were {LEAST_NOW} attempts or more on the day, and {LEAST_PAST} on {LEAST_DAYS} days before.",
            required=True,
        ),
        Column(
            "deviation",
            "double",
            "How far the rate is below what is usual, in standard deviations of it (the signed root of a likelihood "
            "ratio, over the spread); negative where it is above. Null where it is not compared.",
        ),
        Column(
            "is_sudden_drop",
            "boolean",
            f"The deviation is {DEVIATION} or more, and the rate is {DROP:.0%} or more below that of the days before.",
            required=True,
        ),
    ),
)  # fmt: skip

DAILY = authorizations_daily.TABLE.name

_GROUP = ["account", "segment", "issuers"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed attempts, and those to whose past they belong."""
    told = ["account", "date", "network", "card_country", "authorized_count", "issuer_declined_count"]
    anew = altered(_first(changed[DAILY]), told)
    return reached(anew.select("date"), now[DAILY], PAST_DAYS + 1)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    near = _first(around(now[DAILY], "date", dates, before=PAST_DAYS, after=0))
    decided = F.col("authorized_count") + F.col("issuer_declined_count")
    each = [
        near.select(
            "account",
            "date",
            F.lit(name).alias("segment"),
            F.expr(sql).alias("issuers"),
            decided.alias("decided_count"),
            "authorized_count",
        )
        for name, sql in _SEGMENTS.items()
    ]
    together = united(each)
    days = together.groupBy(*_GROUP, "date").agg(
        total("decided_count").alias("decided_count"), total("authorized_count").alias("authorized_count")
    )
    rows = on_dates(_with_past(days.filter("decided_count > 0")), "date", dates)
    return _compared(rows).select(*TABLE.column_names)


def figures(lake: Lakehouse, rows: DataFrame) -> Figures:
    """How many drops there are on the newest days of a batch."""
    del lake
    found = rows.filter("is_sudden_drop").groupBy("date").count().collect()
    newest = rows.agg(F.max("date")).collect()[0][0]
    recent = [row for row in found if row["date"] > newest - timedelta(days=RECENT_DAYS)]
    return Figures({DROPS: float(sum(row["count"] for row in recent))})


def _first(attempts: DataFrame) -> DataFrame:
    """First attempts: what follows on one of them is no other opinion of an issuer."""
    return attempts.filter("attempt_number = 1")


def _with_past(days: DataFrame) -> DataFrame:
    """Days of a group of issuers with the sums of the days before, in whole numbers, so that no order matters."""
    numbered = days.withColumns(
        {
            "day": F.datediff("date", F.lit("1970-01-01").cast("date")).cast("bigint"),
            "squared": F.floor(F.col("authorized_count") * F.col("authorized_count") * 1000 / F.col("decided_count")),
        }
    )  # fmt: skip
    before = Window.partitionBy(*_GROUP).orderBy("day").rangeBetween(-PAST_DAYS, -1)
    sums = {
        "past_decided_count": "decided_count",
        "past_authorized_count": "authorized_count",
        "past_squared": "squared",
    }
    past = {name: F.coalesce(F.sum(of).over(before), F.lit(0)).cast("bigint") for name, of in sums.items()}
    return numbered.withColumns({**past, "past_days_count": F.count(F.lit(1)).over(before)})


def _compared(rows: DataFrame) -> DataFrame:
    enough = (
        (F.col("decided_count") >= LEAST_NOW)
        & (F.col("past_decided_count") >= LEAST_PAST)
        & (F.col("past_days_count") >= LEAST_DAYS)
    )
    rates = {
        "is_compared": enough,
        "rate": _share("authorized_count", "decided_count"),
        "past_rate": _share("past_authorized_count", "past_decided_count"),
        "both_rate": (F.col("authorized_count") + F.col("past_authorized_count"))
        / (F.col("decided_count") + F.col("past_decided_count")),
    }
    spread = rows.withColumns(rates).withColumn("spread", F.round(_spread(), 6))
    # Rounded: the last digits of a logarithm are not the same on every engine.
    measured = spread.withColumn("deviation", F.when(enough, F.round(_deviation(), 4)))
    fallen = (F.col("deviation") >= DEVIATION) & (F.col("past_rate") - F.col("rate") >= DROP)
    return measured.withColumn("is_sudden_drop", F.coalesce(fallen, F.lit(False)))


def _share(part: str, whole: str) -> Expression:
    return F.when(F.col(whole) > 0, F.col(part) / F.col(whole))


def _spread() -> Expression:
    """Pearson's chi square of the days before over its degrees of freedom."""
    all_of, good = F.col("past_decided_count"), F.col("past_authorized_count")
    chance = F.col("past_rate") * (1 - F.col("past_rate"))
    between = F.col("past_squared") / 1000 - good * good / F.when(all_of > 0, all_of)
    known = (chance > 0) & (F.col("past_days_count") > 1)
    return F.when(known, F.greatest(between / chance / (F.col("past_days_count") - 1), F.lit(1.0)))


def _deviation() -> Expression:
    """The root of the ratio of likelihoods of two rates and of one, with the sign of the fall."""
    sides = (("authorized_count", "decided_count"), ("past_authorized_count", "past_decided_count"))
    ratio = F.lit(0.0)
    for part, whole in sides:
        ratio += _surprise(F.col(part), F.col(whole), F.col("both_rate"))
        ratio += _surprise(F.col(whole) - F.col(part), F.col(whole), 1 - F.col("both_rate"))
    root = F.sqrt(F.greatest(2 * ratio, F.lit(0.0)) / F.coalesce("spread", F.lit(1.0)))
    return F.when(F.col("rate") <= F.col("past_rate"), root).otherwise(-root)


def _surprise(part: Expression, whole: Expression, expected: Expression) -> Expression:
    """What a part of a whole adds to the ratio, where a share was expected; nothing where there is none."""
    share = F.when(part > 0, part / whole) / F.when(expected > 0, expected)
    return F.coalesce(part * F.log(share), F.lit(0.0))


RECIPE = ByDay(TABLE, inputs=(DAILY,), dates=dates, build=build, figures=figures)
