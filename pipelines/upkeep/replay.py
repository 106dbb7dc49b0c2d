"""Take quarantined records in again, after the code or a mapping that refused them was mended.

A record leaves quarantine last, when everything that follows from it is published: bronze corrected, silver and its
histories merged, the days of gold that it touches recomputed. So the quarantine itself says what is left to do, and a
replay that was cut anywhere is completed by the next one. Each step may be done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.delta import releases
from pipelines.delta.commits import Replace
from pipelines.flow import changes, entering, ingest, rereading
from pipelines.flow.again import Again, Reasons, reasons_of
from pipelines.flow.audit import refresh_audit
from pipelines.flow.batches import batches, check_sources, reached
from pipelines.flow.moving import put
from pipelines.flow.refusals import QUARANTINE, corrected
from pipelines.flow.steps import Outcome
from pipelines.flow.ways import way
from pipelines.frames.among import among
from pipelines.silver.quarantine import Choice
from pipelines.silver.shared.build import parse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.releases import Draft
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse

Key = tuple[str, str]
"""A row of the quarantine: the record and the table that refused it."""


@dataclass(frozen=True)
class Replayed:
    """What became, or would become, of the chosen records that one table had refused.

    Attributes:
        table: that refused them; bronze.records for those that could not be read.
        chosen: how many records were looked at again.
        taken_in: those that are good now.
        reasons: why the others are still refused, with how many.
    """

    table: str
    chosen: int
    taken_in: int
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Replay:
    """What a replay did, or would do.

    Attributes:
        planned: nothing was written.
        tables: what became of the records, by the table that had refused them.
        outcomes: what was published, or refused.
    """

    planned: bool = False
    tables: tuple[Replayed, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether something could not be published; the records are still in quarantine then."""
        return any(outcome.status == "refused" or outcome.failed for outcome in self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """The replay as ``vermeil replay --json`` prints it."""
        published = {o.table: o.rows for o in self.outcomes if o.status == "published"}
        refused = [o.table for o in self.outcomes if o.status == "refused"]
        tables = [asdict(table) for table in self.tables]
        return {"planned": self.planned, "tables": tables, "published": published, "refused": refused}


def replay(
    lake: Lakehouse,
    validate: Validate,
    choice: Choice,
    *,
    draft: Draft | None = None,
    dry_run: bool = False,
    starting: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Look at quarantined records again, and take in those that are good now.

    Args:
        lake: held for writing, unless this is a dry run.
        validate: audits what is published.
        choice: which records.
        draft: what this writer will release. Nothing where readers do not see yet all that an earlier one did, such
            as a replay that was cut: they would see one part of it without the other. The next whole run releases it.
        dry_run: say what would change, and write nothing.
        starting: told the name of each table before its turn.

    Raises:
        LakehouseError: a table has to be rebuilt first.
    """
    chosen = _chosen(lake, choice)
    if not chosen:
        return Replay(dry_run)
    check_sources(batches(lake), lake.sources)
    again = _again(lake, chosen, validate, starting)
    records = _records(lake, chosen)
    read = rereading.readable(lake, records.filter("fault is not null"))
    if dry_run:
        if read.num_rows:
            readable = lake.spark.createDataFrame(read).select(*records.columns)
            again = replace(again, records=again.records.unionByName(readable))
        return Replay(True, _summed(chosen, _planned(lake, again), _faults(records, read)))
    if draft is not None:
        draft.held_back |= draft.is_behind(releases.latest(lake.uri))
    return _corrected(lake, chosen, again, read)


def _corrected(lake: Lakehouse, chosen: Mapping[Key, str], again: Again, read: pa.Table) -> Replay:
    """The replay, once records that could not be read, and can be now, stand corrected in bronze."""
    again.starting(ingest.RECORDS)
    if read.num_rows:
        rereading.correct(lake, read)
    files = {record_id.split(":")[0] for record_id in again.unreadable}
    if files:
        entering.renew_digests(lake, files)
    done = _taken_in(lake, chosen, replace(again, records=_good(lake, chosen)))
    if files:  # at last: a batch that holds a type which a table has not seen is taken in by the next run
        entering.renew_types(lake, files)
    if again.is_refused():
        return done
    return replace(done, outcomes=(*done.outcomes, refresh_audit(lake, again.validate, full=True)))


def _again(
    lake: Lakehouse, chosen: Mapping[Key, str], validate: Validate, starting: Callable[[str], None]
) -> Again:
    held = batches(lake)
    tables = [table for table in lake.tables.values() if table.object_type or table.history_of]
    names = {name for _, name in chosen}
    refused = {name: frozenset(id for id, table in chosen if table == name) for name in names}
    return Again(
        records=_good(lake, chosen),
        unreadable=refused.pop(ingest.RECORDS, frozenset()),
        refused=refused,
        mapped=frozenset(table.name for table in tables if [*lake.sources.mapping(table.short_name)]),
        taken={table.name: reached(lake, table, held) for table in tables},
        marks={table.name: changes.mark(lake, table.name) for table in tables},
        validate=validate,
        starting=starting,
    )


def _taken_in(lake: Lakehouse, chosen: Mapping[Key, str], again: Again) -> Replay:
    """Let every table take in what is good now, each after those it is made from; the quarantine lets go of it last."""
    for table in lake.tables.values():
        for outcome in way(table).again(lake, table, again):
            again.outcomes.append(outcome)
    faults = _faults(_records(lake, chosen), None)
    if not again.is_refused():
        _release(lake, _done(chosen, again.reasons, faults))
    return Replay(False, _summed(chosen, again.reasons, faults), tuple(again.outcomes))


def _chosen(lake: Lakehouse, choice: Choice) -> dict[Key, str]:
    """The rows of the quarantine to look at, with the reason that each has."""
    rows = choice.of(lake.table(QUARANTINE)).select("record_id", "table_name", "reason").collect()
    return {(row[0], row[1]): row[2] for row in rows}


def _records(lake: Lakehouse, chosen: Mapping[Key, str]) -> DataFrame:
    """The bronze records of some rows of the quarantine."""
    return among(lake.table(ingest.RECORDS), "record_id", {key[0] for key in chosen})


def _good(lake: Lakehouse, chosen: Mapping[Key, str]) -> DataFrame:
    return _records(lake, chosen).filter("fault is null")


def _planned(lake: Lakehouse, again: Again) -> dict[str, Reasons]:
    """What each table would say of its records."""
    return {
        table.name: reasons_of(parse(again.of(lake, table), table, lake.sources, lake.token_key))
        for table in lake.tables.values()
        if table.object_type and again.concerns(table)
    }


def _faults(records: DataFrame, read: pa.Table | None) -> dict[str, str]:
    """Why records cannot be read, but for those that were read again."""
    again = set(read.column("record_id").to_pylist()) if read is not None else set()
    found = records.filter("fault is not null").select("record_id", "fault").collect()
    return {row[0]: row[1] for row in found if row[0] not in again}


def _done(
    chosen: Mapping[Key, str],
    parsed: Mapping[str, Reasons],
    faults: Mapping[str, str],
) -> set[Key]:
    """Rows that leave the quarantine: what could not be read can be, what a table refused is good."""
    return {
        (record, name)
        for record, name in chosen
        if (record not in faults if name == ingest.RECORDS else _is_good(parsed, name, record))
    }


def _is_good(parsed: Mapping[str, Reasons], name: str, record: str) -> bool:
    found = parsed.get(name, {})
    return record in found and found[record] is None


def _release(lake: Lakehouse, done: set[Key]) -> None:
    if not done:
        return
    keys = pa.table(
        {
            "done_record": pa.array([key[0] for key in sorted(done)], pa.string()),
            "done_table": pa.array([key[1] for key in sorted(done)], pa.string()),
        }
    )
    gone = lake.spark.createDataFrame(keys)
    rows = lake.table(QUARANTINE)
    same = (rows["record_id"] == gone["done_record"]) & (rows["table_name"] == gone["done_table"])
    put(lake, corrected(lake, rows.join(gone, same, "left_anti"), Replace()))


def _summed(
    chosen: Mapping[Key, str],
    parsed: Mapping[str, Reasons],
    faults: Mapping[str, str],
) -> tuple[Replayed, ...]:
    """What became of the chosen rows, by the table that had refused them."""
    done = _done(chosen, parsed, faults)
    names = sorted({name for _, name in chosen})
    found = []
    for name in names:
        keys = [key for key in chosen if key[1] == name]
        left = Counter(_reason(key, chosen, parsed, faults) for key in keys if key not in done)
        found.append(Replayed(name, len(keys), sum(key in done for key in keys), dict(left.most_common())))
    return tuple(found)


def _reason(
    key: Key,
    chosen: Mapping[Key, str],
    parsed: Mapping[str, Reasons],
    faults: Mapping[str, str],
) -> str:
    record, name = key
    return parsed.get(name, {}).get(record) or faults.get(record) or chosen[key]
