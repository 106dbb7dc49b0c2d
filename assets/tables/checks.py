"""Expectations as asset checks: declared from a table's suite, reported from the audit that gated the publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    TableColumn,
    TableMetadataValue,
    TableRecord,
    TableSchema,
)

from assets.tables.spec import asset_key
from expectations import suite
from pipelines.flow.verdict import CheckResult, Verdict
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from expectations import Check
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

SEVERITIES = {"critical": AssetCheckSeverity.ERROR, "warning": AssetCheckSeverity.WARN}

SAMPLE = 10
"""Keys of unexpected rows that a check shows."""

ROWS = 25
"""Quarantined rows that a failed check shows."""


def specs(table: Table) -> list[AssetCheckSpec]:
    """One asset check per expectation of a table's suite. A critical one blocks what is made from the table."""
    return [
        AssetCheckSpec(
            check.name,
            asset=asset_key(table.name),
            description=check.description,
            blocking=check.severity == "critical",
            metadata={"severity": check.severity},
        )
        for check in suite(table.name).checks
    ]


def results(
    lake: Lakehouse, table: Table, found: Mapping[str, CheckResult], failed_before: Mapping[str, str]
) -> Iterator[AssetCheckResult]:
    """How a table's checks stand after a run: as its batches were audited, or as before where nothing was new.

    Args:
        lake: where the table is.
        table: the table.
        found: results of this run by the check's name.
        failed_before: checks that failed the last time, with what was observed.
    """
    refused = any(not r.success and r.name.startswith("quarantined") for r in found.values())
    rows = quarantined(lake, table) if refused else None
    before = published(lake, table)
    for check in suite(table.name).checks:
        if result := found.get(check.name):
            yield audited(table, result, rows)
        else:
            yield standing(table, check, failed_before.get(check.name), before)


def still_failing(found: Mapping[str, CheckResult], failed_before: Mapping[str, str]) -> dict[str, str]:
    """Checks that fail after a run, with what was observed: in this run, or before and not looked at since."""
    before = {name: text for name, text in failed_before.items() if name not in found}
    return before | {name: sentence(result) for name, result in found.items() if not result.success}


def merged(verdicts: Sequence[Verdict]) -> dict[str, CheckResult]:
    """The results of several batches as one per check: it holds if it held in every batch."""
    by_name: dict[str, list[CheckResult]] = {}
    for result in (result for verdict in verdicts for result in verdict.results):
        by_name.setdefault(result.name, []).append(result)
    return {name: _over_batches(found) for name, found in by_name.items()}


def audited(table: Table, result: CheckResult, rows: TableMetadataValue | None) -> AssetCheckResult:
    """An expectation's outcome, with its figures and, where it failed, the way to the rows."""
    return AssetCheckResult(
        asset_key=asset_key(table.name),
        check_name=result.name,
        passed=result.success,
        severity=SEVERITIES[result.severity],
        description=sentence(result),
        metadata=_figures(result) | ({} if result.success else _ways_to_rows(table, result, rows)),
    )


def standing(table: Table, check: Check, failure: str | None, before: str) -> AssetCheckResult:
    """The outcome of a check for a table that had nothing new: what its last batch was found to be.

    Args:
        table: the table.
        check: the expectation.
        failure: what was observed then, if the check failed.
        before: which version was published when; empty where nothing ever was.
    """
    found = "passed." if failure is None else f"failed. {failure}"
    return AssetCheckResult(
        asset_key=asset_key(table.name),
        check_name=check.name,
        passed=failure is None,
        severity=SEVERITIES[check.severity],
        description=f"Nothing new. The last batch, {before}, {found}"
        if before
        else "The table is empty: nothing to check.",
        metadata={"new_rows": 0},
    )


def published(lake: Lakehouse, table: Table) -> str:
    """When a table was last published and as which version, in words; empty where it never was."""
    commits = lake.history(table.name, 1)
    return (
        f"published as version {commits[0].version} at {commits[0].at:%Y-%m-%d %H:%M} UTC" if commits else ""
    )


def lasting(table: Table, failures: Mapping[str, str]) -> Mapping[str, str]:
    """Failures without those that were news, and told."""
    once = {check.name for check in suite(table.name).checks if check.once}
    return {name: text for name, text in failures.items() if name not in once}


def failures_kept(lake: Lakehouse, table: Table) -> Mapping[str, str]:
    """Checks that the table's last published batch failed, with what was observed, as kept with its commit."""
    failures: Mapping[str, str] = lake.note(table.name).get("checks", {}).get("failures", {})
    return failures


def sentence(result: CheckResult) -> str:
    """An outcome in words, with what was observed."""
    verb = "Holds" if result.success else "Does not hold"
    return f"{verb}: {result.observed}." if result.observed else f"{verb}."


def quarantined(lake: Lakehouse, table: Table) -> TableMetadataValue | None:
    """The newest quarantined records of a table: reason and place, never the payload. None if there are none."""
    return newest_refusals(lake.table(quarantine.TABLE.name).filter(f"table_name = '{table.name}'"))


def newest_refusals(rows: DataFrame) -> TableMetadataValue | None:
    """The newest of some quarantined records: reason and place, never the payload. None if there are none."""
    newest = rows.orderBy("ingest_id", "file", "line", ascending=[False, True, True]).limit(ROWS)
    records = [
        TableRecord({"reason": row["reason"], "file": row["file"], "line": row["line"]})
        for row in newest.select("reason", "file", "line").collect()
    ]
    return MetadataValue.table(records, _quarantine_schema()) if records else None


def _over_batches(found: Sequence[CheckResult]) -> CheckResult:
    failed = [result for result in found if not result.success]
    keys = (key for result in found for key in result.sample)
    return replace(
        (failed or found)[-1],
        success=not failed,
        unexpected_count=_total(result.unexpected_count for result in found),
        element_count=_total(result.element_count for result in found),
        sample=tuple(dict.fromkeys(keys))[:SAMPLE],
    )


def _total(counts: Iterator[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _figures(result: CheckResult) -> dict[str, Any]:
    figures: dict[str, Any] = {"observed": _number_or_text(result.observed)} if result.observed else {}
    if result.unexpected_count is not None:
        figures["unexpected_count"] = result.unexpected_count
    if result.element_count:
        figures["rows_checked"] = result.element_count
        figures["unexpected_share"] = (result.unexpected_count or 0) / result.element_count
    return figures


def _number_or_text(observed: str) -> float | str:
    """A number where it is one, since Dagster plots numbers over runs."""
    try:
        return float(observed)
    except ValueError:
        return observed


def _ways_to_rows(table: Table, result: CheckResult, rows: TableMetadataValue | None) -> dict[str, Any]:
    if result.name.startswith("quarantined"):
        found: dict[str, Any] = {"look_at_quarantine": f"vermeil quarantine --table {table.name}"}
        return found | ({"quarantined_rows": rows} if rows else {})
    if not result.sample:
        return {}
    keys = [TableRecord({"key": key}) for key in result.sample]
    return {"rows_not_as_expected": MetadataValue.table(keys, TableSchema([TableColumn("key")]))}


def _quarantine_schema() -> TableSchema:
    columns = (quarantine.TABLE.column(name) for name in ("reason", "file", "line"))
    kinds = {"bigint": "int"}
    return TableSchema([TableColumn(c.name, kinds.get(c.type, c.type), c.doc) for c in columns])
