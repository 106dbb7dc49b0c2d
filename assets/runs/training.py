"""The models as assets: trained every week, kept in the registry, promoted if they deserve to be."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetDep,
    AssetExecutionContext,
    AssetsDefinition,
    AssetSpec,
    DataVersion,
    Failure,
    MarkdownMetadataValue,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from assets.runs.resources import LakehouseResource
from assets.tables.spec import MODELS, OWNER, asset_key, declared_in, model_key
from pipelines.errors import ModelError
from pipelines.models.task import Task
from pipelines.settings import Settings
from pipelines.tasks import all_tasks

if TYPE_CHECKING:
    from pipelines.models.training.renewal import Renewal

TRAINED = "trained"
SERVING = "serving"

Event = AssetCheckResult | MaterializeResult[None]


def model_assets() -> Sequence[AssetsDefinition]:
    """One asset per declared task."""
    return [model_asset(task) for task in all_tasks().values()]


def model_asset(task: Task) -> AssetsDefinition:
    """The asset of a task's model: each run trains a version, and decides whether it serves."""
    key = model_key(task.name)

    @multi_asset(
        name=f"models__{task.name}",
        specs=[
            AssetSpec(
                key,
                deps=[AssetDep(asset_key(task.training_table))],
                skippable=True,
                description=_description(task),
                group_name=MODELS,
                kinds={"mlflow", "xgboost", "scikitlearn"},
                owners=[OWNER],
                metadata={"declared_in": declared_in(task.training_table), "entity": task.entity},
            )
        ],
        check_specs=[
            AssetCheckSpec(
                TRAINED,
                asset=key,
                description=f"There is enough matured history, with {task.positive} in it, to train.",
            ),
            AssetCheckSpec(SERVING, asset=key, description="A version serves: its scores count."),
        ],
    )
    def asset(context: AssetExecutionContext, lakehouse: LakehouseResource) -> Iterator[Event]:
        from pipelines.models.training.cycle import cycle

        lake = lakehouse.lake
        done: Renewal | ModelError
        try:
            done = cycle(lake, task, datetime.now(UTC), threads=os.cpu_count() or 1, telling=context.log.info)
        except ModelError as error:
            done = error
        yield from told(lake.settings, task, done)

    return asset


def told(settings: Settings, task: Task, done: "Renewal | ModelError") -> Iterator[Event]:
    """What came of a training: how the checks of the model stand, then the new version.

    Raises:
        Failure: there is none, though there was one before.
    """
    from pipelines.models.registry import Registry

    registry = Registry(settings)
    serving = registry.serving(task.name)
    if isinstance(done, ModelError):
        yield from _not_trained(task, str(done), has_served=serving is not None)
        return
    yield _check(task, TRAINED, "A version was trained.")
    yield _check(
        task,
        SERVING,
        f"{serving.name} serves." if serving else done.decision.reason,
        passed=serving is not None,
    )
    yield MaterializeResult(
        asset_key=model_key(task.name),
        metadata={
            **numbers(registry.figures(done.version)),
            "version": done.version.name,
            "family": done.version.tags["family"],
            "promoted": done.decision.is_promoted,
            "decision": done.decision.reason,
            "judged_by": done.decision.days,
            "model_card": MarkdownMetadataValue(done.version.card),
            "made_from": MetadataValue.json(dict(done.version.tables)),
            "mlflow_run": done.version.run_id,
            "path": MetadataValue.path(done.version.folder),
        },
        data_version=DataVersion(done.version.digest),
    )


def numbers(figures: Mapping[str, float]) -> dict[str, Any]:
    """Figures as Dagster plots them over runs; counts are whole."""
    return {
        name: int(value) if name in ("payments", "frauds") else round(value, 6)
        for name, value in figures.items()
    }


def _not_trained(task: Task, why: str, *, has_served: bool) -> Iterator[Event]:
    """Say why there is no new version: before the first one that is how things are, afterwards it is a failure."""
    yield _check(task, TRAINED, why, passed=False)
    yield _check(
        task,
        SERVING,
        "The version that served goes on." if has_served else "No version was trained yet.",
        passed=has_served,
    )
    if has_served:
        raise Failure(f"no new version was trained: {why}", allow_retries=False)


def _check(task: Task, name: str, said: str, *, passed: bool = True) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=model_key(task.name),
        check_name=name,
        passed=passed,
        severity=AssetCheckSeverity.WARN,
        description=said,
    )


def _description(task: Task) -> str:
    lines = (
        task.doc,
        "",
        "A run trains a version of each family, keeps the best, and promotes it if it beats the version that serves on "
        "the same matured days; otherwise it shadows it. Before there is enough matured history no version is made, "
        f"and the check `{TRAINED}` says what is missing.",
        "",
        "```",
        f"vermeil train --task {task.name}",
        "vermeil models",
        "```",
    )
    return "\n".join(lines)
