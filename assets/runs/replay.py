"""Taking quarantined records in again, as a job to start by hand after what refused them was mended."""

# Annotations are not postponed here: Dagster reads those of an op's function as they are.

from dagster import Config, Failure, MarkdownMetadataValue, OpExecutionContext, job, op
from pydantic import Field

from assets.runs.resources import LakehouseResource
from expectations import validate
from pipelines.silver.quarantine import Choice
from pipelines.upkeep.replay import Replay, replay


class ReplayOptions(Config):
    """Which records to look at again; all of them where nothing is said."""

    table: str | None = Field(
        default=None, description="That refused them; bronze.records for unreadable ones."
    )
    reason: str | None = Field(default=None, description="A part of the reason.")
    file: str | None = Field(default=None, description="A part of the path of the file.")
    records: list[str] = Field(default=[], description="Ids of records.")
    dry_run: bool = Field(default=False, description="Say what would change, and write nothing.")


@op(name="replay_quarantine")
def replay_records(context: OpExecutionContext, config: ReplayOptions, lakehouse: LakehouseResource) -> None:
    """Take in what is good now; what could not be published stays in quarantine, and the run fails."""
    choice = Choice(config.table, config.reason, config.file, tuple(config.records))
    lake = lakehouse.lake
    told = context.log.info
    draft = lakehouse.draft
    done = replay(lake, validate, choice, draft=draft, dry_run=config.dry_run, starting=told)
    context.add_output_metadata(
        {
            "records": sum(one.chosen for one in done.tables),
            "good_now": sum(one.taken_in for one in done.tables),
            "by_table": MarkdownMetadataValue(as_markdown(done)),
        }
    )
    if done.failed:
        refused = [outcome.table for outcome in done.outcomes if outcome.status == "refused"]
        raise Failure(
            f"not published: {', '.join(refused)}. The records stay in quarantine.", allow_retries=False
        )


def as_markdown(done: Replay) -> str:
    """What became of the records, by the table that had refused them."""
    lines = ["| refused by | records | good now | why the others are still refused |", "|---|---|---|---|"]
    for one in done.tables:
        reasons = "; ".join(f"{count:,} {reason}" for reason, count in one.reasons.items())
        lines.append(f"| {one.table} | {one.chosen:,} | {one.taken_in:,} | {reasons.replace('|', ' ')} |")
    return "\n".join(lines)


@job(name="replay", description="Take quarantined records in again, after the code or a mapping was mended.")
def replay_job() -> None:
    """One step."""
    replay_records()
