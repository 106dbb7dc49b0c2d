"""The flow of every table: what changed, build, stage, judge, publish. Nothing bad becomes visible.

Each function takes a table as far as its inputs are, in batches of bounded size, and yields what it did after each
commit. All of it may be cut anywhere and run again: a watermark moves in the commit that holds the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.flow.audit import refresh_audit
from pipelines.flow.drift import refresh_drift
from pipelines.flow.gold import refresh_gold
from pipelines.flow.history import refresh_history
from pipelines.flow.objects import refresh_silver
from pipelines.flow.records import refresh_bronze
from pipelines.flow.refusals import refresh_quarantine
from pipelines.flow.steps import Outcome as Outcome
from pipelines.flow.steps import Run as Run
from pipelines.flow.steps import timed
from pipelines.flow.token_keys import needs_rebuild
from pipelines.table import Kind

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def refresh(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Bring every table up to date with a raw folder, each after those it is made from."""
    run = replace(run, versions={})
    refused: set[str] = set()
    rebuilt = set(run.full)
    for table in catalog.all_tables().values():
        if table.kind not in WAYS or (run.only and table.name not in run.only):
            continue
        run.starting(table.name)
        if refused.intersection((*catalog.inputs(table), *catalog.gates(table))):
            refused.add(table.name)
            yield Outcome(table.name, "skipped", failed=True)
            continue
        rebuild = not rebuilt.isdisjoint({table.name, *catalog.inputs(table)}) or _is_outdated(lake, table)
        if table.kind == "audit":  # what was rebuilt, or asked for, is looked at as a whole
            rebuild = bool(rebuilt) or table.name in run.only
        elif rebuild:
            rebuilt.add(table.name)
        for outcome in refresh_table(lake, table, run, full=rebuild):
            if outcome.status == "refused":
                refused.add(table.name)
            yield outcome


def _is_outdated(lake: Lakehouse, table: Table) -> bool:
    """Whether a table was made in another way than it is now; what is made from it has to follow."""
    return table.kind in ("objects", "history") and needs_rebuild(lake, table, lake.note(table.name))


def refresh_table(lake: Lakehouse, table: Table, run: Run, *, full: bool = False) -> Iterator[Outcome]:
    """Bring one table up to date with what it is made from; with ``full``, make it anew of all of that."""
    return timed(WAYS[table.kind](lake, table, run, full))


Way = Callable[["Lakehouse", "Table", Run, bool], Iterable[Outcome]]

WAYS: Mapping[Kind, Way] = {
    "records": lambda lake, table, run, full: refresh_bronze(lake, run),
    "refusals": lambda lake, table, run, full: [refresh_quarantine(lake, run.validate)],
    "objects": lambda lake, table, run, full: refresh_silver(lake, table, run, full=full),
    "history": lambda lake, table, run, full: refresh_history(lake, table, run, full=full),
    "made": lambda lake, table, run, full: [refresh_gold(lake, table, run.validate, full=full)],
    "audit": lambda lake, table, run, full: [refresh_audit(lake, run.validate, full=full)],
    "drift": lambda lake, table, run, full: [refresh_drift(lake, run.validate, full=full)],
}
"""How a table of each kind is brought up to date. The manifest is, as bronze is."""
