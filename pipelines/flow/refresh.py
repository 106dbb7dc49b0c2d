"""The flow of every table: what changed, build, stage, judge, publish. Nothing bad becomes visible.

Each function takes a table as far as its inputs are, in batches of bounded size, and yields what it did after each
commit. All of it may be cut anywhere and run again: a watermark moves in the commit that holds the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.flow.side_by_side import side_by_side
from pipelines.flow.steps import Outcome as Outcome
from pipelines.flow.steps import Run as Run
from pipelines.flow.steps import timed
from pipelines.flow.ways import way

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def refresh(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    """Bring every table up to date with a raw folder, each after those it is made from."""
    try:
        yield from _refreshed(lake, replace(run, versions={}))
    finally:
        lake.staging.clear()  # what was staged for several tables


def _refreshed(lake: Lakehouse, run: Run) -> Iterator[Outcome]:
    refused: set[str] = set()
    rebuilt = set(run.full)

    def turn(table: Table) -> Iterator[Outcome]:
        own = way(table)
        if refused.intersection((*catalog.inputs(table), *catalog.gates(table))):
            refused.add(table.name)
            yield Outcome(table.name, "skipped", failed=True)
            return
        rebuild = not rebuilt.isdisjoint({table.name, *catalog.inputs(table)}) or own.outdated(lake, table)
        if own.sees_all:
            rebuild = bool(rebuilt) or table.name in run.only
        elif rebuild:
            rebuilt.add(table.name)
        for outcome in refresh_table(lake, table, run, full=rebuild):
            if outcome.status == "refused":
                refused.add(table.name)
            yield outcome

    tables = [one for one in catalog.all_tables().values() if way(one).refresh and run.wants(one.name)]
    if run.at_once > 1:
        yield from side_by_side(tables, turn, run.at_once, run.starting)
        return
    for table in tables:
        run.starting(table.name)
        yield from turn(table)


def refresh_table(lake: Lakehouse, table: Table, run: Run, *, full: bool = False) -> Iterator[Outcome]:
    """Bring one table up to date with what it is made from; with ``full``, make it anew of all of that."""
    bring = way(table).refresh
    return timed(bring(lake, table, run, full) if bring else ())
