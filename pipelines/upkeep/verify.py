"""The deep audit: every table against what it should be made of, down to the row and the column.

The audit counts where records are. It cannot see an amount that was changed behind the pipeline's back. Here bronze is
held against the digests that were kept when its files were read, the manifest against the notes of the commits that
wrote it, silver and the quarantine against what bronze gives today, and gold against what silver gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze.reading.digest import file_digests
from pipelines.flow import changes, entering, ingest
from pipelines.flow.audit import as_rows
from pipelines.flow.audit import versions as audited_versions
from pipelines.flow.batches import batches, check_sources, reached, taken, types_inside
from pipelines.flow.compare import SHOWN, Difference, Kind, differences
from pipelines.flow.conservation import audit
from pipelines.gold import audit as audit_table
from pipelines.gold.shared.recipe import ByDay, Whole, recipe
from pipelines.silver import quarantine
from pipelines.silver.shared import history
from pipelines.silver.shared.build import FAULT, build, parse
from pipelines.silver.shared.mapped import of_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

QUARANTINE = quarantine.TABLE.name


@dataclass(frozen=True)
class Found:
    """What the deep audit found of one table.

    Attributes:
        table: its name.
        count: rows, or files of bronze, that are not as they should be.
        differences: the first of them.
        not_compared: why it could not be looked at, or in part; empty where it was.
    """

    table: str
    count: int = 0
    differences: tuple[Difference, ...] = ()
    not_compared: str = ""

    def after(self, before: Found | None) -> Found:
        """The same with what was found of the table before."""
        if before is None:
            return self
        together = (*before.differences, *self.differences)[:SHOWN]
        return replace(self, count=before.count + self.count, differences=together)


@dataclass(frozen=True)
class Verified:
    """What the deep audit found of all tables."""

    tables: tuple[Found, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether no table differs from what it should hold."""
        return not any(found.count for found in self.tables)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Those of all tables."""
        return tuple(one for found in self.tables for one in found.differences)

    def as_json(self) -> dict[str, Any]:
        """What ``vermeil audit --deep --json`` prints of it."""
        return {"sound": self.sound, "tables": [asdict(found) for found in self.tables]}


def verify(
    lake: Lakehouse,
    *,
    only: Collection[str] = (),
    starting: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Hold tables against what they should be made of. Reads all of bronze, and parses it again.

    Args:
        lake: held for writing: what is rebuilt for comparison is staged, and nothing may be published meanwhile.
        only: tables to look at; empty for all.
        starting: told the name of each table before its turn.
    """
    if not lake.exists(ingest.FILES):
        return Verified()
    check_sources(batches(lake), lake.sources)
    found: dict[str, Found] = {}
    for name, table in lake.tables.items():
        if lake.exists(name) and (not only or name in only or (table.object_type and QUARANTINE in only)):
            starting(name)
            for one in _looked_at(lake, table):
                found[one.table] = one.after(found.get(one.table))
    return Verified(tuple(one for one in found.values() if not only or one.table in only))


def _looked_at(lake: Lakehouse, table: Table) -> Iterator[Found]:
    match table.kind:
        case "records":
            yield records(lake)
        case "files":
            yield files(lake)
        case "objects":
            yield from silver(lake, table)
        case "history":
            yield past(lake, table)
        case "refusals":
            yield unreadable(lake)
        case "audit":
            yield audited(lake)
        case "made" if isinstance(how := recipe(table.name), ByDay | Whole):
            yield gold(lake, how)


def records(lake: Lakehouse) -> Found:
    """bronze.records against the manifest: how many records each file has, how many are faulty, and their digest."""
    rows = lake.table(ingest.RECORDS)
    counted = {row["file_id"]: row.asDict() for row in _counts(rows).collect()}
    digests = file_digests(rows)
    entered = lake.table(ingest.FILES).select("file_id", "file", *_COUNTED, "digest").collect()
    off = []
    for file in entered:
        there = counted.get(file["file_id"], {}) | {"digest": digests.get(file["file_id"], 0)}
        wrong = [name for name in _COUNTED if file[name] != there.get(name, 0)]
        wrong += ["record_id"] if there.get("record_count", 0) != there.get("different", 0) else []
        wrong += ["digest"] if file["digest"] not in (None, there["digest"]) else []
        if wrong:
            off.append(Difference(ingest.RECORDS, "altered", f"file={file['file']}", tuple(wrong)))
    undigested = sum(file["digest"] is None for file in entered)
    why = f"{undigested:,} files were taken in before digests were kept" if undigested else ""
    return Found(ingest.RECORDS, len(off), tuple(off[:SHOWN]), why)


_COUNTED = ("record_count", "fault_count")


def _counts(rows: DataFrame) -> DataFrame:
    return rows.groupBy("file_id").agg(
        F.count(F.lit(1)).alias("record_count"),
        F.countDistinct("record_id").alias("different"),
        F.count("fault").alias("fault_count"),
    )


