"""gold.fraud_labels: which payments were fraud, which were not, and of which nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.frames import clock
from pipelines.frames.measures import live
from pipelines.frames.united import united
from pipelines.gold.shared.contract import PAYMENT
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims, fraud
from pipelines.payments.maturity import FRAUD
from pipelines.silver.shared.fragments import CREATED_DATE
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = Table(
    name="gold.fraud_labels",
    doc=(
        "One row per payment that was authorized, with what is known now of whether it was fraud. Attempts that were "
        f"declined or blocked have no row: nobody will ever say what they were. A payment is mature after {FRAUD.days} "
        "days; what was known at an earlier moment follows from label_known_at and matures_at."
    ),
    key=("account", "charge_id"),
    cluster_by="date",
    columns=(
        *PAYMENT,
        Column(
            "label",
            "string",
            "fraud: something says so. legitimate: nothing does, and the payment is mature. unknown: nothing does yet.",
            required=True,
            known=fraud.LABELS,
        ),
        Column(
            "fraud_source",
            "string",
            "What said first that it was fraud; null where nothing does.",
            known=fraud.SIGNS,
        ),
        Column("fraud_sources", "string", "All that say so, in alphabetical order; null where nothing does."),
        Column(
            "is_friendly",
            "boolean",
            "The cardholder disputes the payment as one they do not recognize, and nothing says it was fraud.",
            required=True,
        ),
        Column(
            "label_known_at",
            "timestamp",
            "When the label was known: of fraud when it was first said, of a legitimate payment when it was mature; "
            "null for unknown.",
        ),
        Column(
            "matures_at", "timestamp", "When silence says that the payment was legitimate.", required=True
        ),
    ),
)

INPUTS = (fraud.CHARGES, fraud.CHARGE_HISTORY, *fraud.RAISED)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: of changed payments, of those that something came back to, and of those that
    have become mature because the data's clock has moved on."""
    paid = [live(changed[name]).select("created_date") for name in (fraud.CHARGES, fraud.CHARGE_HISTORY)]
    raised = [claims.payment_days(changed[name], live(now[fraud.CHARGES])) for name in fraud.RAISED]
    before, after = clock.passed(changed, now, INPUTS)
    ripe = clock.days_between(
        now[fraud.CHARGES], CREATED_DATE.name, before - FRAUD.seconds, after - FRAUD.seconds
    )
    days = [*(rows.toDF("date") for rows in paid), *raised, ripe]
    return united(days).distinct()


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    at = clock.newest(now, INPUTS)
    return fraud.labelled(now, dates, at).select(*TABLE.column_names)


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
