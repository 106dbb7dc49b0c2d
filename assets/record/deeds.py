"""What happened to each asset in a command, in the same words in which an asset of Dagster tells it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dagster import AssetCheckResult, AssetMaterialization, DagsterInstance, Failure, MaterializeResult

from assets.runs import report as reporting
from assets.runs import training
from assets.tables import bronze, checks, events, silver
from assets.tables.audit import as_published
from assets.tables.memory import Memory, all_remembered
from pipelines.bronze import files, records
from pipelines.flow.steps import Outcome
from pipelines.gold.quality import audit
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from assets.record.done import Done
    from pipelines.lakehouse import Lakehouse

Deed = AssetCheckResult | MaterializeResult[None] | AssetMaterialization


def deeds(instance: DagsterInstance, lake: Lakehouse, done: Done) -> tuple[list[Deed], list[str]]:
    """What happened to each asset, in order, and why some got nothing."""
    found: list[Deed] = [bronze.arrival(done.arrived)] if done.arrived else []
    failures = [
        notice
        for outcome in done.outcomes
        if outcome.table == audit.TABLE.name and outcome.status == "refused"
        for notice in outcome.notices
    ]
    for told in _by_asset(instance, lake, done):
        try:
            found.extend(told)
        except Failure as failure:
            failures.append(failure.description or "")
    return found, failures


def _by_asset(instance: DagsterInstance, lake: Lakehouse, done: Done) -> Iterator[Iterator[Deed]]:
    known = all_remembered(instance, lake.tables.values())
    for name, outcomes in _by_table(done):
        if all(outcome.status == "skipped" for outcome in outcomes):
            continue
        yield _of_table(lake, name, outcomes, known[name], done)
        if name == records.TABLE.name:
            yield _of_table(lake, files.TABLE.name, [], known[files.TABLE.name], done)
    for task, came in done.models:
        yield training.told(lake.settings, task, came)
    if done.report:
        yield iter([MaterializeResult(asset_key=reporting.REPORT, metadata=reporting.facts(done.report))])


def _by_table(done: Done) -> Iterator[tuple[str, list[Outcome]]]:
    """The outcomes of each table, in the order of the tables' turns."""
    moved = [Outcome(name, "unchanged") for name in done.moved]
    for name, outcomes in groupby([*done.outcomes, *moved], key=lambda outcome: outcome.table):
        yield name, list(outcomes)


def _of_table(
    lake: Lakehouse, name: str, outcomes: list[Outcome], known: Memory, done: Done
) -> Iterator[Deed]:
    """What to tell of a table: nothing where it is as it was told within the hour."""
    table = lake.declaration(name)
    is_known = known.version == events.version(lake, table)
    is_news = not is_known or any(outcome.status != "unchanged" for outcome in outcomes)
    if not (is_news or done.is_whole):
        return
    if name == audit.TABLE.name:
        outcomes = [as_published(outcome) for outcome in outcomes]
    before = known.failures if is_known else checks.failures_kept(lake, table)
    for deed in events.told(lake, table, outcomes, before):
        if name == quarantine.TABLE.name and isinstance(deed, MaterializeResult):
            yield deed._replace(metadata={**(deed.metadata or {}), **silver.refusals(lake)})
        else:
            yield deed
