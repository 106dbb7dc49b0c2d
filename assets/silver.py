"""The assets of silver: one per payment object, each fed by bronze, histories, and the quarantine that all share."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Iterator, Sequence

from dagster import AssetExecutionContext, AssetsDefinition, multi_asset

from assets import checks
from assets.events import Event, events
from assets.kept import kept_events
from assets.metadata import table_spec
from assets.resources import LakehouseResource, RefreshOptions
from expectations import validate
from pipelines import flow
from pipelines.catalog import tables_of
from pipelines.flow_history import refresh_history
from pipelines.settings import Settings
from pipelines.silver import quarantine
from pipelines.table import Table


def silver_assets(settings: Settings) -> Sequence[AssetsDefinition]:
    """One asset per declared silver table."""
    tables = [table for table in tables_of("silver") if table.object_type or table.history_of]
    return [*(silver_asset(table, settings) for table in tables), quarantine_asset(settings)]


def silver_asset(table: Table, settings: Settings) -> AssetsDefinition:
    """The asset of a silver table: takes in what bronze gained since the table's watermark."""
    refresh_table = refresh_history if table.history_of else flow.refresh_silver

    @multi_asset(
        name=f"silver__{table.short_name}",
        specs=[table_spec(table, settings)],
        check_specs=checks.specs(table),
    )
    def asset(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        outcomes = refresh_table(lake, table, lake.sources, validate, full=refresh.full_refresh)
        yield from events(context, lake, table, outcomes)

    return asset


def quarantine_asset(settings: Settings) -> AssetsDefinition:
    """The quarantine. The silver tables write to it as they go; here come the records that could not be read at all.

    It is made of bronze records alone, so a silver table that was refused does not keep it from being looked at. The
    priority lets the silver tables go first.
    """
    table = quarantine.TABLE

    @multi_asset(
        name="silver__quarantine",
        specs=[table_spec(table, settings)],
        check_specs=checks.specs(table),
        op_tags={"dagster/priority": "-1"},
    )
    def asset(context: AssetExecutionContext, lakehouse: LakehouseResource) -> Iterator[Event]:
        lake = lakehouse.lake
        yield from kept_events(context, lake, table, flow.refresh_quarantine(lake, validate))

    return asset
