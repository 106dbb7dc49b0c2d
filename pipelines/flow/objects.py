"""The flow of objects: what bronze gained since a table's watermark, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines import catalog
from pipelines.delta.commits import Merge, Replace, Staged
from pipelines.errors import LakehouseError
from pipelines.flow import ingest, split
from pipelines.flow import refusals as flow_refusals
from pipelines.flow.again import BATCH, reasons_of
from pipelines.flow.batches import Batch, batches, check_sources, concerning, reached, shapes, types_inside
from pipelines.flow.compare import compared
from pipelines.flow.moving import Change, Refusals, moved, put
from pipelines.flow.steps import Outcome, Run, by_size, unchanged
from pipelines.flow.token_keys import key_note, needs_rebuild
from pipelines.flow.way import Way
from pipelines.silver import quarantine
from pipelines.silver.shared import within
from pipelines.silver.shared.build import FAULT, build, current, latest, parse
from pipelines.silver.shared.history import base_of, histories
from pipelines.silver.shared.mapped import chosen, of_table
from pipelines.silver.shared.order import BETTER

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.again import Again
    from pipelines.flow.compare import Found
    from pipelines.flow.known import Known
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

MOST_KEPT = 8
"""Groups of batches whose versions lie on the disk until their history comes to them. Those of a larger load are parsed
once more, so that what is staged does not grow with it."""


@dataclass(frozen=True)
class Span:
    """Some batches of bronze that a table takes in at once.

    Attributes:
        held: what all batches hold.
        after: the last batch before them.
        last: the last of them.
        is_all: the table is made anew of them.
        is_kept: what is parsed of them for a table waits for its history, so that it is parsed once.
    """

    held: Mapping[int, Batch]
    after: int
    last: int
    is_all: bool
    is_kept: bool

    def records(self, lake: Lakehouse) -> DataFrame:
        """Their records."""
        return lake.table(ingest.RECORDS).filter(f"ingest_id > {self.after} and ingest_id <= {self.last}")

    def read(self, lake: Lakehouse, table: Table, run: Run, by: Callable[..., DataFrame]) -> DataFrame:
        """Their records as rows of a table of objects, by :func:`build` or :func:`parse`."""
        inside = types_inside(self.held, self.after, self.last)
        shaped = within.shapes(shapes(self.held, self.after, self.last), inside, table)
        found = split.read(lake, run, table, self.after, self.last)
        records = (
            of_table(self.records(lake), table, lake.sources, inside)
            if found is None
            else chosen(found, table, lake.sources)
        )
        return by(records, table, lake.sources, lake.token_key, shaped, is_versioned=found is not None)

    def note(self, lake: Lakehouse, table: Table) -> dict[str, Any]:
        """What a table notes that has taken them in."""
        return {"watermark": self.last, **key_note(lake, table)}


def refresh_silver(lake: Lakehouse, table: Table, run: Run, *, full: bool = False) -> Iterator[Outcome]:
    """Take in what bronze gained since the table's watermark; with ``full``, rebuild the table from all of bronze."""
    return taken_in(lake, table, run, spans(lake, table, full=full), _change)


def _rows(lake: Lakehouse, table: Table, run: Run, span: Span) -> DataFrame:
    history = _history(table, run)
    if history is None or not span.is_kept:
        return span.read(lake, table, run, build)
    return latest(lake.staging.rows(versions(lake, history, span, run)), table)


def _history(table: Table, run: Run) -> Table | None:
    """The history of a table, where the run comes to it."""
    if run.versions is None:
        return None
    found = histories(table, catalog.all_tables().values())
    return next((other for other in found if run.wants(other.name)), None)


def versions(lake: Lakehouse, history: Table, span: Span, run: Run) -> Staged:
    """Every version that some batches hold of what has a history, with those that are refused.

    Parsed and staged once for both tables of a run: it costs more than all else. Delete it by :func:`forget_versions`.
    """
    key = (history.name, span.after, span.last)
    known = {} if run.versions is None else run.versions
    if key not in known:
        rows = span.read(lake, base_of(history), run, parse)
        known[key] = lake.staging.write(_versions(history), _group(span), rows, accept=FAULT)
    return known[key]


def forget_versions(lake: Lakehouse, history: Table, run: Run, span: Span | None) -> None:
    """Delete what was staged of the versions of some batches, or of all where none are given."""
    known = run.versions or {}
    for key in list(known):  # a copy: other tables put theirs there meanwhile
        if key[0] == history.name and (span is None or key[1:] == (span.after, span.last)):
            del known[key]
    lake.staging.clear(_versions(history), _group(span) if span else None)


def _group(span: Span) -> str:
    return f"{span.after}-{span.last}"


def _versions(history: Table) -> str:
    return f"{history.name}.versions"


def taken_in(
    lake: Lakehouse,
    table: Table,
    run: Run,
    found: Sequence[Span],
    change: Callable[[Lakehouse, Table, Run, Span], Change],
) -> Iterator[Outcome]:
    """Take in groups of batches, one after the other, until one is refused."""
    if not found:
        yield unchanged(lake, table.name)
        return
    check_sources(found[0].held, lake.sources)
    for span in found:
        outcome = moved(lake, change(lake, table, run, span), run.validate)
        yield outcome
        if outcome.status == "refused":
            return


