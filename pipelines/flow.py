"""The flow of every table: what changed, build, stage, judge, publish. Nothing bad becomes visible.

Each function takes a table as far as its inputs are, in batches of bounded size, and yields what it did after each
commit. All of it may be cut anywhere and run again: a watermark moves in the commit that holds the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.bronze import ingest
from pipelines.conservation import refresh_audit
from pipelines.flow_gold import refresh_gold
from pipelines.flow_history import refresh_history
from pipelines.flow_objects import refresh_silver
from pipelines.flow_records import refresh_bronze
from pipelines.flow_refusals import QUARANTINE, refresh_quarantine
from pipelines.gold import audit as audit_table
from pipelines.gold import schema_drift
from pipelines.silver.keyed import needs_rebuild
from pipelines.steps import Outcome as Outcome
from pipelines.steps import Run as Run
from pipelines.steps import timed

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

AUDIT = audit_table.TABLE.name

DRIFT = schema_drift.TABLE.name


def refresh(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Bring every table up to date with a raw folder, each after those it is made from."""
    refused: set[str] = set()
    rebuilt = set(run.full)
    for table in catalog.all_tables().values():
        if table.name == ingest.FILES or (run.only and table.name not in run.only):
            continue
        run.starting(table.name)
        if refused.intersection((*catalog.inputs(table), *gates(table))):
            refused.add(table.name)
            yield Outcome(table.name, "skipped", failed=True)
            continue
        rebuild = not rebuilt.isdisjoint({table.name, *catalog.inputs(table)}) or _is_outdated(lake, table)
        if table.name == AUDIT:
            rebuild = (
                bool(rebuilt) or AUDIT in run.only
            )  # what was rebuilt, or asked for, is looked at as a whole
        if rebuild and table.name != AUDIT:
            rebuilt.add(table.name)
        for outcome in refresh_table(lake, table, run, full=rebuild):
            if outcome.status == "refused":
                refused.add(table.name)
            yield outcome


def _is_outdated(lake: Lakehouse, table: Table) -> bool:
    """Whether a table was made in another way than it is now; what is made from it has to follow."""
    of_records = table.layer == "silver" and table.name != QUARANTINE
    return of_records and needs_rebuild(lake, table, lake.note(table.name))


def gates(table: Table) -> tuple[str, ...]:
    """Tables that must be sound before another is made: no gold from a lakehouse that has lost records."""
    return (AUDIT,) if table.layer == "gold" and table.name not in (AUDIT, DRIFT) else ()


def refresh_table(lake: Lakehouse, table: Table, run: Run, *, full: bool = False) -> Iterator[Outcome]:
    """Bring one table up to date with what it is made from; with ``full``, make it anew of all of that."""
    return timed(_refresh_table(lake, table, run, full=full))


def _refresh_table(lake: Lakehouse, table: Table, run: Run, *, full: bool) -> Iterator[Outcome]:
    sources, validate = run.sources, run.validate
    if table.layer == "bronze":
        yield from refresh_bronze(lake, run)
    elif table.name == QUARANTINE:
        yield refresh_quarantine(lake, validate)
    elif table.history_of:
        yield from refresh_history(lake, table, sources, validate, full=full)
    elif table.layer == "silver":
        yield from refresh_silver(lake, table, sources, validate, full=full)
    elif table.name == AUDIT:
        yield refresh_audit(lake, sources, validate, full=full)
    else:
        yield refresh_gold(lake, table, validate, full=full)
