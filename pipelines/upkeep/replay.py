"""Take quarantined records in again, after the code or a mapping that refused them was mended.

A record leaves quarantine last, when everything that follows from it is published: bronze corrected, silver and its
histories merged, the days of gold that it touches recomputed. So the quarantine itself says what is left to do, and a
replay that was cut anywhere is completed by the next one. Each step may be done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.delta import releases
from pipelines.delta.commits import Merge, Replace, Staged
from pipelines.errors import LakehouseError
from pipelines.flow import changes, entering, ingest, rereading
from pipelines.flow.audit import refresh_audit
from pipelines.flow.batches import batches, check_sources, reached
from pipelines.flow.gold import edition, refresh_gold
from pipelines.flow.history import rebuilt
from pipelines.flow.moving import Change, moved, put
from pipelines.flow.steps import Outcome
from pipelines.flow.token_keys import key_note, needs_rebuild
from pipelines.frames.among import among
from pipelines.gold.shared.recipe import ByDay, Whole, recipe
from pipelines.silver import quarantine
from pipelines.silver.quarantine import Choice
from pipelines.silver.shared import history, within
from pipelines.silver.shared.build import FAULT, build, parse
from pipelines.silver.shared.mapped import of_table
from pipelines.silver.shared.order import BETTER

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.delta.releases import Draft
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

QUARANTINE = quarantine.TABLE.name
BATCH = "replay"

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
    records, again = _records(lake, chosen), _again(lake, chosen)
    read = rereading.readable(lake, records.filter("fault is not null"))
    if dry_run:
        good = records.filter("fault is null")
        if read.num_rows:
            good = good.unionByName(lake.spark.createDataFrame(read).select(*good.columns))
        return Replay(True, _summed(chosen, _planned(lake, good, again), _faults(records, read)))
    if draft is not None:
        draft.held_back |= draft.is_behind(releases.latest(lake.uri))
    starting(ingest.RECORDS)
    if read.num_rows:
        rereading.correct(lake, read)
    files = {record_id.split(":")[0] for record_id in again.unreadable}
    if files:
        entering.renew_digests(lake, files)
    done = _taken_in(lake, validate, chosen, again, starting)
    if files:  # at last: a batch that holds a type which a table has not seen is taken in by the next run
        entering.renew_types(lake, files)
    if any(outcome.status == "refused" for outcome in done.outcomes):
        return done
    return replace(done, outcomes=(*done.outcomes, refresh_audit(lake, validate, full=True)))


@dataclass(frozen=True)
class _Again:
    """What is looked at again.

    Attributes:
        refused: records by the table that refused them.
        unreadable: records that could not be read.
        mapped: tables to which rows of some source go: what one refuses may be another's now.
        taken: the last batch of which each silver table has all that concerned it.
        marks: how far each table was, as gold notes it of what it is made from.
    """

    refused: Mapping[str, frozenset[str]]
    unreadable: frozenset[str]
    mapped: frozenset[str]
    taken: Mapping[str, int]
    marks: Mapping[str, int]

    def of(self, table: Table) -> frozenset[str]:
        """The records that may be the table's."""
        if table.name in self.mapped:
            return self.unreadable.union(*self.refused.values())
        return self.unreadable | self.refused.get(table.name, frozenset())


def _again(lake: Lakehouse, chosen: Mapping[Key, str]) -> _Again:
    held = batches(lake)
    tables = [table for table in lake.tables.values() if table.object_type or table.history_of]
    names = {name for _, name in chosen}
    refused = {name: frozenset(id for id, table in chosen if table == name) for name in names}
    return _Again(
        refused,
        refused.pop(ingest.RECORDS, frozenset()),
        frozenset(
            table.name for table in tables if any(True for _ in lake.sources.mapping(table.short_name))
        ),
        {table.name: reached(lake, table, held) for table in tables},
        {table.name: changes.mark(lake, table.name) for table in tables},
    )


def _taken_in(
    lake: Lakehouse,
    validate: Validate,
    chosen: Mapping[Key, str],
    again: _Again,
    starting: Callable[[str], None],
) -> Replay:
    records = _records(lake, chosen)
    good = records.filter("fault is null")
    outcomes: list[Outcome] = []
    parsed: dict[str, dict[str, str | None]] = {}
    for table in _tables(lake, good, again):
        starting(table.name)
        parsed[table.name], found = _silver(lake, table, good, validate, again)
        outcomes += found
    if not any(outcome.status == "refused" for outcome in outcomes):
        outcomes += _gold(lake, parsed, validate, again, starting)
    faults = _faults(records, None)
    if not any(outcome.status == "refused" for outcome in outcomes):
        _release(lake, _done(chosen, parsed, faults))
    return Replay(False, _summed(chosen, parsed, faults), tuple(outcomes))


