"""What the flow of every table does with a batch: bound its size, audit it, say what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from pipelines import held_back
from pipelines.base.figure import Figures
from pipelines.facts import facts
from pipelines.verdict import Batch, Validate, Verdict, accept_all

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.sources.source import Sources
    from pipelines.table import Table

Status = Literal["published", "unchanged", "refused", "skipped"]

NOT_AUDITED = Verdict()


Sweep = Callable[["Lakehouse"], tuple[str, ...]]
"""Erases what new records ask for, and says in sentences what was done. Injected: the flow does not know who erases."""


@dataclass(frozen=True)
class Run:
    """What one way through the tables is given.

    Attributes:
        raw: folder of raw files.
        sources: what the files look like.
        validate: audits each batch before it is published.
        sweep: erases what the new records of bronze ask for, before anything else is made from them.
        only: tables to refresh; empty for all.
        full: tables to rebuild from all that they are made from; so are the tables made from them.
        starting: told the name of each table before its turn.
    """

    raw: Path
    sources: Sources
    validate: Validate
    sweep: Sweep
    only: Collection[str] = ()
    full: Collection[str] = ()
    starting: Callable[[str], None] = lambda _: None


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
        verdict: what the audit found.
        notices: what a person should know, such as a file that could not be read.
        failed: whether a part could not be done though the rest was.
    """

    table: str
    status: Status
    rows: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    version: int | None = None
    verdict: Verdict = NOT_AUDITED
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


def audited(
    lake: Lakehouse,
    table: Table,
    rows: DataFrame,
    quarantined: int,
    total: int,
    validate: Validate,
    further: Callable[[], Figures] = Figures,
    *,
    count: int | None = None,
) -> Verdict:
    """What the audit says of a staged batch; a batch without a record is not audited.

    Args:
        lake: holds what was published so far.
        table: what the batch is for.
        rows: the staged rows that are to be published.
        quarantined: records of the batch that were refused.
        total: records of the batch, refused or not.
        validate: judges it.
        further: gives figures of this kind of table alone, and is asked only where somebody looks at them.
        count: how many rows there are, where that is not what is left of the records.
    """
    if not total:
        return NOT_AUDITED
    if validate is accept_all:
        return validate(Batch(table, rows))
    found = facts(lake, table, rows, quarantined, total, datetime.now(UTC))
    more = further()
    row_count = total - quarantined if count is None else count
    return validate(Batch(table, rows, {**found, **more.values}, more.told, row_count))


def concluded(
    lake: Lakehouse,
    table: Table,
    rows: int,
    verdict: Verdict,
    started: float,
    *,
    is_changed: bool,
    quarantined: int = 0,
    records: Iterable[dict[str, Any]] = (),
) -> Outcome:
    """What came of a batch that was audited and, unless it was refused, published.

    Args:
        lake: where the table is.
        table: the table.
        rows: rows that were staged to be published.
        verdict: what the audit found.
        started: when the batch was begun, by the monotonic clock.
        is_changed: whether there was anything to publish.
        quarantined: records that broke the contract.
        records: of a refused batch the first of these, with their places.
    """
    held_back.note(lake, table.name, verdict, rows=rows, faulty=quarantined, records=records)
    status: Status = "refused" if verdict.refusals else "published" if is_changed else "unchanged"
    return Outcome(
        table=table.name,
        status=status,
        rows=rows,
        quarantined=quarantined,
        seconds=time.monotonic() - started,
        version=None if verdict.refusals else lake.version(table.name),
        verdict=verdict,
        notices=held_back.told(verdict),
    )
