"""The assets of silver: one per payment object, each fed by bronze, histories, and the quarantine that all share."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Iterator, Sequence
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    MetadataValue,
    TableColumn,
    TableRecord,
    TableSchema,
    multi_asset,
)

from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.tables import checks
from assets.tables.events import Event
from assets.tables.kept import kept_events
from assets.tables.refreshed import refreshed
from assets.tables.spec import asset_key, table_spec
from pipelines.catalog import tables_of
from pipelines.flow import refresh as flow
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings
from pipelines.silver import quarantine
from pipelines.table import Table


def silver_assets(settings: Settings) -> Sequence[AssetsDefinition]:
    """One asset per declared silver table."""
    tables = [table for table in tables_of("silver") if table.object_type or table.history_of]
    return [*(silver_asset(table, settings) for table in tables), quarantine_asset(settings)]


def silver_asset(table: Table, settings: Settings) -> AssetsDefinition:
    """The asset of a silver table: takes in what bronze gained since the table's watermark."""
    return refreshed(table, table_spec(table, settings))


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
        can_subset=True,
        op_tags={"dagster/priority": "-1"},
    )
    def asset(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        [outcome] = flow.refresh_table(lake, table, refresh.run(lake))
        context.add_asset_metadata(refusals(lake), asset_key(table.name))
        yield from kept_events(context, lake, table, outcome)

    return asset


def refusals(lake: Lakehouse) -> dict[str, Any]:
    """What is in quarantine, without what the records hold: counts by table and reason, and the newest places."""
    groups = quarantine.grouped(lake.table(quarantine.TABLE.name)).limit(SHOWN).toArrow().to_pylist()
    counted = [TableRecord(group) for group in groups]
    newest = checks.newest_refusals(lake.table(quarantine.TABLE.name))
    return {
        "by_table_and_reason": MetadataValue.table(counted, TableSchema([TableColumn(n) for n in GROUPED])),
        "look_at_them": "vermeil quarantine",
        "take_them_in_again": "vermeil replay --dry-run",
    } | ({"newest": newest} if newest else {})


SHOWN = 50
"""Groups of refused records that Dagster shows."""

GROUPED = ("table_name", "reason", "count", "first_batch", "last_batch")
