"""gold.features_email_domains: what is known of each email domain now, for whoever serves features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared import features
from pipelines.gold.shared.recipe import Whole

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ENTITIES = ("email_domain",)

TABLE = features.serving_table(
    "gold.features_email_domains",
    "One row per email domain, with what a payment with it would see now.",
    PAYMENTS,
    ENTITIES,
)


def snapshot(now: Mapping[str, DataFrame]) -> DataFrame:
    """The whole table."""
    return features.snapshot(now, PAYMENTS, ENTITIES).select(*TABLE.column_names)


RECIPE = Whole(TABLE, inputs=features.INPUTS, build=snapshot, group="features")
