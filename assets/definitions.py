"""All that Dagster loads. Neither Spark nor Great Expectations is started or imported here."""

from __future__ import annotations

from dagster import Definitions, in_process_executor

from assets.alerts.sensors import ALERTS
from assets.runs.jobs import REBUILD, REFRESH, TRAIN, hourly, weekly_training
from assets.runs.maintenance import maintain_job, weekly
from assets.runs.replay import replay_job
from assets.runs.report import report_assets
from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.runs.sensors import SENSORS
from assets.runs.training import model_assets
from assets.tables.audit import AUDIT, audit_asset, every_record_accounted_for, nightly
from assets.tables.bronze import bronze_assets
from assets.tables.gold import gold_assets
from assets.tables.silver import silver_assets
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
        sensors=[*SENSORS, *ALERTS],
        resources={"lakehouse": LakehouseResource(), "refresh": RefreshOptions()},
        # Each process would start an engine of its own.
        executor=in_process_executor,
    )


defs = definitions(load_settings())
