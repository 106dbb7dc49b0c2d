"""gold.features_payments: each payment with what was known of it, and of who is behind it, when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared import features
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = Table(
    name="gold.features_payments",
    doc=(
        "One row per payment or attempt at one, with its features as of the moment when it was made: of what came "
        "before it only, and only what was known by then. A feature is null where it is not known, as of a payment "
        "without a card. Amounts are in minor units."
    ),
    key=("account", "charge_id"),
    cluster_by="date",
    columns=(
        *features.PAYMENT,
        *features.entity_keys(PAYMENTS),
        *features.COMPARED,
        *features.columns(PAYMENTS),
    ),
)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: those on which payments see a fact that is new, or that has moved."""
    return features.changed_days(changed, now, PAYMENTS)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    return features.of_payments(now, dates, PAYMENTS).select(*TABLE.column_names)


def together(now: Mapping[str, DataFrame], dates: Dates) -> Sequence[Dates]:
    """The days, those together that memory holds at once."""
    return features.together(now, dates, PAYMENTS)


RECIPE = ByDay(TABLE, inputs=features.INPUTS, dates=dates, build=build, together=together)
