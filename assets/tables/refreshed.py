"""A table as an asset that its run brings up to date with what it is made from."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Iterator

from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, multi_asset

from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.tables import checks
from assets.tables.events import Event, events
from pipelines.flow import refresh as flow
from pipelines.table import Table


def refreshed(table: Table, spec: AssetSpec) -> AssetsDefinition:
    """The asset of a table of silver or gold, with its checks."""

    @multi_asset(
        name=f"{table.layer}__{table.short_name}",
        specs=[spec],
        check_specs=checks.specs(table),
        can_subset=True,
    )
    def asset(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        outcomes = flow.refresh_table(lake, table, refresh.run(lake), full=refresh.full_refresh)
        yield from events(context, lake, table, outcomes)

    return asset
