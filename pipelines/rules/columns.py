"""What rules may look at: a payment's features, and what the model says of it. Never its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.rules.kinds import names_of
from pipelines.rules.tree import Kind
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FEATURES = "gold.features_payments"
SCORES = "gold.payment_scores"
PAYMENT = ("account", "charge_id")

SCORED: Mapping[str, Kind] = {"score": "number", "probability": "number"}
"""What the model says: its score from 0 to 100, and its probability. Missing where no model has scored."""


def rule_names(tables: Mapping[str, Table]) -> dict[str, Kind]:
    """The names that rules may use."""
    features = tables.get(FEATURES)
    return {**(names_of(features.columns) if features else {}), **SCORED}


def with_scores(payments: DataFrame, scores: DataFrame | None) -> DataFrame:
    """Payments with the columns of their score, null where there is none.

    Args:
        payments: one row per account and charge_id.
        scores: gold.payment_scores; None where there are none. Of several versions that scored a payment while they
            served, the one that did so last counts; shadow scores do not.

    Returns:
        The payments with ``score``, ``probability`` and ``model_version``.
    """
    if scores is None:
        missing = {"score": "bigint", "probability": "double", "model_version": "string"}
        return payments.withColumns({name: F.lit(None).cast(kind) for name, kind in missing.items()})
    # Not the greatest struct: Sail takes half a minute for that of a million rows.
    order = F.concat_ws(" ", F.unix_micros("scored_at").cast("string"), "model_version")
    last = (F.max_by(name, order).alias(name) for name in (*SCORED, "model_version"))
    counted = scores.filter("role = 'serving'").groupBy(*PAYMENT).agg(*last)
    return payments.join(counted, list(PAYMENT), "left")