def _change(lake: Lakehouse, table: Table, run: Run, span: Span) -> Change:
    note = span.note(lake, table)

    def refused(staged: DataFrame) -> DataFrame:
        return quarantine.refused(staged.filter(f"{FAULT} is not null"), span.records(lake), table)

    def keep(rows: DataFrame) -> None:
        if span.is_all:
            flow_refusals.renew(lake, rows, table)
        else:
            flow_refusals.add(lake, rows, f"{table.short_name}-{span.last}", run.validate)

    return Change(
        table,
        str(span.last),
        _rows(lake, table, run, span),
        Replace() if span.is_all else Merge(BETTER),
        note=lambda: note,
        idle={**note, "rows": 0},
        accept=FAULT,
        refusals=Refusals(refused, keep),
    )


def spans(lake: Lakehouse, table: Table, *, full: bool, until: int | None = None) -> list[Span]:
    """The batches of bronze that a table has to take in, in groups.

    Args:
        lake: where the tables are.
        table: of objects, or a history of some.
        full: the table is made anew of all batches.
        until: the last batch that it may take in; by default the last that there is.
    """
    note: Mapping[str, Any] = {} if full else lake.note(table.name)
    if needs_rebuild(lake, table, note):
        full, note = True, {}
    held, watermark = batches(lake), int(note.get("watermark", 0))
    last = max(held, default=0) if until is None else until
    if full:
        found = [(0, last)] if last else []
    else:
        sizes = [
            (batch, size) for batch, size in concerning(held, table, lake.sources, watermark) if batch <= last
        ]
        found = by_size(watermark, sizes, lake.settings.batch_bytes)
    return [Span(held, after, upto, full, len(found) <= MOST_KEPT) for after, upto in found]


def is_outdated(lake: Lakehouse, table: Table) -> bool:
    """Whether a table has tokens that were made with another key, or none where there should be some."""
    return needs_rebuild(lake, table, lake.note(table.name))


def taken_records(lake: Lakehouse, table: Table) -> DataFrame:
    """The readable records of bronze that a table, or a history, has taken in."""
    held = batches(lake)
    last = reached(lake, table, held)
    taken = lake.table(ingest.RECORDS).filter(f"ingest_id <= {last}")
    return of_table(taken, table.history_of or table, lake.sources, types_inside(held, last=last))


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """A silver table, and what the quarantine has of it, against what its batches of bronze give."""
    built = build(taken_records(lake, table), table, lake.sources, lake.token_key)
    staged = lake.staging.write(table.name, "verify", built, accept=FAULT)
    yield compared(lake, table, lake.staging.accepted(staged).select(*table.column_names))
    refused = quarantine.refused(_refused(lake, staged), lake.table(ingest.RECORDS), table)
    yield flow_refusals.compared(lake, table.name, refused)
    lake.staging.clear(table.name)


def _refused(lake: Lakehouse, staged: Staged) -> DataFrame:
    return lake.staging.rows(staged).filter(f"{FAULT} is not null")


def known(then: Known, table: Table) -> DataFrame:
    """The current state of each object, of the records that were known."""
    rows = current(then.of(table), table, then.lake.sources, then.lake.token_key)
    return rows.select(*table.column_names)


def again(lake: Lakehouse, table: Table, looked_at: Again) -> Iterator[Outcome]:
    """Merge what is good now of some records into a table, and give what is not its reason of now.

    Raises:
        LakehouseError: the table has to be rebuilt first.
    """
    if not looked_at.concerns(table):
        return
    looked_at.starting(table.name)
    if is_outdated(lake, table):
        raise LakehouseError(f"{table.name} must be rebuilt first: vermeil run --full-refresh {table.name}")
    chosen = looked_at.of(lake, table)
    ids = [row[0] for row in chosen.select("record_id").collect()]
    staged = lake.staging.write(
        table.name, BATCH, build(chosen, table, lake.sources, lake.token_key), accept=FAULT
    )
    faulty = _refused(lake, staged)
    looked_at.reasons[table.name] = {**dict.fromkeys(ids), **reasons_of(faulty)}
    refused = lake.staging.write(
        flow_refusals.QUARANTINE, BATCH, quarantine.refused(faulty, looked_at.records, table)
    )
    # Those that are refused again say nothing about a batch.
    change = looked_at.change(lake, table, replace(staged, refused=0), Merge(BETTER))
    outcome = moved(lake, change, looked_at.validate)
    if outcome.status == "refused":
        lake.staging.clear(flow_refusals.QUARANTINE)
    else:
        put(lake, flow_refusals.corrected(lake, refused, Merge("s.reason <> t.reason")))
    yield outcome


WAY = Way(
    lambda lake, table, run, full: refresh_silver(lake, table, run, full=full),
    outdated=is_outdated,
    verified=verified,
    known=known,
    again=again,
)
