"""The proof that nothing was lost, as an asset check: every record of bronze is in exactly one place."""

# Annotations are not postponed here: Dagster reads those of a check's function as they are.

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetSelection,
    ScheduleDefinition,
    asset_check,
    define_asset_job,
)

from assets.metadata import asset_key
from assets.resources import LakehouseResource
from pipelines.audit import PLACES, audit
from pipelines.bronze import records
from pipelines.catalog import tables_of

SHOWN = 20
"""Files that do not balance, named in a failure."""


@asset_check(
    asset=asset_key(records.TABLE.name),
    additional_deps=[asset_key(table.name) for table in tables_of("silver")],
    description=(
        "Every record that came in is exactly one of: the current version of a silver row, a superseded version, a "
        "duplicate, in quarantine, or of a type that no table models. Reads all of bronze, so it has a job of its own."
    ),
)
def every_record_accounted_for(lakehouse: LakehouseResource) -> AssetCheckResult:
    """Counts that add up, for the lakehouse and for each of its files."""
    found = audit(lakehouse.lake, lakehouse.lake.sources)
    unbalanced = [file.file for file in found.files if not file.balanced]
    return AssetCheckResult(
        passed=found.balanced,
        severity=AssetCheckSeverity.ERROR,
        description=f"{found.total.records:,} records of {len(found.files):,} files; {found.total.missing:,} missing.",
        metadata={
            "records": found.total.records,
            **{place: getattr(found.total, place) for place in PLACES},
            "silver_rows": found.silver_rows,
            "files_that_do_not_balance": unbalanced[:SHOWN],
        },
    )


CONSERVATION = AssetSelection.checks(every_record_accounted_for)

AUDIT = define_asset_job(
    "audit",
    selection=CONSERVATION,
    description="Count where every record that ever came in is now. Nothing is written.",
)

nightly = ScheduleDefinition(
    name="nightly",
    job=AUDIT,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    description="Proves every night that nothing was lost.",
)
