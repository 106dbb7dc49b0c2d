"""What Dagster is told about a table after its turn: how its checks stand, and what was published or why not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetExecutionContext,
    DataVersion,
    Failure,
    MarkdownMetadataValue,
    MaterializeResult,
    MetadataValue,
)
from dagster._core.definitions.metadata.metadata_set import TableMetadataSet

from assets.tables import checks
from assets.tables.memory import CHECKED, FAILURES, VERSION, remembered
from assets.tables.spec import asset_key, column_lineage
from pipelines.flow.steps import Outcome

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

Event = AssetCheckResult | MaterializeResult[None]


def events(
    context: AssetExecutionContext, lake: Lakehouse, table: Table, outcomes: Iterable[Outcome]
) -> Iterator[Event]:
    """Refresh a table by consuming its outcomes, and tell Dagster about it, as far as the run asks for it.

    Where a run asks for checks alone, the table is left as it is and they are told as they stand. Where it asks for
    none, as a run in which nothing new is expected does, Dagster keeps in mind which version it was told of.

    Raises:
        Failure: a batch was refused, so that nothing that is made from the table runs.
    """
    known, before = remembered(context.instance, table), version(lake, table)
    kept = known.failures if known.version == before else checks.failures_kept(lake, table)
    is_made = asset_key(table.name) in context.selected_asset_keys
    done = [_logged(context, outcome) for outcome in outcomes] if is_made else []
    asked = context.selected_asset_check_keys
    is_told = not any(map(_is_news, done)) and known.checked == version(lake, table)
    is_told = is_told or asked.issuperset(spec.key for spec in checks.specs(table))
    for event in told(lake, table, done, kept):
        if isinstance(event, AssetCheckResult):
            if _key(event) in asked:
                yield event
        elif is_made:
            own = {} if is_told else {CHECKED: -1 if known.checked is None else known.checked}
            yield event._replace(metadata={**(event.metadata or {}), **own})


def _is_news(outcome: Outcome) -> bool:
    return outcome.status != "unchanged" or bool(outcome.notices or outcome.verdict.results)


def _key(result: AssetCheckResult) -> AssetCheckKey:
    assert result.asset_key
    assert result.check_name
    return AssetCheckKey(result.asset_key, result.check_name)


def told(
    lake: Lakehouse, table: Table, done: Sequence[Outcome], failures_before: Mapping[str, str]
) -> Iterator[Event]:
    """How a table's checks stand after its turn, then what was published.

    Args:
        lake: where the table is.
        table: the table.
        done: what came of its batches.
        failures_before: checks that failed the last time, with what was observed.

    Raises:
        Failure: a batch was refused.
    """
    found = checks.merged([outcome.verdict for outcome in done])
    failed_before = checks.lasting(table, failures_before)
    yield from checks.results(lake, table, found, failed_before)
    if done and done[-1].status == "refused":
        raise refusal(done)
    failures = checks.still_failing(found, failed_before)
    yield MaterializeResult(
        asset_key=asset_key(table.name),
        metadata={**figures(lake, table, done), FAILURES: failures, CHECKED: version(lake, table)},
        data_version=DataVersion(str(version(lake, table))),
    )


def refusal(done: Sequence[Outcome]) -> Failure:
    """Why a table was not published."""
    last = done[-1]
    reasons = [
        f"{result.name}: {result.description} {checks.sentence(result)}" for result in last.verdict.refusals
    ]
    earlier = sum(outcome.status == "published" for outcome in done)
    return Failure(
        f"{last.table}: nothing was published, because the batch fails {len(reasons)} critical "
        f"{'check' if len(reasons) == 1 else 'checks'}. {' '.join(reasons)} Readers still see the version "
        "before; what is made from this table does not run. Mend the records or the expectation, then run again.",
        metadata={
            "refused_rows": last.rows,
            "batches_published_before": earlier,
            "failed_checks": MarkdownMetadataValue("\n".join(f"- {reason}" for reason in reasons)),
        },
        allow_retries=False,
    )


def figures(lake: Lakehouse, table: Table, done: Sequence[Outcome]) -> dict[str, Any]:
    """What a run did to a table; Dagster plots the numbers over runs."""
    results = [result for outcome in done for result in outcome.verdict.results]
    notices = [notice for outcome in done for notice in outcome.notices]
    return {
        **TableMetadataSet(row_count=lake.count(table.name), column_lineage=column_lineage(table)),
        "published_rows": sum(outcome.rows for outcome in done if outcome.status == "published"),
        "quarantined_rows": sum(outcome.quarantined for outcome in done),
        "batches": sum(outcome.status == "published" for outcome in done),
        "seconds": round(sum(outcome.seconds for outcome in done), 2),
        "checks_passed": sum(result.success for result in results),
        VERSION: version(lake, table),
        "path": MetadataValue.path(lake.table_uri(table.name)),
    } | (
        {"notices": MarkdownMetadataValue("\n".join(f"- {notice}" for notice in notices))} if notices else {}
    )


def _logged(context: AssetExecutionContext, outcome: Outcome) -> Outcome:
    for level, line in lines(outcome):
        context.log.log(level, line)
    return outcome


def lines(outcome: Outcome) -> Iterator[tuple[int, str]]:
    """What a log says of a batch, each line with its level."""
    yield (
        logging.INFO,
        f"{outcome.table}: {outcome.status}, {outcome.rows:,} rows, {outcome.quarantined:,} quarantined, "
        f"{outcome.seconds:.1f} s",
    )
    for notice in outcome.notices:
        yield logging.WARNING, notice
    for result in outcome.verdict.warnings:
        yield logging.WARNING, f"{outcome.table}: {result.name}: {checks.sentence(result)}"


def version(lake: Lakehouse, table: Table) -> int:
    """The table's Delta version; -1 where nothing was ever published."""
    found = lake.version(table.name)
    return -1 if found is None else found