def _chosen(lake: Lakehouse, choice: Choice) -> dict[Key, str]:
    """The rows of the quarantine to look at, with the reason that each has."""
    rows = choice.of(lake.table(QUARANTINE)).select("record_id", "table_name", "reason").collect()
    return {(row[0], row[1]): row[2] for row in rows}


def _records(lake: Lakehouse, chosen: Mapping[Key, str]) -> DataFrame:
    """The bronze records of some rows of the quarantine."""
    return among(lake.table(ingest.RECORDS), "record_id", {key[0] for key in chosen})


def _tables(lake: Lakehouse, records: DataFrame, again: _Again) -> list[Table]:
    """The silver tables that refused records, and those that what can be read now may be of, or what stands inside."""
    types: set[str] = set()
    if again.unreadable:
        read = among(records, "record_id", again.unreadable)
        types = {row[0] for row in read.select("object_type").distinct().collect()} | within.types(read)
    modelled = [table for table in lake.tables.values() if table.object_type]
    return [
        table
        for table in modelled
        if types.intersection(table.object_types) or table.name in again.refused or table.name in again.mapped
    ]


def _planned(lake: Lakehouse, records: DataFrame, again: _Again) -> dict[str, dict[str, str | None]]:
    return {
        table.name: _judged(parse(_of(lake, table, records, again), table, lake.sources, lake.token_key))
        for table in _tables(lake, records, again)
    }


def _of(lake: Lakehouse, table: Table, records: DataFrame, again: _Again) -> DataFrame:
    """Records of a table that are in batches which it has taken in: those of later ones come with their batch."""
    base = table.history_of or table
    looked_at = among(records, "record_id", again.of(base))
    inside = base.object_types if "inside" in records.columns else ()
    return of_table(looked_at, base, lake.sources, inside).filter(f"ingest_id <= {again.taken[table.name]}")


def _judged(rows: DataFrame) -> dict[str, str | None]:
    """Why each record is refused, None for one of which all is good."""
    found: dict[str, str | None] = {}
    for record_id, fault in rows.select("record_id", FAULT).collect():
        found[record_id] = found.get(record_id) or fault
    return found


def _silver(
    lake: Lakehouse,
    table: Table,
    records: DataFrame,
    validate: Validate,
    again: _Again,
) -> tuple[dict[str, str | None], list[Outcome]]:
    """Merge the good ones of some records into a table and its history; give the refused ones their reason of now."""
    if needs_rebuild(lake, table, lake.note(table.name)):
        raise LakehouseError(f"{table.name} must be rebuilt first: vermeil run --full-refresh {table.name}")
    chosen = _of(lake, table, records, again)
    reasons: dict[str, str | None] = {row[0]: None for row in chosen.select("record_id").collect()}
    staged = lake.stage(table.name, BATCH, build(chosen, table, lake.sources, lake.token_key), accept=FAULT)
    faulty = lake.staged(staged).filter(f"{FAULT} is not null")
    reasons |= _judged(faulty)
    refused = lake.stage(QUARANTINE, BATCH, quarantine.refused(faulty, records, table))
    # Those that are refused again say nothing about a batch.
    outcome = moved(lake, _change(lake, table, replace(staged, refused=0), Merge(BETTER), again), validate)
    if outcome.status == "refused":
        lake.clear_staging(QUARANTINE)
        return reasons, [outcome]
    put(lake, _corrected(lake, refused, Merge("s.reason <> t.reason")))
    pasts = [past for past in history.histories(table, lake.tables.values()) if lake.exists(past.name)]
    return reasons, [outcome, *(_history(lake, past, records, validate, again) for past in pasts)]


def _history(
    lake: Lakehouse,
    table: Table,
    records: DataFrame,
    validate: Validate,
    again: _Again,
) -> Outcome:
    parsed = parse(_of(lake, table, records, again), history.base_of(table), lake.sources, lake.token_key)
    fresh = lake.stage(table.name, f"{BATCH}-new", parsed, accept=FAULT)
    rows = rebuilt(lake, table, fresh, full=False)
    return moved(lake, _change(lake, table, rows, Merge(history.CHANGED), again), validate)


def _change(lake: Lakehouse, table: Table, rows: DataFrame | Staged, publish: Merge, again: _Again) -> Change:
    """Rows that a table had refused. The watermark says how far it had come."""
    note = {**_note(lake, table.name), **key_note(lake, table), "watermark": again.taken[table.name]}
    return Change(table, BATCH, rows, publish, note=lambda: note, is_batch=False, where_refused="tell")


