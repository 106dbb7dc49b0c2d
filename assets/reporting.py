"""The report as an asset: one HTML page made from gold."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dagster import AssetDep, AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from assets.metadata import OWNER, asset_key
from assets.resources import LakehouseResource
from pipelines.catalog import tables_of
from pipelines.silver import quarantine

FILE = "payments.html"


def report_assets() -> Sequence[AssetsDefinition]:
    """The reports."""
    sources = [*(table.name for table in tables_of("gold")), quarantine.TABLE.name]

    @asset(
        key=AssetKey(["report", "payments"]),
        deps=[AssetDep(asset_key(name)) for name in sources],
        description="One HTML page that needs nothing else: volume, authorization, disputes, balance, data quality.",
        group_name="report",
        kinds={"html", "plotly"},
        owners=[OWNER],
    )
    def payments_report(lakehouse: LakehouseResource) -> MaterializeResult[None]:
        from assets.report import write_report

        path = write_report(lakehouse.lake, lakehouse.lake.settings.reports_dir / FILE, datetime.now(UTC))
        return MaterializeResult(metadata=_facts(path.resolve()))

    return [payments_report]


def _facts(path: Path) -> dict[str, MetadataValue]:
    return {
        "file": MetadataValue.path(path),
        "open": MetadataValue.url(path.as_uri()),
        "size_bytes": MetadataValue.int(path.stat().st_size),
    }
