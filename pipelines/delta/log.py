"""The log of a Delta table: what it says, whichever engine wrote it, and its files.

delta-rs reads a log in milliseconds, on a disk or in an object store; Spark starts jobs for the same answer. Delta
keeps log entries for days after a checkpoint made them needless, and they hold statistics of rows that are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from pipelines.delta import checkpoints, storage
from pipelines.delta.engine_errors import OF
from pipelines.delta.held_logs import FOLDER as FOLDER
from pipelines.delta.held_logs import HeldLogs
from pipelines.delta.layout import DataFile, Layout, number
from pipelines.delta.notes import Commit as Commit
from pipelines.delta.notes import Note as Note
from pipelines.delta.notes import dump_note as dump_note
from pipelines.delta.notes import entry_of
from pipelines.delta.notes import load_note as load_note
from pipelines.delta.notes import stamped as stamped
from pipelines.delta.storage import File
from pipelines.errors import noted

_COMMIT = re.compile(r"^(\d{20})\.(json|checkpoint\..*parquet)$")

_ENTRY = re.compile(r"^\d{20}\.json$")

PLAIN_WRITER = 2
"""What a writer of such tables must be able to do: obey that one is append-only, and simple conditions on columns."""

CHECKPOINT_EVERY = 50
"""Commits of a table after which a writer leaves a checkpoint."""


class DeltaLog:
    """What the logs of Delta tables say. ``uri`` is a table's folder or URL.

    Args:
        storage_options: how delta-rs reaches an object store.
    """

    def __init__(self, storage_options: Mapping[str, str]) -> None:
        self.storage_options = dict(storage_options) or None
        self._read: dict[str, _Read] = {}
        self._committed: dict[str, DeltaTable] = {}
        self.logs = HeldLogs()

    def exists(self, uri: str) -> bool:
        """Whether there is a Delta table."""
        return self.version(uri) is not None

    def version(self, uri: str) -> int | None:
        """A table's newest version, from the names of its log's files alone; None where there is no table."""
        return _newest_of([file.name for file in self.logs.files(uri)])

    def history(self, uri: str, limit: int | None = None) -> Iterator[Commit]:
        """Versions, newest first."""
        return _commits(self._open(uri), limit)

    def latest(self, uri: str) -> Commit:
        """The newest version."""
        entry = self._newest_entry(uri)
        if entry is None:
            return self._current(uri).latest
        said = self.logs.newest(entry)
        if said is None:
            said = entry_of(storage.read_text(entry.uri) or "")
            self.logs.remember(entry, said)
        return Commit(
            int(entry.name[:20]),
            datetime.fromtimestamp(said["timestamp"] / 1000, UTC),
            said["operation"],
            said["note"],
        )

    def note(self, uri: str, upto: int | None = None) -> Note:
        """The latest note, or the latest by some version; empty where there is none."""
        if upto is None and (note := self.latest(uri).note):
            return note
        notes = (commit.note for commit in self.history(uri) if upto is None or commit.version <= upto)
        return next((note for note in notes if note), {})

    def lent(self, uri: str) -> DeltaTable:
        """A table as it is now, for who commits to it: a commit changes what the object says, so nobody else has it."""
        kept = self._committed.pop(uri, None)
        if kept is not None and kept.version() == self.version(uri):
            return kept
        return DeltaTable(uri, storage_options=self.storage_options)

    def committed(self, uri: str, table: DeltaTable) -> None:
        """Take back what was lent, or was just made: it knows of its own commit, so that nobody need read the log."""
        self._committed[uri] = table

    def let_go(self) -> None:
        """Ask anew about what was committed to: others may write from now on, or put other tables in its place."""
        self._committed.clear()

    def readable(self, uri: str, version: int) -> bool:
        """Whether a version can still be read: neither its log nor any of its files is gone."""
        try:
            needed = _names(self._open(uri, version).file_uris())
        except (DeltaError, TableNotFoundError):
            return False
        return needed <= _present(uri)

    def columns(self, uri: str, version: int | None = None) -> list[str]:
        """Names of a table's columns: in a version, or now."""
        entry = self._newest_entry(uri) if version is None else None
        said = self.logs.newest(entry) if entry else None
        if said and "columns" in said:
            return list(said["columns"])
        return [field.name for field in self._open(uri, version).schema().fields]

    def data_files(
        self, uri: str, version: int | None = None, most: int | None = None
    ) -> tuple[str, list[tuple[str, int]]] | None:
        """The schema of a version or of now, as JSON, and the URLs and sizes of its data files.

        None where its files alone do not say what its rows are: of partitions, and where a reader has to know of more,
        of deletion vectors, say, or of columns that were renamed; and where there are more than ``most``.
        """
        found = self._open(uri, version)
        if found.metadata().partition_columns or found.protocol().min_reader_version > 1:
            return None
        actions = pa.table(found.get_add_actions())
        if most is not None and actions.num_rows > most:
            return None
        files = [(storage.join(uri, unquote(one["path"])), one["size_bytes"]) for one in actions.to_pylist()]
        return found.schema().to_json(), files

    def is_plain(self, uri: str) -> bool:
        """Whether a table asks nothing of its writers that not all of them do: nobody gave it a feature of Delta's."""
        asked = self._open(uri).protocol()
        return bool(asked.min_reader_version == 1 and asked.min_writer_version <= PLAIN_WRITER)

    def keep(self, root: str) -> None:
        """Leave what was read of the newest entries of logs that are held to the next writer."""
        for uri, read in self._read.items():
            entry = self._newest_entry(uri)
            if entry and read.state == _state(self.logs.files(uri)):
                columns = [field.name for field in read.table.schema().fields]
                self.latest(uri)
                self.logs.remember(entry, {**(self.logs.newest(entry) or {}), "columns": columns})
        self.logs.keep(root)

    def _newest_entry(self, uri: str) -> File | None:
        """The newest entry of a log that is held; None where it is not, or where there is none."""
        if not self.logs.are_held:
            return None
        return next((file for file in reversed(self.logs.files(uri)) if _ENTRY.match(file.name)), None)

    def read(self, uri: str, columns: Sequence[str], schema: pa.Schema) -> pa.Table:
        """Some columns of a table's rows as they are now; one of its schema that the table lacks yet is null."""
        table = self._open(uri)
        there = {field.name for field in table.schema().fields}
        found = table.to_pyarrow_table(columns=[column for column in columns if column in there])
        for column in [column for column in columns if column not in there]:
            found = found.append_column(schema.field(column), pa.nulls(len(found), schema.field(column).type))
        return found.select(list(columns))

    def rows(self, uri: str, version: int | None = None) -> int | None:
        """How many rows a version has, or the current one; None where the log does not say it of every file."""
        found = self._open(uri, version)
        if "deletionVectors" in (found.protocol().reader_features or ()):
            return None  # a file's count has what was deleted from it since
        counts = [action.get("num_records") for action in pa.table(found.get_add_actions()).to_pylist()]
        return None if None in counts else sum(counts)

    def files(self, uri: str) -> tuple[int, int]:
        """How many data files the current version has, and their bytes."""
        sizes = pa.table(self._open(uri).get_add_actions()).column("size_bytes").to_pylist()
        return len(sizes), sum(sizes)

    def layout(self, uri: str, column: str | None) -> Layout:
        """How the current version lies on its disk, by the bounds of a column of days, or of numbers."""
        found = self._open(uri)
        actions = pa.table(found.get_add_actions(flatten=True)).to_pylist()
        files = tuple(DataFile(action["size_bytes"], _span(action, column)) for action in actions)
        return Layout(tuple(found.metadata().partition_columns), files)

    def deletable(self, uri: str, hours: int) -> list[str]:
        """Names of data files that lie with a table and that no version of the last ``hours`` needs."""
        # Full: it looks at the files that there are, so also finds what a run that died has left.
        found = self._open(uri).vacuum(retention_hours=hours, enforce_retention_duration=False, full=True)
        # It names what the log says was removed, also where that was deleted long ago.
        return sorted(_names(found) & _present(uri))

    def checkpoint_if_far(self, uri: str, version: int) -> None:
        """Leave a checkpoint where readers have a long way through the log. Commits do not, or not on every engine."""
        names = [file.name for file in self.logs.files(uri)]
        if (
            version - checkpoints.newest(names) >= CHECKPOINT_EVERY
            or checkpoints.lack_a_name(names)
            or (not self.logs.are_held and checkpoints.is_unnamed(uri))
        ):
            self.checkpoint(uri)

    def checkpoint(self, uri: str) -> None:
        """Write a checkpoint of the current version, so that a reader need not go through the log from its beginning.

        Delta's writers make one every so many commits of a table, of which there are few; it is no commit.
        """
        target = self._open(uri)
        target.create_checkpoint()
        if checkpoints.is_unnamed(uri):  # delta-rs writes nothing where that version has a checkpoint already
            checkpoints.name(uri, target.version())
        self.logs.moved(uri)

    def cut(self, uri: str) -> None:
        """Leave a checkpoint of the version that there is now, and nothing of the log before it."""
        self.logs.moved(uri)
        self.checkpoint(uri)
        checkpoints.drop_before(uri, self.version(uri) or 0)

    def _open(self, uri: str, version: int | None = None) -> DeltaTable:
        if version is None or version == self.version(uri):
            return self._current(uri).table
        with noted(OF + uri):
            return DeltaTable(uri, version=version, storage_options=self.storage_options)

    def _current(self, uri: str) -> _Read:
        """The log as it is now, read anew only where it was written to: a run asks each some five times."""
        state = _state(self.logs.files(uri))
        known = self._read.get(uri)
        if known is None or known.state != state:
            with noted(OF + uri):
                known = self._read[uri] = _Read(state, self.lent(uri))
        return known


