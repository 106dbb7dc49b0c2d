"""gold.audit, the audit as a table, and what stops where it does not balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.base.figure import Figures
from pipelines.delta.commits import Replace
from pipelines.delta.schemas import arrow_schema
from pipelines.flow import ingest
from pipelines.flow.compare import Found, compared
from pipelines.flow.conservation import Audit, audit
from pipelines.flow.moving import Change, moved
from pipelines.flow.places import PLACES
from pipelines.flow.steps import Outcome
from pipelines.flow.way import Way
from pipelines.gold.quality.audit import INSIDE_COUNTS, TABLE

if TYPE_CHECKING:
    from pipelines.delta.log import Note
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

NEW_SHARE = 1.1
"""How many times larger than at the last audit a large lakehouse is when a run audits it again."""

SHOWN = 20
"""Files that do not balance, named in a message."""


def refresh_audit(lake: Lakehouse, validate: Validate, *, full: bool = False) -> Outcome:
    """Audit the lakehouse and publish what was found, unless nothing changed since the last time.

    An audit that does not balance is published too: it is true, and who asks must see it. Its outcome is ``refused``
    all the same, so that no gold table is made from silver tables that are known to be wrong.

    In a lakehouse of more than ``VERMEIL_AUDIT_RECORDS`` a run waits until a tenth is new; ``full`` does not wait.
    """
    before, now = lake.note(TABLE.name), versions(lake)
    is_known = before.get("is_balanced") and (before.get("versions") == now or _may_wait(lake, before))
    if is_known and not full:
        return Outcome(TABLE.name, "unchanged")
    found = audit(lake)
    if not found.files:
        return Outcome(TABLE.name, "unchanged")
    note = {"versions": now, "records": found.total.records, "is_balanced": found.balanced}
    change = Change(
        TABLE,
        "files",
        lake.spark.createDataFrame(as_rows(found)),
        Replace(),
        note=lambda: note,
        figures=lambda _: Figures({"unexplained_rows": float(abs(found.silver_rows - found.total.rows))}),
        where_refused="publish",
    )
    outcome = moved(lake, change, validate)
    if found.balanced and not outcome.verdict.refusals:
        return outcome
    return replace(outcome, status="refused", notices=told(found), failed=True)


def _may_wait(lake: Lakehouse, before: Note) -> bool:
    """Whether an audit of all would cost a run too much, because the lakehouse is large and little of it is new.

    Each record is then looked at a bounded number of times by all runs together, however long the history is.
    """
    counts: list[int] = lake.arrow(ingest.FILES, ("record_count",)).column(0).to_pylist()
    held = sum(counts)
    return held > lake.settings.audit_records and held < NEW_SHARE * int(before.get("records", 0))


def as_rows(found: Audit) -> pa.Table:
    """An audit as rows of gold.audit."""
    rows = [
        {
            "file_id": file.file_id,
            "file": file.file,
            "ingest_id": file.ingest_id,
            "record_count": file.records,
            **{f"{place}_count": getattr(file, place) for place in (*PLACES, *INSIDE_COUNTS)},
            "is_balanced": file.balanced,
        }
        for file in found.files
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(TABLE))


def told(found: Audit) -> tuple[str, ...]:
    """What does not add up, and the way out; empty where all does."""
    if not found.faults:
        return ()
    more = len(found.faults) - SHOWN
    return (
        *(f"the audit does not balance: {fault}" for fault in found.faults[:SHOWN]),
        *([f"the audit does not balance: {more:,} more"] if more > 0 else []),
        "gold is left as it was. 'vermeil audit --deep' names the rows. The way out is in docs/how-to.md, under "
        "'When the audit does not balance'.",
    )


def versions(lake: Lakehouse) -> dict[str, int]:
    """The version of every table that the audit looks at."""
    return {
        n: version for n, version in lake.versions().items() if lake.tables[n].layer in ("bronze", "silver")
    }


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """gold.audit against an audit of now."""
    if lake.note(table.name).get("versions") != versions(lake):
        yield Found(table.name, not_compared="tables were published since it was made")
    else:
        yield compared(lake, table, lake.spark.createDataFrame(as_rows(audit(lake))))


WAY = Way(
    lambda lake, table, run, full: [refresh_audit(lake, run.validate, full=full)],
    sees_all=True,
    verified=verified,
)
