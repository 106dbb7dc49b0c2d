"""What the models of a task learn from: features as of each entity's moment, and its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pipelines.frames.days import Dates, on_dates
from pipelines.gold.shared.recipe import ByDay
from pipelines.models.task import Task
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def training(task: Task, features: Table, labels: Table, *, rows: str, told: Sequence[str] = ()) -> ByDay:
    """The training table of a task.

    Args:
        task: the task.
        features: its table of features.
        labels: its table of labels.
        rows: which entities have a label, such as: payment that was authorized.
        told: columns of the labels to take over besides what the task names.
    """
    label = (task.label, *told, task.known_at, task.matures_at)
    both = [column for column in features.columns if column.name in labels.column_names]
    table = Table(
        name=task.training_table,
        doc=(
            f"One row per {rows}: its features as of the moment when it was made, and what is known now of whether it "
            f"was {task.positive}. A fold that ends earlier takes the label as it was known then: {task.positive} "
            f"where {task.known_at} is not later, else {task.negative} where {task.matures_at} is not later, else "
            "unknown."
        ),
        key=task.key,
        cluster_by="date",
        columns=(
            *both,
            *map(labels.column, label),
            *(column for column in features.columns if column not in both),
        ),
    )
    return ByDay(
        table,
        inputs=(task.features_table, task.labels_table),
        dates=partial(_dates, task),
        build=partial(_build, task, table, label),
        group="features",
    )


def _dates(task: Task, changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose features or labels were made anew."""
    features, labels = changed[task.features_table], changed[task.labels_table]
    return features.select("date").unionByName(labels.select("date"))


def _build(
    task: Task, table: Table, label: Sequence[str], now: Mapping[str, DataFrame], dates: Dates
) -> DataFrame:
    """The rows of some days."""
    known = on_dates(now[task.labels_table], "date", dates).select(*task.key, *label)
    features = on_dates(now[task.features_table], "date", dates)
    return features.join(known, list(task.key)).select(*table.column_names)
