"""How a staged batch becomes part of a Delta table. One interface, an implementation per engine.

Only these modules commit. Each commit carries a note: Vermeil's own facts (watermarks, check counts, files), as JSON
in the commit's ``userMetadata``, which both delta-rs and delta-spark write and read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.delta.log import Note
from pipelines.errors import LakehouseError
from pipelines.frames.spans import near_days, near_numbers, ordinals
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

STATISTICS = "delta.dataSkippingStatsColumns"

FILE_BYTES = 32 << 20
"""About how large the files are that a batch is written to: a merge writes whole files, so that a correction costs as
much as they are large."""

TAKEN_IN = "vermeil.batch"
"""Name under which Delta remembers the highest number of a batch of raw files that a table has taken in."""

SKIPPED_BY = ("bigint", "timestamp", "date")


StandsOn = Callable[[str, int], None]
"""Told of a table, by its URL, and of the version that a commit to it will stand on."""


@dataclass(frozen=True)
class Staged:
    """A batch written as Parquet, not yet visible in any table.

    Attributes:
        uri: the folder that holds it.
        rows: how many rows of it are to be published.
        schema: of what is staged, accepted or not; None where the engine is to ask its files.
        accept: column that is null in the rows to publish; None publishes all.
        refused: how many rows are staged that are not to be published.
    """

    uri: str
    rows: int
    schema: StructType | None
    accept: str | None = None
    refused: int = 0


@dataclass(frozen=True)
class Append:
    """All rows are added."""


@dataclass(frozen=True)
class Merge:
    """Rows with a new key are added; of a key that is there the row is replaced where a condition holds.

    Attributes:
        update_if: SQL over a staged row ``s`` and a present one ``t``; None replaces none.
    """

    update_if: str | None


@dataclass(frozen=True)
class Replace:
    """All rows of some dates are replaced.

    Attributes:
        dates: ISO dates; None for all rows of the table.
    """

    dates: Sequence[str] | None = None


@dataclass(frozen=True)
class Amend:
    """Rows are replaced that agree with the staged ones in some columns, and nothing is added.

    Attributes:
        by: names of the columns.
    """

    by: tuple[str, ...]


Publish = Append | Merge | Replace | Amend
"""In which way staged rows become a table's."""


class Committer(Protocol):
    """Commits to Delta tables. ``uri`` is the table's folder or URL."""

    def append(self, uri: str, table: Table, staged: Staged, note: Note) -> None:
        """Add all rows."""

    def merge(self, uri: str, table: Table, staged: Staged, note: Note, update_if: str | None) -> None:
        """Insert rows with a new key; of a key that is there, replace the row where a condition holds.

        ``update_if`` is SQL on the present row ``t`` and the staged row ``s``. None leaves the present row. The note
        is committed also where no row changes: it says how far the table has come.
        """

    def replace(
        self, uri: str, table: Table, staged: Staged, note: Note, dates: Sequence[str] | None
    ) -> None:
        """Replace the rows of some dates (ISO, of the column ``date``), or all rows (None)."""

    def amend(self, uri: str, table: Table, staged: Staged, note: Note, by: Sequence[str]) -> None:
        """Put staged rows in the place of those that agree with them in some columns; no row is added.

        It may take several commits, each with the note: cut between them and asked again, it does the rest.
        """

    def touch(self, uri: str, table: Table, note: Note) -> None:
        """Commit a note without any row."""

    def optimize(self, uri: str, note: Note, target_bytes: int | None = None) -> None:
        """Compact small files, to about ``target_bytes`` each; without any to compact, commit nothing."""

    def order(self, uri: str, table: Table, note: Note, target_bytes: int) -> None:
        """Write a large table anew, its rows ordered by its day, in files of about ``target_bytes``."""

    def unpartition(self, uri: str, table: Table, note: Note) -> None:
        """Write a table anew without the partitions that an earlier Vermeil gave it. Its rows change in one commit."""

    def vacuum(self, uri: str, hours: int, note: Note) -> int:
        """Delete files that no version of the last ``hours`` needs; returns how many."""

    def restore(self, uri: str, version: int, note: Note) -> None:
        """Make an earlier version the current one, as a new commit."""

    def expunge(self, uri: str, table: Table, note: Note) -> None:
        """Delete every version but the current one: its data files, its log entries, its statistics.

        The note is committed first, because those of the versions before go with them.
        """


