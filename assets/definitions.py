"""All that Dagster loads. Neither Spark nor Great Expectations is started or imported here."""

from __future__ import annotations

from dagster import Definitions, in_process_executor

from assets.alerts.sensors import ALERTS
from assets.bronze import bronze_assets
from assets.conservation import AUDIT, audit_asset, every_record_accounted_for, nightly
from assets.gold import gold_assets
from assets.jobs import REBUILD, REFRESH, TRAIN, hourly, weekly_training
from assets.maintenance import maintain_job, weekly
from assets.replaying import replay_job
from assets.reporting import report_assets
from assets.resources import LakehouseResource, RefreshOptions
from assets.sensors import new_raw_files
from assets.silver import silver_assets
from assets.training import model_assets
from pipelines.settings import Settings, load_settings


def definitions(settings: Settings) -> Definitions:
    """The assets, checks, jobs, schedule and sensor of all declared tables."""
    return Definitions(
        assets=[
            *bronze_assets(settings),
            *silver_assets(settings),
            audit_asset(settings),
            *gold_assets(settings),
            *model_assets(),
            *report_assets(),
        ],
        asset_checks=[every_record_accounted_for],
        jobs=[REFRESH, REBUILD, TRAIN, AUDIT, maintain_job, replay_job],
        schedules=[hourly, nightly, weekly, weekly_training],
        sensors=[new_raw_files, *ALERTS],
        resources={"lakehouse": LakehouseResource(), "refresh": RefreshOptions()},
        # Each process would start an engine of its own.
        executor=in_process_executor,
    )


defs = definitions(load_settings())
