"""Where every record went: the proof that nothing was lost and nothing counts twice.

Every record of bronze is exactly one of: the current version of a silver row, a superseded version, a duplicate of a
version, in quarantine, of a type that no table models, or waiting for a table that has not taken its batch in. What is
none of these is missing, and the audit fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.flow import ingest
from pipelines.flow.batches import batches, check_sources, reached, taken, types_inside
from pipelines.flow.places import INSIDE, PLACES, current, places
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Counts:
    """How many records there are, and where they are now.

    Attributes:
        records: as the manifest counted them when the files were read.
        current: the current version of a silver row.
        superseded: an older version of one.
        duplicate: a further copy of a version.
        quarantined: refused with a reason.
        unmodelled: of a type that no table holds.
        waiting: in a batch that the table has not taken in yet, as where one was refused.
        missing: none of these; 0 in a sound lakehouse.
        inside: objects of modelled types that stand inside those of the records. They are no records, so no part of the
            sum, and each is accounted for likewise.
        inside_current: of them, the current version of a silver row.
        inside_missing: of them, neither in silver nor in quarantine, nor waiting; 0 in a sound lakehouse.
    """

    records: int = 0
    current: int = 0
    superseded: int = 0
    duplicate: int = 0
    quarantined: int = 0
    unmodelled: int = 0
    waiting: int = 0
    missing: int = 0
    inside: int = 0
    inside_current: int = 0
    inside_missing: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the parts add up to the records and none is missing, nor anything that stands inside one."""
        nothing_lost = self.missing == self.inside_missing == 0
        return nothing_lost and self.records == sum(getattr(self, place) for place in PLACES)

    @property
    def rows(self) -> int:
        """Rows of silver that the records explain."""
        return self.current + self.inside_current


@dataclass(frozen=True)
class FileCounts(Counts):
    """The counts of one raw file."""

    file: str = ""
    ingest_id: int = 0
    file_id: str = ""


@dataclass(frozen=True)
class Audit:
    """The counts of a whole lakehouse and of each of its files.

    Attributes:
        total: over all files.
        files: by path.
        silver_rows: rows of all silver tables, which must be as many as there are current records and objects inside.
    """

    total: Counts
    files: tuple[FileCounts, ...]
    silver_rows: int

    @property
    def balanced(self) -> bool:
        """Whether every file balances and every silver row is the current version of one record."""
        return all(file.balanced for file in self.files) and self.silver_rows == self.total.rows

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not add up, in words: each file with the place in question, and rows that no record explains."""
        said = [_fault(file) for file in self.files if not file.balanced]
        if self.silver_rows != self.total.rows:
            said.append(
                f"silver holds {self.silver_rows:,} rows, of which {self.total.rows:,} are the current version of "
                "a record"
            )
        return tuple(said)

    def as_json(self) -> dict[str, Any]:
        """The audit as ``vermeil audit --json`` prints it."""
        return {
            "balanced": self.balanced,
            **asdict(self.total),
            "silver_rows": self.silver_rows,
            "files": [asdict(file) | {"balanced": file.balanced} for file in self.files],
        }


def audit(lake: Lakehouse) -> Audit:
    """Count where every record of a lakehouse is now. Reads no payload but that of mapped rows."""
    if not lake.exists(ingest.FILES):
        return Audit(Counts(), (), 0)
    check_sources(batches(lake), lake.sources)
    tables = [table for table in lake.tables.values() if table.object_type]
    records, refused = (lake.table(name) for name in (ingest.RECORDS, quarantine.TABLE.name))
    placed = places(
        records,
        refused,
        current(lake, tables),
        tables,
        lake.sources,
        taken_in(lake),
        types_inside(batches(lake)),
    )
    counted: dict[str, dict[str, int]] = {}
    for row in placed.groupBy("file_id", "place").agg(F.count(F.lit(1)).alias("records")).collect():
        counted.setdefault(row["file_id"], {})[row["place"]] = row["records"]
    manifest = lake.arrow(ingest.FILES, ("file_id", "file", "ingest_id", "record_count")).to_pylist()
    files = sorted((_file(row, counted.get(row["file_id"], {})) for row in manifest), key=lambda f: f.file)
    return Audit(_sum(files), tuple(files), sum(lake.count(table.name) for table in tables))


def taken_in(lake: Lakehouse) -> dict[str, int]:
    """The last bronze batch of which each silver table has all that concerns it, the quarantine among them."""
    held = batches(lake)
    tables = [table for table in lake.tables.values() if table.object_type]
    unread = taken(lake, quarantine.TABLE.name)
    return {quarantine.TABLE.name: unread} | {t.name: reached(lake, t, held) for t in tables}


def _file(row: Mapping[str, Any], counted: Mapping[str, int]) -> FileCounts:
    found = {place: counted.get(place, 0) for place in PLACES}
    parts = {place: counted.get(INSIDE + place, 0) for place in PLACES}
    return FileCounts(
        inside=sum(parts.values()),
        inside_current=parts["current"],
        inside_missing=parts["missing"],
        records=row["record_count"],
        file=row["file"],
        ingest_id=row["ingest_id"],
        file_id=row["file_id"],
        **found,
    )


def _fault(file: FileCounts) -> str:
    """What is wrong with the counts of a file."""
    placed = sum(getattr(file, place) for place in PLACES)
    said = [f"{file.missing:,} are nowhere in silver or quarantine"] if file.missing else []
    if file.inside_missing:
        said.append(f"of the {file.inside:,} objects inside them {file.inside_missing:,} are not")
    if placed != file.records:
        said.append(f"{placed:,} are found")
    return f"{file.file}: of {file.records:,} records {' and '.join(said)}"


def _sum(files: Iterable[FileCounts]) -> Counts:
    parts = [field.name for field in fields(Counts)]
    listed = list(files)
    return Counts(**{part: sum(getattr(file, part) for file in listed) for part in parts})