def commit(
    committer: Committer, uri: str, table: Table, staged: Staged, publish: Publish, note: Note
) -> None:
    """Publish what is staged of a table that is as declared."""
    match publish:
        case Append():
            committer.append(uri, table, staged, note)
        case Merge(update_if):
            committer.merge(uri, table, staged, note, update_if)
        case Replace(dates):
            committer.replace(uri, table, staged, note, dates)
        case Amend(by):
            committer.amend(uri, table, staged, note, by)


def taken_in(note: Note) -> int | None:
    """Number of the batch of raw files that an append takes in, by its note; None where it is none.

    Delta remembers the highest one under :data:`TAKEN_IN`: a driver that was killed may have left a server that still
    commits what it was asked for. The next run takes the same batch in under the same number, and one of the two gets
    through.
    """
    return int(note["ingest_id"]) if "batch" in note else None


def key_condition(table: Table, target: str, source: str) -> str:
    """SQL that matches a row of the target with one of the source.

    The day that a table is ordered by is part of it: it never changes for a key.
    """
    columns = [*table.key, *([table.cluster_by] if table.cluster_by else [])]
    return " and ".join(f"{target}.{name} = {source}.{name}" for name in dict.fromkeys(columns))


def found_by(table: Table, by: Sequence[str]) -> str | None:
    """The column by which the files are found that hold rows to amend: the batch, or the day; None where all may."""
    return "ingest_id" if "ingest_id" in by else table.cluster_by


def amend_condition(table: Table, by: Sequence[str], values: Sequence[Any]) -> str:
    """SQL that matches a present row ``t`` with the staged one ``s`` that agrees with it in some columns.

    ``values`` are the different staged ones of the column that :func:`found_by` names: files without any of them are
    not looked at.
    """
    condition = [f"t.{name} = s.{name}" for name in by]
    if column := found_by(table, by):
        near = near_numbers if column == "ingest_id" else near_days
        condition.append(near(f"t.{column}", values))
    return " and ".join(condition)


def check_days(table: Table, wanted: Sequence[int], given: Sequence[date]) -> None:
    """That a batch has rows of the days that it replaces alone: others would be there twice.

    Raises:
        LakehouseError: it has some of another day.
    """
    if others := set(ordinals(given)) - set(wanted):
        listed = ", ".join(date.fromordinal(day).isoformat() for day in sorted(others)[:3])
        raise LakehouseError(f"{table.name}: the batch has rows of days that it does not replace: {listed}")


def properties(table: Table) -> dict[str, str]:
    """Delta properties of a table, the same whichever engine creates it.

    Delta's own writers would make a checkpoint every tenth commit and delete log entries, with their notes, after a
    month. Both are ours to decide: see :mod:`pipelines.upkeep.maintenance`.
    """
    return {
        STATISTICS: statistics_columns(table),
        "delta.checkpointInterval": "1000",
        "delta.enableExpiredLogCleanup": "false",
    }


def statistics_columns(table: Table) -> str:
    """Columns whose least and greatest values Delta keeps, as its property lists them.

    Files are skipped by numbers and times alone. Texts are left out: a least and a greatest email address in the log
    would be personal data beside the table.
    """
    return ",".join(c.name for c in table.columns if c.type in SKIPPED_BY and not c.personal)


def spark_struct(table: Table) -> StructType:
    """The declared schema as Spark's own type, made without a session."""
    from pyspark.sql import types

    by_name = {kind.simpleString(): kind for kind in (
        types.StringType(), types.LongType(), types.DoubleType(), types.BooleanType(),
        types.TimestampType(), types.DateType(), types.BinaryType(),
    )}  # fmt: skip
    return types.StructType(
        [types.StructField(column.name, by_name[column.type]) for column in table.columns]
    )
