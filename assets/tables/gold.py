"""The assets of gold: one per table, made from the silver tables that its module names."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Iterator, Sequence
from datetime import timedelta

from dagster import AssetExecutionContext, AssetsDefinition, FreshnessPolicy, multi_asset

from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.tables import checks
from assets.tables.events import Event, events
from assets.tables.spec import table_spec
from pipelines.catalog import gates, tables_of
from pipelines.flow import refresh as flow
from pipelines.settings import Settings
from pipelines.table import Table

FRESHNESS = FreshnessPolicy.time_window(fail_window=timedelta(hours=25), warn_window=timedelta(hours=3))
"""Gold is looked at every hour, so after three something is wrong; after a day its figures are yesterday's."""


def gold_assets(settings: Settings) -> Sequence[AssetsDefinition]:
    """One asset per declared gold table but the audit, which is told differently: see ``assets/tables/audit.py``."""
    return [gold_asset(table, settings) for table in tables_of("gold") if table.kind != "audit"]


def gold_asset(table: Table, settings: Settings) -> AssetsDefinition:
    """The asset of a gold table: recomputes the days that changed."""

    @multi_asset(
        name=f"gold__{table.short_name}",
        specs=[table_spec(table, settings, freshness=FRESHNESS, deps=gates(table))],
        check_specs=checks.specs(table),
    )
    def asset(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        outcomes = flow.refresh_table(lake, table, refresh.run(lake), full=refresh.full_refresh)
        yield from events(context, lake, table, outcomes)

    return asset