def files(lake: Lakehouse) -> Found:
    """bronze.files against the notes of the commits by which its files were taken in, and against bronze.records.

    A note that is gone, with the log of old commits, is not looked for. What an erasure or a replay has put right since
    (digest, faults, bytes) is held against the records themselves.
    """
    entered = lake.table(ingest.FILES).toArrow().to_pylist()
    times = Counter(row["file_id"] for row in entered)
    batches = {row["ingest_id"] for row in entered}
    noted = {row["file_id"]: row for row in entering.noted_files(lake) if row["ingest_id"] in batches}
    held = {row[0] for row in lake.table(ingest.RECORDS).select("file_id").distinct().collect()}
    off = [_off("missing", file_id) for file_id in sorted((held | noted.keys()) - times.keys())]
    off += [_off("doubled", file_id) for file_id, count in sorted(times.items()) if count > 1]
    for row in entered:
        note = noted.get(row["file_id"], row)
        if wrong := tuple(name for name in _NOTED if row[name] != note[name]):
            off.append(_off("altered", row["file_id"], wrong))
    return Found(ingest.FILES, len(off), tuple(off[:SHOWN]))


_NOTED = ("ingest_id", "source", "file", "sha256", "size_bytes", "modified_at", "record_count")


def _off(kind: Kind, file_id: str, columns: tuple[str, ...] = ()) -> Difference:
    return Difference(ingest.FILES, kind, f"file_id={file_id}", columns)


def silver(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """A silver table, and what the quarantine has of it, against what its batches of bronze give."""
    built = build(_changes(lake, table), table, lake.sources, lake.token_key)
    staged = lake.stage(table.name, "verify", built, accept=FAULT)
    expected = lake.accepted(staged).select(*table.column_names)
    count, found = differences(table.name, table.key, lake.table(table.name), expected)
    yield Found(table.name, count, tuple(found))
    faulty = lake.staged(staged).filter(f"{FAULT} is not null")
    yield _refused(lake, table.name, quarantine.refused(faulty, lake.table(ingest.RECORDS), table))
    lake.clear_staging(table.name)


def past(lake: Lakehouse, table: Table) -> Found:
    """A history table against all versions that its batches of bronze give."""
    base = history.base_of(table)
    changes = _changes(lake, table)
    staged = lake.stage(
        table.name, "verify", history.intervals(parse(changes, base, lake.sources, lake.token_key), table)
    )
    count, found = differences(table.name, table.key, lake.table(table.name), lake.staged(staged))
    lake.clear_staging(table.name)
    return Found(table.name, count, tuple(found))


def _changes(lake: Lakehouse, table: Table) -> DataFrame:
    """The readable records of bronze that a table has taken in."""
    held = batches(lake)
    last = reached(lake, table, held)
    taken = lake.table(ingest.RECORDS).filter(f"ingest_id <= {last}")
    return of_table(taken, table.history_of or table, lake.sources, types_inside(held, last=last))


def unreadable(lake: Lakehouse) -> Found:
    """What the quarantine has of bronze against the records that could not be read."""
    last = taken(lake, QUARANTINE)
    rows = lake.table(ingest.RECORDS).filter(f"ingest_id <= {last}")
    return _refused(lake, ingest.RECORDS, quarantine.unreadable(rows))


def _refused(lake: Lakehouse, name: str, expected: DataFrame) -> Found:
    here = lake.table(QUARANTINE).filter(F.col("table_name") == name)
    count, found = differences(QUARANTINE, quarantine.TABLE.key, here, expected)
    return Found(QUARANTINE, count, tuple(found))


def gold(lake: Lakehouse, how: ByDay | Whole) -> Found:
    """A gold table against what its inputs give for all days."""
    table = how.table
    note = lake.note(table.name)
    marks, context = note.get("watermarks", {}), how.context(lake)
    if any(changes.mark(lake, name) != marks.get(name) for name in how.inputs):
        return Found(table.name, not_compared="it is behind the tables that it is made from")
    if context and context.digest != note.get("context"):
        return Found(table.name, not_compared="what else it depends on was changed since it was made")
    now = changes.read(lake, changes.versions(lake, how.inputs))
    count, found = differences(table.name, table.key, lake.table(table.name), how.whole(now, context))
    return Found(table.name, count, tuple(found))


def audited(lake: Lakehouse) -> Found:
    """gold.audit against an audit of now."""
    table = audit_table.TABLE
    if lake.note(table.name).get("versions") != audited_versions(lake):
        return Found(table.name, not_compared="tables were published since it was made")
    expected = lake.spark.createDataFrame(as_rows(audit(lake)))
    count, found = differences(table.name, table.key, lake.table(table.name), expected)
    return Found(table.name, count, tuple(found))
