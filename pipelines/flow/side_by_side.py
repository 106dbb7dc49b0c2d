"""Tables that do not wait for each other are brought up to date side by side, by threads of one process.

What comes of each is the same as one after another: a table waits for whatever it reads, and what reads it as it was
goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from graphlib import TopologicalSorter
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.flow.figures import references
from pipelines.flow.ways import way

if TYPE_CHECKING:
    from pipelines.flow.steps import Outcome
    from pipelines.table import Table

Turn = Callable[["Table"], Iterator["Outcome"]]
"""Brings one table up to date, commit by commit."""


def waits_for(tables: Sequence[Table]) -> Mapping[str, set[str]]:
    """Of each table of a run those that have to be done before its turn, by their names.

    Args:
        tables: all of the run, each after those it is made from.
    """
    names = [table.name for table in tables]
    found: dict[str, set[str]] = {name: set() for name in names}
    for place, table in enumerate(tables):
        if way(table).sees_all or table.layer == "bronze":
            found[table.name] |= set(names[:place])
        found[table.name] |= {*catalog.inputs(table), *catalog.gates(table)}.intersection(names[:place])
        # Whether an id is found depends on how far the other table is.
        for _, other, _ in references(table):
            if other in found and other != table.name:
                first, second = sorted((table.name, other), key=names.index)
                found[second].add(first)
    return found


def side_by_side(
    tables: Sequence[Table], turn: Turn, at_once: int, starting: Callable[[str], None]
) -> Iterator[Outcome]:
    """What comes of all tables, as it comes.

    Where one fails, those at work end their batch, no other is begun, and the failure is raised.

    Args:
        tables: all of the run, each after those it is made from.
        turn: brings one up to date. It is called in another thread.
        at_once: how many are worked at.
        starting: told the name of each before its turn.
    """
    order = TopologicalSorter(waits_for(tables))
    order.prepare()
    by_name = {table.name: table for table in tables}
    came: SimpleQueue[Outcome | Future[str]] = SimpleQueue()
    ready: list[str] = []
    at_work, stop = 0, Event()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="table")
    try:
        while order.is_active():
            ready = sorted((*ready, *order.get_ready()), key=list(by_name).index)
            while ready and at_work < at_once:
                starting(ready[0])
                work = pool.submit(_work, by_name[ready.pop(0)], turn, came.put, stop)
                work.add_done_callback(came.put)
                at_work += 1
            one = came.get()
            if isinstance(one, Future):
                at_work -= 1
                order.done(one.result())
            else:
                yield one
    finally:
        stop.set()
        pool.shutdown()


def _work(table: Table, turn: Turn, tell: Callable[[Outcome], None], stop: Event) -> str:
    for outcome in turn(table):
        tell(outcome)
        if stop.is_set():
            break
    return table.name
