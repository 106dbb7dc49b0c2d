"""gold.training_fraud: what models of fraud learn from: features as of the payment, and its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipelines.features.payments import PAYMENTS
from pipelines.frames.days import on_dates
from pipelines.gold import features_payments, fraud_labels
from pipelines.gold.shared import features
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FEATURES, LABELS = features_payments.TABLE, fraud_labels.TABLE

_LABEL = ("label", "fraud_source", "is_friendly", "label_known_at", "matures_at")

TABLE = Table(
    name="gold.training_fraud",
    doc=(
        "One row per payment that was authorized: its features as of the moment when it was made, and what is known "
        "now of whether it was fraud. A fold that ends earlier takes the label as it was known then: fraud where "
        "label_known_at is not later, else legitimate where matures_at is not later, else unknown."
    ),
    key=FEATURES.key,
    cluster_by="date",
    columns=(
        *features.PAYMENT,
        *(LABELS.column(name) for name in _LABEL),
        *features.entity_keys(PAYMENTS),
        *features.COMPARED,
        *features.columns(PAYMENTS),
    ),
)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose features or labels were made anew."""
    return changed[FEATURES.name].select("date").unionByName(changed[LABELS.name].select("date"))


def build(now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The rows of some days (ISO dates)."""
    known = on_dates(now[LABELS.name], "date", dates).select(*LABELS.key, *_LABEL)
    return (
        on_dates(now[FEATURES.name], "date", dates).join(known, list(LABELS.key)).select(*TABLE.column_names)
    )


RECIPE = ByDay(TABLE, inputs=(FEATURES.name, LABELS.name), dates=dates, build=build, group="features")
