"""What can be run as a whole, and when it runs by itself."""

from __future__ import annotations

from dagster import (
    AssetSelection,
    RunConfig,
    RunRequest,
    ScheduleDefinition,
    SkipReason,
    define_asset_job,
    schedule,
)

from assets.runs.resources import RefreshOptions
from assets.tables.audit import CONSERVATION
from assets.tables.spec import MODELS
from pipelines.settings import load_settings

TRAINED = AssetSelection.key_prefixes([MODELS])

REFRESH = define_asset_job(
    "refresh",
    selection=AssetSelection.all() - CONSERVATION - TRAINED,
    description="Take in new raw files and bring every table and report up to date. With nothing new it takes seconds.",
)

REBUILD = define_asset_job(
    "rebuild",
    selection=AssetSelection.tag("layer", "silver")
    | AssetSelection.tag("layer", "gold")
    | AssetSelection.groups("report"),
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
def hourly() -> RunRequest | SkipReason:
    """One refresh an hour, unless there is no raw folder yet."""
    raw = load_settings().raw_dir
    return RunRequest() if raw.is_dir() else SkipReason(f"There is no raw folder at {raw} yet.")