def _corrected(lake: Lakehouse, rows: DataFrame | Staged, publish: Merge | Replace) -> Change:
    """What the quarantine has of records that were looked at again."""
    note = _note(lake, QUARANTINE)
    return Change(quarantine.TABLE, BATCH, rows, publish, note=lambda: note)


def _note(lake: Lakehouse, name: str) -> Note:
    """A table's note without the size of its last batch, which the next ones are compared with."""
    return {key: value for key, value in lake.note(name).items() if key != "rows"}


def _gold(
    lake: Lakehouse,
    parsed: Mapping[str, Mapping[str, str | None]],
    validate: Validate,
    again: _Again,
    starting: Callable[[str], None],
) -> Iterator[Outcome]:
    """Make gold of what was taken in: its watermarks do not see old batches, so that the days are told here.

    Tables that are made from gold see by themselves what was replaced.
    """
    good = {name: {id for id, fault in found.items() if fault is None} for name, found in parsed.items()}
    for table in lake.tables.values():
        if table.kind != "made" or not lake.exists(table.name):
            continue
        how = recipe(table.name)
        given = {source: good.get(_base(lake, source), set()) for source in how.inputs}
        if isinstance(how, Whole) and any(given.values()):
            starting(table.name)
            yield refresh_gold(lake, table, validate, full=True)
        elif isinstance(how, ByDay) and any(given.values()):
            starting(table.name)
            yield from _changed_days(lake, how, given, validate, again)
        if any(source.startswith("gold.") for source in how.inputs):
            starting(table.name)
            yield refresh_gold(lake, table, validate)


def _base(lake: Lakehouse, name: str) -> str:
    """The table whose records a table holds: a history is made of those of its base table."""
    table = lake.declaration(name)
    return (table.history_of or table).name


def _changed_days(
    lake: Lakehouse,
    how: ByDay,
    given: Mapping[str, set[str]],
    validate: Validate,
    again: _Again,
) -> Iterator[Outcome]:
    now = changes.read(lake, changes.versions(lake, how.inputs))
    # Sail (0.7.2) cannot plan a Delta table without any row beside the same one with all its rows.
    changed = {
        source: among(rows, "record_id", given[source])
        if given[source]
        else lake.spark.createDataFrame([], lake.declaration(source).spark_schema()).select(*rows.columns)
        for source, rows in now.items()
    }
    table, dates = how.table, how.touched(changed, now)
    note = _moved(lake, table.name, again)
    if dates:
        rows = how.days(now, dates, how.context(lake))
        yield moved(lake, _days(lake, table, rows, dates, note), validate)
    elif note != lake.note(table.name):
        lake.touch(table.name, note)


def _moved(lake: Lakehouse, name: str, again: _Again) -> Note:
    """A gold table's note, which says of what the replay has moved that it was taken in: the days were told here."""
    note = lake.note(name)
    before: Mapping[str, int] = note.get("watermarks", {})
    known = {source for source, mark in before.items() if again.marks.get(source) == mark}
    return {**note, "watermarks": {**before, **{source: changes.mark(lake, source) for source in known}}}


def _days(lake: Lakehouse, table: Table, rows: DataFrame, dates: list[str], note: Note) -> Change:
    batch = {key: value for key, value in note.items() if key != "rows"}
    return Change(
        table,
        BATCH,
        rows,
        Replace(dates),
        note=lambda: {**batch, **edition(lake, table.name, dates)},
        is_batch=False,
        is_changed=True,
        where_refused="tell",
    )


def _faults(records: DataFrame, read: pa.Table | None) -> dict[str, str]:
    """Why records cannot be read, but for those that were read again."""
    again = set(read.column("record_id").to_pylist()) if read is not None else set()
    found = records.filter("fault is not null").select("record_id", "fault").collect()
    return {row[0]: row[1] for row in found if row[0] not in again}


def _done(
    chosen: Mapping[Key, str],
    parsed: Mapping[str, Mapping[str, str | None]],
    faults: Mapping[str, str],
) -> set[Key]:
    """Rows that leave the quarantine: what could not be read can be, what a table refused is good."""
    return {
        (record, name)
        for record, name in chosen
        if (record not in faults if name == ingest.RECORDS else _is_good(parsed, name, record))
    }


def _is_good(parsed: Mapping[str, Mapping[str, str | None]], name: str, record: str) -> bool:
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
    put(lake, _corrected(lake, rows.join(gone, same, "left_anti"), Replace()))


def _summed(
    chosen: Mapping[Key, str],
    parsed: Mapping[str, Mapping[str, str | None]],
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
    parsed: Mapping[str, Mapping[str, str | None]],
    faults: Mapping[str, str],
) -> str:
    record, name = key
    return parsed.get(name, {}).get(record) or faults.get(record) or chosen[key]
