"""The assets of bronze: the raw files as they lie there, and the records and the manifest that are made of them."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Iterator, Sequence

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    multi_asset,
)

from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.tables import checks
from assets.tables.events import Event, events
from assets.tables.kept import kept_events
from assets.tables.spec import OWNER, table_spec
from expectations import preload
from pipelines.bronze import files, records
from pipelines.bronze.files import RawFile
from pipelines.bronze.reading.waiting import waiting
from pipelines.flow import refresh as flow
from pipelines.flow.steps import Outcome
from pipelines.settings import Settings

RAW_FILES = AssetSpec(
    AssetKey(["raw", "files"]),
    description=(
        "The raw folder: event archives and exports as the processor wrote them. Nothing here is ever changed. "
        "A file is taken in once; a file whose content changed is taken in again."
    ),
    group_name="raw",
    kinds={"json", "gzip"},
    owners=[OWNER],
)


def bronze_assets(settings: Settings) -> Sequence[AssetsDefinition | AssetSpec]:
    """The raw folder, and the assets made of it."""
    tables = (records.TABLE, files.TABLE)

    @multi_asset(
        name="bronze",
        specs=[table_spec(table, settings, deps=("raw.files",)) for table in tables],
        check_specs=[spec for table in tables for spec in checks.specs(table)],
        can_subset=True,
    )
    def bronze(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        raw = refresh.raw_dir(lake)
        if new := waiting(raw, lake.settings, lake.log):
            preload()
            context.log_event(arrival(new))
        outcomes = flow.refresh_table(lake, records.TABLE, refresh.run(lake))
        yield from events(context, lake, records.TABLE, outcomes)
        yield from kept_events(context, lake, files.TABLE, Outcome(files.TABLE.name, "unchanged"))

    return RAW_FILES, bronze


def arrival(new: Sequence[RawFile]) -> AssetMaterialization:
    """New raw files, as Dagster is told of them: nothing of ours made them, but this is when they were seen."""
    return AssetMaterialization(
        RAW_FILES.key,
        description=f"{len(new):,} new or changed files",
        metadata={"new_files": len(new), "new_bytes": sum(file.size_bytes for file in new)},
    )
