"""What can be run as a whole, and when it runs by itself."""

from __future__ import annotations

from dagster import (
    AssetSelection,
    RunConfig,
    RunRequest,
    SkipReason,
    define_asset_job,
    schedule,
)

from assets.conservation import CONSERVATION
from assets.resources import RefreshOptions
from pipelines.settings import load_settings

REFRESH = define_asset_job(
    "refresh",
    selection=AssetSelection.all() - CONSERVATION,
    description="Take in new raw files and bring every table and report up to date. With nothing new it takes seconds.",
)

REBUILD = define_asset_job(
    "rebuild",
    selection=AssetSelection.groups("silver", "gold", "report"),
    config=RunConfig(resources={"refresh": RefreshOptions(full_refresh=True)}),
    description="Make silver and gold anew from all of bronze, as after a change of a declaration.",
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
