"""What one run is given, how the batches of bronze are grouped, and what came of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pipelines.flow import held_back
from pipelines.flow.verdict import Validate, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.delta.commits import Staged
    from pipelines.lakehouse import Lakehouse

Status = Literal["published", "unchanged", "refused", "skipped"]

NOT_JUDGED = Verdict()


Sweep = Callable[["Lakehouse"], tuple[str, ...]]
"""Erases what new records ask for, and says in sentences what was done. Injected: the flow does not know who erases."""


@dataclass(frozen=True)
class Run:
    """What one way through the tables is given.

    Attributes:
        raw: folder of raw files: a path, or a URL in an object store.
        validate: audits each batch before it is published.
        sweep: erases what the new records of bronze ask for, before anything else is made from them.
        only: tables to refresh; empty for all.
        full: tables to rebuild from all that they are made from; so are the tables made from them.
        starting: told the name of each table before its turn.
        at_once: how many tables are worked at side by side, where they do not wait for each other.
        versions: what was parsed of objects whose history the run comes to, by history and batches; None for a run of
            one table.
    """

    raw: Path | str
    validate: Validate
    sweep: Sweep
    only: Collection[str] = ()
    full: Collection[str] = ()
    starting: Callable[[str], None] = lambda _: None
    at_once: int = 1
    versions: dict[tuple[str, int, int], Staged] | None = None

    def wants(self, name: str) -> bool:
        """Whether a table is one of those to refresh."""
        return not self.only or name in self.only


@dataclass(frozen=True)
class Outcome:
    """What happened to one batch of one table.

    Attributes:
        table: its name.
        status: refused means that a critical expectation failed and nothing was published; skipped, that this
            happened to a table that it is made from.
        rows: rows that were published.
        quarantined: records that broke the contract.
        seconds: how long it took.
        version: the table's Delta version afterwards, where one was published.
        verdict: what was found by judging it.
        notices: what a person should know, such as a file that could not be read.
        failed: whether a part could not be done though the rest was.
    """

    table: str
    status: Status
    rows: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    version: int | None = None
    verdict: Verdict = NOT_JUDGED
    notices: tuple[str, ...] = ()
    failed: bool = False


def by_size(watermark: int, sizes: Sequence[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """Consecutive batches of bronze in groups of about ``limit`` bytes: (after, last] by ingest id."""
    spans: list[tuple[int, int]] = []
    held = 0
    for ingest_id, size in sizes:
        if spans and held + size <= limit:
            spans[-1] = (spans[-1][0], ingest_id)
            held += size
        else:
            spans.append((spans[-1][1] if spans else watermark, ingest_id))
            held = size
    return spans


def unchanged(lake: Lakehouse, name: str) -> Outcome:
    """Of a table that has nothing to take in: what it had refused before is no matter any more."""
    held_back.settled(lake, name)
    return Outcome(name, "unchanged")


def timed(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The same, each with how long it took."""
    started = time.monotonic()
    for outcome in outcomes:
        yield replace(outcome, seconds=time.monotonic() - started)
        started = time.monotonic()
