"""Questions about the data: how new they are, which checks failed, what was refused, what is new in the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.flow.held_back import held_back
from vermeil.ask.plan import Answer, QualityPlan

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

_REFUSED = (
    "select table_name, reason, count(*) as quarantined_records from silver.quarantine group by table_name, reason "
    "order by quarantined_records desc, table_name, reason limit 200"
)
_DRIFT = (
    "select source, object_type, field_path, drift, records_count, first_seen_at, last_seen_at from gold.schema_drift "
    "order by last_seen_at desc, object_type, field_path limit 200"
)
_AUDIT = (
    "select sum(record_count) as records, sum(current_count) as current, sum(superseded_count) as superseded, "
    "sum(duplicate_count) as duplicate, sum(quarantined_count) as quarantined, sum(missing_count) as missing, "
    "count_if(not is_balanced) as unbalanced_files, count(*) as files from gold.audit"
)
_NEWEST = "select max(known_at) as newest_record, max(occurred_at) as newest_event from bronze.records"


def quality(lake: Lakehouse, plan: QualityPlan) -> Answer:
    """The answer to a question about the data of a release."""
    return _ANSWERS[plan.about](lake, plan.table)


def _answered(
    said: str, rows: list[dict[str, Any]], query: str | None, units: tuple[str, ...] = ()
) -> Answer:
    columns = tuple(rows[0]) if rows else ()
    return Answer(
        question="",
        outcome="answered",
        said=said,
        columns=columns,
        rows=tuple(tuple(row.values()) for row in rows),
        units=dict.fromkeys(units, "count"),
        query=query,
    )


def _asked(lake: Lakehouse, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(query).toArrow().to_pylist()
    return rows


def _freshness(lake: Lakehouse, _: str | None) -> Answer:
    [row] = _asked(lake, _NEWEST)
    newest, release = row["newest_record"], lake.release
    if newest is None:
        return _answered("There are no records yet.", [], _NEWEST)
    said = f"The newest record was known at {newest:%Y-%m-%d %H:%M} UTC."
    if release:
        age = (datetime.now(UTC) - release.at).total_seconds()
        said += f" Release {release.number} was made at {release.at:%Y-%m-%d %H:%M} UTC, {age / 3600:,.1f} hours ago."
    return _answered(said, [row], _NEWEST)


def _checks(lake: Lakehouse, table: str | None) -> Answer:
    rows: list[dict[str, Any]] = []
    passed = 0
    for name in [table] if table else lake.tables:
        checks = lake.note(name).get("checks") if name and lake.exists(name) else None
        if checks:
            passed += checks.get("passed", 0)
            rows += [
                {"table": name, "severity": "warning", "check": check, "found": found}
                for check, found in checks.get("failures", {}).items()
            ]
    rows += [
        {"table": one.table, "severity": "critical", "check": "a batch was held back", "found": reason}
        for one in held_back(lake)
        for reason in one.reasons
    ]
    said = f"{len(rows):,} checks failed and {passed:,} passed in the batches that are released."
    return _answered(said, rows, None)


def _refused(lake: Lakehouse, _: str | None) -> Answer:
    rows = _asked(lake, _REFUSED)
    total = sum(row["quarantined_records"] for row in rows)
    said = (
        f"{total:,} records were refused; 'vermeil quarantine' shows where each stands."
        if rows
        else "No record was refused."
    )
    return _answered(said, rows, _REFUSED, ("quarantined_records",))


def _drift(lake: Lakehouse, _: str | None) -> Answer:
    rows = _asked(lake, _DRIFT)
    said = (
        f"{len(rows):,} differences between what the sources send and what is declared."
        if rows
        else "Nothing undeclared was sent."
    )
    return _answered(said, rows, _DRIFT, ("records_count",))


def _audit(lake: Lakehouse, _: str | None) -> Answer:
    [row] = _asked(lake, _AUDIT)
    if not row["records"]:
        return _answered("There are no records yet.", [], _AUDIT)
    off, files = row["unbalanced_files"], row["files"]
    said = (
        f"Every one of {row['records']:,} records is accounted for, in all {files:,} files; none is missing."
        if not off and not row["missing"]
        else f"The audit does not balance: {row['missing']:,} records are missing, {off:,} of {files:,} files are off."
    )
    return _answered(said, [row], _AUDIT, tuple(row))


_ANSWERS: Mapping[str, Callable[[Lakehouse, str | None], Answer]] = {
    "freshness": _freshness,
    "checks": _checks,
    "refused": _refused,
    "drift": _drift,
    "audit": _audit,
}
