"""The report as an asset: HTML pages made from gold."""

# Annotations are not postponed here: Dagster reads those of an asset's function as they are.

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dagster import AssetDep, AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from assets.runs.resources import LakehouseResource
from assets.tables.spec import OWNER, asset_key
from pipelines.catalog import tables_of
from pipelines.silver import quarantine
from pipelines.tasks import all_tasks

FILE = "index.html"

REPORT = AssetKey(["report", "payments"])


def report_assets() -> Sequence[AssetsDefinition]:
    """The reports."""
    sources = [*(table.name for table in tables_of("gold")), quarantine.TABLE.name]

    @asset(
        key=REPORT,
        deps=[AssetDep(asset_key(name)) for name in sources],
        description="A folder of HTML pages that needs no network: overview, finance, payments, risk, identity, "
        f"customers, billing, data quality and definitions, and {' and '.join(all_tasks())} models.",
        group_name="report",
        kinds={"html", "plotly"},
        owners=[OWNER],
    )
    def payments_report(lakehouse: LakehouseResource) -> MaterializeResult[None]:
        from pipelines.report import write_report

        path = write_report(lakehouse.lake, lakehouse.lake.settings.reports_dir / FILE, datetime.now(UTC))
        return MaterializeResult(metadata=facts(path))

    return [payments_report]


def facts(path: Path) -> dict[str, MetadataValue]:
    """Where the pages of a report are, given the one to open first, and how large they are together."""
    from pipelines.report import report_files

    first, *others = files = [file.resolve() for file in report_files(path)]
    return {
        "file": MetadataValue.path(first),
        "open": MetadataValue.url(first.as_uri()),
        **{f"open_{file.stem}": MetadataValue.url(file.as_uri()) for file in others},
        "size_bytes": MetadataValue.int(sum(file.stat().st_size for file in files)),
    }
