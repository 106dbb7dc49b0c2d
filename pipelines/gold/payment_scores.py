"""gold.payment_scores: what each model version said of each payment. Appended, and never overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared.contract import ACCOUNT, dimension
from pipelines.gold.shared.recipe import Added
from pipelines.models.drift import figures as drift_figures
from pipelines.models.registry import Registry, Version
from pipelines.models.scoring import EXPLAINED_FROM, REASONS, SCORED, pack, scored
from pipelines.models.tasks import FRAUD
from pipelines.table import Column, Rule, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

FEATURES = FRAUD.features_table


ROLES = ("serving", "shadow")

TABLE = Table(
    name="gold.payment_scores",
    doc=(
        "One row per payment and model version: the score that the version gave it, once. A row is never changed, "
        "whatever becomes known later. A version scores the payments made since the moment that it was trained for, "
        "blocked and declined attempts among them; so no score is of a payment that the model has learned from."
    ),
    key=("account", "charge_id", "model_version"),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("charge_id", "string", "The payment, ch_….", required=True),
        dimension("model_version", "The model and its version, as the registry has it."),
        dimension("task", "What the model predicts, such as fraud."),
        Column(
            "role",
            "string",
            "What the version was when it gave the score. serving: its scores counted. shadow: they were only kept.",
            required=True,
            known=ROLES,
        ),
        Column("date", "date", "Day of the payment, UTC.", required=True),
        Column("created_at", "timestamp", "When the payment was made.", required=True),
        Column("currency", "string", "ISO 4217 code of the amount.", required=True),
        Column("amount_minor", "bigint", "Amount asked for, in minor units.", required=True, minimum=0),
        Column(
            "card_fingerprint",
            "string",
            "The card, as the source identifies it; null where no card was used.",
            identifies=True,
        ),
        Column("customer_id", "string", "Customer who pays, cus_…; null for a guest."),
        Column(
            "probability",
            "double",
            "Calibrated probability that the payment is fraud, 0 to 1.",
            required=True,
            minimum=0,
        ),
        Column(
            "score",
            "bigint",
            "The probability in whole percent, 0 to 100, rounded down.",
            required=True,
            minimum=0,
        ),
        Column(
            "top_reason",
            "string",
            "Name of the feature that speaks most for fraud; null where none does, or where reasons are not given.",
        ),
        Column(
            "reasons",
            "string",
            f"JSON list of up to {REASONS} features that speak for fraud, the strongest first: feature, value (null "
            "where not known) and contribution to the model's output before calibration. Contributions are exact. "
            f"Null for scores below {EXPLAINED_FROM}, on which nobody acts.",
        ),
        Column(
            "feature_row",
            "binary",
            "What the model saw: its features in its order as little-endian doubles, NaN for null. "
            "pipelines.models.scoring.feature_row names them.",
            required=True,
        ),
        Column(
            "input_versions",
            "string",
            "JSON object of the Delta versions of the tables that the score was made from.",
            required=True,
        ),
        Column("scored_at", "timestamp", "When the score was given.", required=True),
    ),
    rules=(
        Rule("probability_at_most_1", "probability <= 1", "A probability is at most 1."),
        Rule(
            "score_follows",
            "abs(score - floor(round(probability * 100, 9))) < 0.5",
            "The score is the probability in whole percent.",
        ),
    ),
)

CLOCK = tuple(own.name for own in PAYMENTS.own if "created_at" in own.sql)
"""Features that follow from the clock: a batch is no whole week, so it never has all hours and days alike."""

_KEPT = tuple(
    name
    for name in TABLE.column_names
    if name not in SCORED and name not in ("model_version", "task", "role", "input_versions", "scored_at")
)
"""Columns that come from the features as they are."""


def additions(lake: Lakehouse, now: Mapping[str, DataFrame]) -> DataFrame | None:
    """Scores that the version that serves and the one in its shadow have not given yet; None without a version.

    Raises:
        ModelError: a version needs features that there are not, or its files have been changed.
    """
    versions = {FEATURES: lake.version(FEATURES)}
    at = datetime.now(UTC)
    parts = [
        _scores(now[FEATURES], lake.table(TABLE.name), version, role, versions, at)
        for role, version in in_use(Registry(lake.settings))
    ]
    return reduce(lambda one, other: one.unionByName(other), parts) if parts else None


def batch_figures(lake: Lakehouse, rows: DataFrame) -> Figures:
    """How a staged batch looks next to what the versions that scored it have learnt from."""
    references = {version.name: version.references for _, version in in_use(Registry(lake.settings))}
    return drift_figures.of_batch(rows, references, CLOCK)


def in_use(registry: Registry) -> Iterator[tuple[str, Version]]:
    """The versions that score, with what each is."""
    versions = registry.versions(FRAUD.name)
    for role in ROLES:
        for version in versions:
            if role in version.aliases:
                yield role, version


def fresh(features: DataFrame, scores: DataFrame, version: Version) -> DataFrame:
    """The payments that a version has to score: made since the moment it was trained for, and not scored by it yet."""
    since = datetime.fromisoformat(version.tags["learnt_until"])
    young = [F.col("date") >= F.lit(since.date()), F.col("created_at") >= F.lit(since)]
    has = scores.filter(young[0] & (F.col("model_version") == version.name)).select("account", "charge_id")
    return features.filter(young[0] & young[1]).join(has, ["account", "charge_id"], "left_anti")


def _scores(
    features: DataFrame,
    scores: DataFrame,
    version: Version,
    role: str,
    versions: Mapping[str, int | None],
    at: datetime,
) -> DataFrame:
    packed = pack(version.name, version.model.feature_names, version.folder)
    rows = scored(fresh(features, scores, version), packed, _KEPT, FEATURES)
    same = {
        "model_version": F.lit(version.name),
        "task": F.lit(version.task),
        "role": F.lit(role),
        "input_versions": F.lit(json.dumps(versions)),
        "scored_at": F.lit(at),
    }
    return rows.withColumns(same).select(*TABLE.column_names)


RECIPE = Added(
    TABLE, inputs=(FEATURES,), rows=additions, figures=batch_figures, models=(FRAUD.name,), group="models"
)
