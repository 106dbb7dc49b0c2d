"""What each version of a task's model said of each entity. Appended, and never overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.frames.united import united
from pipelines.gold.shared.contract import dimension
from pipelines.gold.shared.recipe import Added
from pipelines.models.drift import figures as drift_figures
from pipelines.models.registry import Registry, Version
from pipelines.models.scoring import EXPLAINED_FROM, REASONS, pack, scored
from pipelines.models.task import Task
from pipelines.table import Column, Rule, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

ROLES = ("serving", "shadow")

RULES = (
    Rule("probability_at_most_1", "probability <= 1", "A probability is at most 1."),
    Rule(
        "score_follows",
        "abs(score - floor(round(probability * 100, 9))) < 0.5",
        "The score is the probability in whole percent.",
    ),
)


def scores(task: Task, kept: Sequence[Column], *, clock: Sequence[str] = (), further: str = "") -> Added:
    """The scores of a task.

    Args:
        task: the task.
        kept: columns of the features that a score keeps: the task's key, moment, amount, currency, unit and segment,
            and ``date``, the day of the moment.
        clock: features that follow from the clock: a batch is never compared by them.
        further: which entities are scored that have no label, as a part of the table's meaning.
    """
    table = Table(
        name=task.table("scores"),
        doc=(
            f"One row per {task.entity} and model version: the score that the version gave it, once. A row is never "
            f"changed, whatever becomes known later. A version scores the {task.entities} made since the moment that "
            f"it was trained for{further}; so no score is of a {task.entity} that the model has learned from."
        ),
        key=(*task.key, "model_version"),
        cluster_by="date",
        columns=(
            *(column for column in kept if column.name in task.key),
            *_given(task),
            *(column for column in kept if column.name not in task.key),
            *_said(task),
            *_seen(task),
        ),
        rules=RULES,
        once=True,
    )
    return Added(
        table,
        inputs=(task.features_table,),
        rows=partial(_additions, task, table, [column.name for column in kept]),
        figures=partial(_figures, task, clock),
        models=(task.name,),
        group="models",
    )


def _given(task: Task) -> tuple[Column, ...]:
    """Columns of who said it."""
    return (
        dimension("model_version", "The model and its version, as the registry has it."),
        dimension("task", f"What the model predicts, such as {task.positive}."),
        Column(
            "role",
            "string",
            "What the version was when it gave the score. serving: its scores counted. shadow: they were only kept.",
            required=True,
            known=ROLES,
        ),
    )


def _said(task: Task) -> tuple[Column, ...]:
    """Columns of what was said."""
    return (
        Column(
            "probability",
            "double",
            f"Calibrated probability that the {task.entity} is {task.positive}, 0 to 1.",
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
    )


def _seen(task: Task) -> tuple[Column, ...]:
    """Columns of why it was said, of what, and when."""
    return (
        Column(
            "top_reason",
            "string",
            f"Name of the feature that speaks most for {task.positive}; null where none does, or where reasons are not "
            "given.",
        ),
        Column(
            "reasons",
            "string",
            f"JSON list of up to {REASONS} features that speak for {task.positive}, the strongest first: feature, "
            "value (null where not known) and contribution to the model's output before calibration. Contributions "
            f"are exact. Null for scores below {EXPLAINED_FROM}, on which nobody acts.",
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
    )


def _additions(
    task: Task, table: Table, kept: Sequence[str], lake: Lakehouse, now: Mapping[str, DataFrame]
) -> DataFrame | None:
    """Scores that the version that serves and the one in its shadow have not given yet; None without a version.

    Raises:
        ModelError: a version needs features that there are not, or its files have been changed.
    """
    features, given = now[task.features_table], lake.table(table.name)
    same = {
        "task": F.lit(task.name),
        "input_versions": F.lit(json.dumps({task.features_table: lake.version(task.features_table)})),
        "scored_at": F.lit(datetime.now(UTC)),
    }
    parts = []
    for role, version in in_use(task, Registry(lake.settings)):
        packed = pack(version.name, version.model.feature_names, version.folder)
        rows = scored(_fresh(task, features, given, version), packed, kept, task.features_table)
        own = {"model_version": F.lit(version.name), "role": F.lit(role)}
        parts.append(rows.withColumns(own | same).select(*table.column_names))
    return united(parts) if parts else None


def _figures(task: Task, clock: Sequence[str], lake: Lakehouse, rows: DataFrame) -> Figures:
    """How a staged batch looks next to what the versions that scored it have learnt from."""
    references = {version.name: version.references for _, version in in_use(task, Registry(lake.settings))}
    return drift_figures.of_batch(task, rows, references, clock)


def in_use(task: Task, registry: Registry) -> Iterator[tuple[str, Version]]:
    """The versions that score, with what each is."""
    versions = registry.versions(task.name)
    for role in ROLES:
        for version in versions:
            if role in version.aliases:
                yield role, version


def _fresh(task: Task, features: DataFrame, given: DataFrame, version: Version) -> DataFrame:
    """What a version has to score: what was made since the moment it was trained for, and not scored by it yet."""
    since = datetime.fromisoformat(version.tags["learnt_until"])
    young = [F.col("date") >= F.lit(since.date()), F.col(task.at) >= F.lit(since)]
    has = given.filter(young[0] & (F.col("model_version") == version.name)).select(*task.key)
    return features.filter(young[0] & young[1]).join(has, list(task.key), "left_anti")
