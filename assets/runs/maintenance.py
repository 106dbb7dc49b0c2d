"""Housekeeping as a job: ``vermeil maintain``, every week."""

# Annotations are not postponed here: Dagster reads those of an op's function as they are.

from datetime import UTC, datetime

from dagster import OpExecutionContext, RunRequest, SkipReason, job, op, schedule

from assets.runs.resources import LakehouseResource
from pipelines.delta import marker, storage
from pipelines.settings import load_settings
from pipelines.upkeep.maintenance import maintain, totals


@op(description="Compacts, vacuums and checkpoints each table by its policy.")
def maintain_tables(context: OpExecutionContext, lakehouse: LakehouseResource) -> None:
    """See :func:`pipelines.upkeep.maintenance.maintain`."""
    done = []
    for one in maintain(lakehouse.lake, lakehouse.draft, datetime.now(UTC)):
        done.append(one)
        context.log.info(str(one))
    context.add_output_metadata(totals(done))


@job(name="maintain", description="Compact, vacuum and checkpoint all tables by policy.")
def maintain_job() -> None:
    """All tables, one after the other."""
    maintain_tables()


@schedule(
    name="weekly",
    job=maintain_job,
    cron_schedule="30 3 * * 0",
    execution_timezone="UTC",
    description="Keeps the tables in order: every Sunday at half past three, UTC.",
)
def weekly() -> RunRequest | SkipReason:
    """One round a week, unless there is no lakehouse yet."""
    uri = load_settings().lakehouse_uri
    there = storage.read_text(storage.join(uri, marker.FILE)) is not None
    return RunRequest() if there else SkipReason(f"There is no lakehouse at {uri} yet.")
