"""The proof that nothing was lost: the table of it, and a nightly check of all that is there."""

# Annotations are not postponed here: Dagster reads those of a check's function as they are.

from collections.abc import Iterator
from dataclasses import replace

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetsDefinition,
    AssetSelection,
    Failure,
    RunConfig,
    ScheduleDefinition,
    asset_check,
    define_asset_job,
    multi_asset,
)

from assets.runs.resources import LakehouseResource, RefreshOptions
from assets.tables import checks
from assets.tables.events import Event, events
from assets.tables.gold import FRESHNESS
from assets.tables.spec import asset_key, table_spec
from pipelines.catalog import all_tables
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.places import PLACES
from pipelines.flow.steps import Outcome
from pipelines.gold.quality import audit as audit_table
from pipelines.settings import Settings
from pipelines.upkeep.verify import verify

SHOWN = 20
"""Files that do not balance, named in a failure."""


def audit_asset(settings: Settings) -> AssetsDefinition:
    """The asset of gold.audit: made after silver had its turn and before the rest of gold.

    An audit that does not balance is published, and stops what is made from silver. A silver table that was refused
    does not keep the audit from being made; the priority lets the silver tables go first.
    """
    table = audit_table.TABLE

    @multi_asset(
        name="gold__audit",
        specs=[table_spec(table, settings, freshness=FRESHNESS)],
        check_specs=checks.specs(table),
        can_subset=True,
        op_tags={"dagster/priority": "-2"},
    )
    def asset(
        context: AssetExecutionContext, lakehouse: LakehouseResource, refresh: RefreshOptions
    ) -> Iterator[Event]:
        lake = lakehouse.lake
        [outcome] = flow.refresh_table(lake, table, refresh.run(lake), full=refresh.full_refresh)
        yield from events(context, lake, table, [as_published(outcome)])
        if outcome.status == "refused":
            raise Failure("\n".join(outcome.notices), allow_retries=False)

    return asset


def as_published(outcome: Outcome) -> Outcome:
    """An audit that does not balance is refused to what is made from silver, but published."""
    return replace(outcome, status="published") if outcome.status == "refused" else outcome


# A check of the audit's table, which few make by hand: Dagster takes all checks of the assets that someone selects.
@asset_check(
    asset=asset_key(audit_table.TABLE.name),
    additional_deps=[
        asset_key(table.name) for table in all_tables().values() if table is not audit_table.TABLE
    ],
    description=(
        "Every record that came in is in one place, and every table holds, row by row, what it should be made of. "
        "Reads all of bronze and parses it again, so it has a job of its own."
    ),
)
def every_record_accounted_for(lakehouse: LakehouseResource) -> AssetCheckResult:
    """The audit, and the deep audit: counts that add up, and rows that are as they should be."""
    lake = lakehouse.lake
    found = audit(lake)
    verified = verify(lake)
    wrong = [str(difference) for difference in verified.differences]
    return AssetCheckResult(
        passed=found.balanced and verified.sound,
        severity=AssetCheckSeverity.ERROR,
        description=(
            f"{found.total.records:,} records of {len(found.files):,} files; {found.total.missing:,} missing; "
            f"{sum(one.count for one in verified.tables):,} rows are not as they should be."
        ),
        metadata={
            "records": found.total.records,
            **{place: getattr(found.total, place) for place in (*PLACES, *audit_table.INSIDE_COUNTS)},
            "silver_rows": found.silver_rows,
            "what_does_not_add_up": list(found.faults[:SHOWN]),
            "rows_not_as_they_should_be": wrong[:SHOWN],
        },
    )


CONSERVATION = AssetSelection.checks(every_record_accounted_for)

AUDIT = define_asset_job(
    "audit",
    selection=CONSERVATION | AssetSelection.assets(asset_key(audit_table.TABLE.name)),
    config=RunConfig(resources={"refresh": RefreshOptions(full_refresh=True)}),
    description="Count where every record that ever came in is now, and hold every row against what it is made from.",
)

nightly = ScheduleDefinition(
    name="nightly",
    job=AUDIT,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    description="Proves every night that nothing was lost and nothing altered.",
)
