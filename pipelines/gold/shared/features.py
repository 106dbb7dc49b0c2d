"""What feature tables have in common: their columns follow from the set that declares the features."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.features.feature import Feature, FeatureSet
from pipelines.features.plan import features_of_events
from pipelines.features.stretches import stretches
from pipelines.frames import clock
from pipelines.frames.days import Dates, around
from pipelines.gold.shared.contract import ACCOUNT
from pipelines.payments import events as facts
from pipelines.payments import fraud
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

INPUTS = facts.INPUTS

ROWS_PER_BUCKET = 300_000
"""Payments that a kernel has at once, roughly, whatever the size of a build."""

PAYMENT = (
    ACCOUNT,
    Column("charge_id", "string", "The payment, or the attempt at one, ch_….", required=True),
    Column("date", "date", "Day of the payment, UTC.", required=True),
    Column(
        "created_at", "timestamp", "When it was made: the moment as of which the features are.", required=True
    ),
    Column("currency", "string", "ISO 4217 code of the amounts.", required=True),
    Column("amount_minor", "bigint", "Amount asked for, in minor units.", required=True, minimum=0),
)
"""Columns of every table that has a row for each payment."""

ENTITY_KEYS = {
    "account": ACCOUNT,
    "currency": Column("currency", "string", "ISO 4217 code of the amounts.", required=True),
    "card_fingerprint": Column(
        "card_fingerprint", "string", "Identifies the card number within the account.", identifies=True
    ),
    "customer_id": Column("customer_id", "string", "Customer who pays, cus_…."),
    "email_domain": Column("email_domain", "string", "Domain of the payer's email address."),
    "ip_address_network": Column(
        "ip_address_network", "string", "Network that the payment came from.", identifies=True
    ),
    "card_country": Column("card_country", "string", "ISO 3166 code of the country of the card's issuer."),
    "billing_country": Column("billing_country", "string", "ISO 3166 code of the payer's country."),
    "terminal_id": Column("terminal_id", "string", "Terminal at which the card was present, tmr_…."),
}
"""What features are about, by column; null where a payment does not say."""

COMPARED = (
    Column("ip_country", "string", "Country of the network address, where the merchant attached it."),
)
"""What a payment says of itself and no feature is counted by, for rules to compare."""


def columns(feature_set: FeatureSet) -> tuple[Column, ...]:
    """One column for each feature: a number, null where it is not known."""
    own = (Column(own.name, "double", own.doc) for own in feature_set.own)
    return (*own, *(Column(f.name, "double", _meaning(f)) for f in feature_set.features))


def _meaning(feature: Feature) -> str:
    against = f", against {feature.baseline}" if feature.baseline else ""
    about = feature.entity.replace("_", " ")
    return f"{feature.doc} By {about}: {feature.aggregation} over {feature.window}{against}."


def entity_keys(feature_set: FeatureSet) -> tuple[Column, ...]:
    """Columns that name the entities of a set, without those that every payment has."""
    named = {key for entity in feature_set.entities for key in entity.keys}
    always = {column.name for column in PAYMENT}
    return tuple(column for name, column in ENTITY_KEYS.items() if name in named - always)


def of_payments(now: Mapping[str, DataFrame], dates: Dates, feature_set: FeatureSet) -> DataFrame:
    """The payments of some days, each with its features as of the moment when it was made."""
    window = feature_set.longest_window
    rows = around(now[fraud.CHARGE_HISTORY], "created_date", dates, before=window, after=0).count()
    events = facts.events(now, dates, window).withColumn("date", F.col("created_date"))
    return features_of_events(events, feature_set, max(2, ceil(rows / ROWS_PER_BUCKET)))


def together(now: Mapping[str, DataFrame], dates: Dates, feature_set: FeatureSet) -> list[Dates]:
    """The days, those together whose payments are computed in one plan."""
    window = feature_set.longest_window + facts.LATE_DAYS
    near = around(now[fraud.CHARGE_HISTORY], "created_date", dates, before=window, after=0)
    rows: dict[date, int] = dict(near.groupBy("created_date").count().collect())
    found = stretches(rows if dates is None else map(date.fromisoformat, dates), rows, feature_set)
    if dates is None and len(found) == 1:
        return [None]
    return [[day.isoformat() for day in days] for days in found]


def changed_days(
    changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame], feature_set: FeatureSet
) -> DataFrame:
    """Days (``date``) of payments that may see other facts than they did, or be others."""
    spans = facts.touched(changed, now, feature_set.longest_window)
    by_day = spans.groupBy(_day("first").alias("from_day")).agg(F.max(_day("last")).alias("to_day"))
    days = now[fraud.CHARGE_HISTORY].select(F.col("created_date").alias("date")).distinct()
    number = F.datediff("date", F.lit("1970-01-01").cast("date"))
    touched = number.between(F.col("from_day"), F.col("to_day"))
    return days.crossJoin(F.broadcast(by_day)).filter(touched).select("date").distinct()


def _day(second: str) -> Expression:
    return F.floor(F.col(second) / clock.DAY).cast("int")
