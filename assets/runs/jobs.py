"""What can be run as a whole, and when it runs by itself."""

from __future__ import annotations

from collections.abc import Collection

from dagster import (
    AssetKey,
    AssetSelection,
    DagsterInstance,
    RunConfig,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    define_asset_job,
    schedule,
)

from assets.runs.resources import RefreshOptions
from assets.tables.audit import CONSERVATION
from assets.tables.events import version
from assets.tables.memory import all_remembered
from assets.tables.spec import MODELS
from pipelines.bronze.files import is_folder
from pipelines.bronze.reading.waiting import waiting
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings, load_settings

TRAINED = AssetSelection.key_prefixes([MODELS])

REFRESH = define_asset_job(
    "refresh",
    selection=AssetSelection.all() - CONSERVATION - TRAINED,
    description="Take in new raw files and bring every table and report up to date. With nothing new it takes seconds.",
)

REBUILD = define_asset_job(
    "rebuild",
    selection=(
        AssetSelection.tag("layer", "silver")
        | AssetSelection.tag("layer", "gold")
        | AssetSelection.groups("report")
    )
    - CONSERVATION,
    config=RunConfig(resources={"refresh": RefreshOptions(full_refresh=True)}),
    description="Make silver and gold anew from all of bronze, as after a change of a declaration.",
)

TRAIN = define_asset_job(
    "train",
    selection=TRAINED.downstream(),
    description="Train each model anew, promote it if it beats the one that serves, and score what it has to score.",
)

weekly_training = ScheduleDefinition(
    name="weekly_training",
    job=TRAIN,
    cron_schedule="0 4 * * 1",
    execution_timezone="UTC",
    description="Trains every Monday at four, UTC. New payments are scored by the hourly refresh.",
)


@schedule(
    name="hourly",
    job=REFRESH,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    description="Brings every table up to date at every full hour.",
)
def hourly(context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
    """One refresh an hour, unless there is no raw folder yet."""
    settings = load_settings()
    if not is_folder(settings.raw_dir):
        return SkipReason(f"There is no raw folder at {settings.raw_dir} yet.")
    assert context.repository_def, "schedules are evaluated within the repository that has them"
    return request(context.instance, settings, REFRESH.selection.resolve(context.repository_def.asset_graph))


def request(instance: DagsterInstance, settings: Settings, assets: Collection[AssetKey]) -> RunRequest:
    """A refresh of some assets, with their checks only where something is new.

    Checks of what stays as it is stand as they stood, and Dagster would plan and write an event for each of more than a
    thousand. What is new all the same is told of by the next request.
    """
    if waiting(settings.raw_dir, settings) or not _is_told(instance, settings):
        return RunRequest()
    return RunRequest(asset_selection=sorted(assets), asset_check_keys=[], tags={"nothing_new": "true"})


def _is_told(instance: DagsterInstance, settings: Settings) -> bool:
    """Whether Dagster was told of every table how its checks stand in the version that is there."""
    with Lakehouse(settings, all_tables()) as lake:
        known = all_remembered(instance, lake.tables.values())
        return all(known[name].checked == version(lake, table) for name, table in lake.tables.items())