_State: TypeAlias = tuple[int, tuple[str, int, str] | None]


@dataclass(frozen=True)
class _Read:
    """A log that was read.

    Attributes:
        state: how many files it had before, with name, size and mark of the newest: those of old versions may be
            deleted, and a table may be put into the place of another.
        table: what it said.
    """

    state: _State
    table: DeltaTable

    @cached_property
    def latest(self) -> Commit:
        return next(_commits(self.table, 1))


def _commits(table: DeltaTable, limit: int | None) -> Iterator[Commit]:
    for entry in table.history(limit):
        yield Commit(
            version=entry["version"],
            at=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
            operation=entry.get("operation", ""),
            note=load_note(entry.get("userMetadata")),
        )


def _state(files: Sequence[File]) -> _State:
    newest = next((file for file in reversed(files) if _COMMIT.match(file.name)), None)
    return len(files), (newest.name, newest.size, newest.mark) if newest else None


def _names(paths: Iterable[str]) -> set[str]:
    """Names of data files, of which a log spells the paths as URLs do."""
    return {unquote(path.rsplit("/", 1)[-1]) for path in paths}


def _present(uri: str) -> set[str]:
    """Names of the data files that lie with a table."""
    return {path.rsplit("/", 1)[-1] for path in storage.parquet_files(uri)}


def _span(action: Mapping[str, Any], column: str | None) -> range | None:
    first, last = (action.get(f"{bound}.{column}") for bound in ("min", "max"))
    return None if first is None or last is None else range(number(first), number(last) + 1)


def _newest_of(names: Sequence[str]) -> int | None:
    """The newest version that names in a log are of; they are in order."""
    return next((int(found[1]) for name in reversed(names) if (found := _COMMIT.match(name))), None)
