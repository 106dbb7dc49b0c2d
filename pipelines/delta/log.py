"""The log of a Delta table: what it says, whichever engine wrote it, and its files.

delta-rs reads a log in milliseconds, on a disk or in an object store; Spark starts jobs for the same answer. Delta
keeps log entries for days after a checkpoint made them needless, and they hold statistics of rows that are gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import Any, TypeAlias
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.fs as fs
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from pipelines.delta import storage
from pipelines.delta.engine_errors import OF
from pipelines.delta.layout import DataFile, Layout
from pipelines.delta.listings import Listings
from pipelines.errors import LakehouseError, noted

Note = Mapping[str, Any]
"""What Vermeil writes with a commit: watermarks, counts of checks, files."""

FOLDER = "_delta_log"

LAST_CHECKPOINT = "_last_checkpoint"
"""Name of the file that names the newest checkpoint. The protocol makes it optional, and Trino needs it."""

_VERSION = re.compile(r"^\.?(\d{20})\.")

_COMMIT = re.compile(r"^(\d{20})\.(json|checkpoint\..*parquet)$")

_CHECKPOINT = re.compile(r"^(\d{20})\.checkpoint\..*parquet$")


CHECKPOINT_EVERY = 50
"""Commits of a table after which a writer leaves a checkpoint."""


@dataclass(frozen=True)
class Commit:
    """One version of a Delta table.

    Attributes:
        version: Delta's version number.
        at: when it was committed, UTC.
        operation: Delta's name for what was done, such as MERGE.
        note: what Vermeil wrote with it; empty for a commit of someone else.
    """

    version: int
    at: datetime
    operation: str
    note: Note = field(default_factory=dict)


class DeltaLog:
    """What the logs of Delta tables say. ``uri`` is a table's folder or URL.

    Args:
        storage_options: how delta-rs reaches an object store.
    """

    def __init__(self, storage_options: Mapping[str, str]) -> None:
        self.storage_options = dict(storage_options) or None
        self._read: dict[str, _Read] = {}
        self._listings = Listings(storage.children)

    def exists(self, uri: str) -> bool:
        """Whether there is a Delta table."""
        return self.version(uri) is not None

    def version(self, uri: str) -> int | None:
        """A table's newest version, from the names of its log's files alone; None where there is no table."""
        return newest_of(self._listings.of(storage.join(uri, FOLDER)))

    def history(self, uri: str, limit: int | None = None) -> Iterator[Commit]:
        """Versions, newest first."""
        return _commits(self._open(uri), limit)

    def latest(self, uri: str) -> Commit:
        """The newest version."""
        return self._current(uri).latest

    def readable(self, uri: str, version: int) -> bool:
        """Whether a version can still be read: neither its log nor any of its files is gone."""
        try:
            needed = _names(self._open(uri, version).file_uris())
        except (DeltaError, TableNotFoundError):
            return False
        return needed <= _present(uri)

    def columns(self, uri: str, version: int | None = None) -> list[str]:
        """Names of a table's columns: in a version, or now."""
        return [field.name for field in self._open(uri, version).schema().fields]

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

    def layout(self, uri: str, day: str | None) -> Layout:
        """How the current version lies on its disk, by the bounds of a column of days."""
        found = self._open(uri)
        actions = pa.table(found.get_add_actions(flatten=True)).to_pylist()
        files = tuple(DataFile(action["size_bytes"], _days(action, day)) for action in actions)
        return Layout(tuple(found.metadata().partition_columns), files)

    def deletable(self, uri: str, hours: int) -> list[str]:
        """Names of data files that lie with a table and that no version of the last ``hours`` needs."""
        # Full: it looks at the files that there are, so also finds what a run that died has left.
        found = self._open(uri).vacuum(retention_hours=hours, enforce_retention_duration=False, full=True)
        # It names what the log says was removed, also where that was deleted long ago.
        return sorted(_names(found) & _present(uri))

    def checkpoint_if_far(self, uri: str, version: int) -> None:
        """Leave a checkpoint where readers have a long way through the log. Commits do not, or not on every engine."""
        if behind(uri, version) >= CHECKPOINT_EVERY or is_unnamed(uri):
            self.checkpoint(uri)

    def checkpoint(self, uri: str) -> None:
        """Write a checkpoint of the current version, so that a reader need not go through the log from its beginning.

        Delta's writers make one every so many commits of a table, of which there are few; it is no commit.
        """
        target = self._open(uri)
        target.create_checkpoint()
        if is_unnamed(uri):  # delta-rs writes nothing where that version has a checkpoint already
            name_checkpoint(uri, target.version())

    def _open(self, uri: str, version: int | None = None) -> DeltaTable:
        if version is None:
            return self._current(uri).table
        with noted(OF + uri):
            return DeltaTable(uri, version=version, storage_options=self.storage_options)

    def _current(self, uri: str) -> _Read:
        """The log as it is now, read anew only where it was written to: a run asks each some five times."""
        state = _state(uri, self._listings.of(storage.join(uri, FOLDER)))
        known = self._read.get(uri)
        if known is None or known.state != state:
            with noted(OF + uri):
                table = DeltaTable(uri, storage_options=self.storage_options)
            known = self._read[uri] = _Read(state, table)
        return known


_State: TypeAlias = tuple[int, tuple[str, int, int | None] | None]


@dataclass(frozen=True)
class _Read:
    """A log that was read.

    Attributes:
        state: how many files it had before, with name, size and time of the newest: those of old versions may be
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


def _state(uri: str, names: Sequence[str]) -> _State:
    newest = max(filter(_COMMIT.match, names), default=None)
    if newest is None:
        return len(names), None
    system, path = storage.locate(storage.join(uri, FOLDER, newest))
    info = system.get_file_info(path)
    return len(names), (newest, info.size or 0, info.mtime_ns)


def _names(paths: Iterable[str]) -> set[str]:
    """Names of data files, of which a log spells the paths as URLs do."""
    return {unquote(path.rsplit("/", 1)[-1]) for path in paths}


def _present(uri: str) -> set[str]:
    """Names of the data files that lie with a table."""
    return {path.rsplit("/", 1)[-1] for path in storage.parquet_files(uri)}


def _days(action: Mapping[str, Any], day: str | None) -> range | None:
    first, last = (action.get(f"{bound}.{day}") for bound in ("min", "max"))
    return None if first is None or last is None else range(first.toordinal(), last.toordinal() + 1)


def dump_note(note: Note) -> str:
    """A note as it is stored in a commit's ``userMetadata``."""
    return json.dumps({"vermeil": note}, sort_keys=True, separators=(",", ":"))


def stamped(note: Note) -> Note:
    """A note with the Vermeil that writes it."""
    return {**note, "by": version("vermeil")}


def load_note(text: str | None) -> Note:
    """The inverse of :func:`dump_note`; an empty note for a commit that Vermeil did not make."""
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    note = found.get("vermeil") if isinstance(found, dict) else None
    return note if isinstance(note, dict) else {}


def drop_before(uri: str, version: int) -> None:
    """Delete the log entries and checkpoints of all versions before one that has a checkpoint.

    Raises:
        LakehouseError: there is no checkpoint of that version: without it the table could not be read any more.
    """
    system, path = storage.locate(storage.join(uri, FOLDER))
    files = [i for i in system.get_file_info(fs.FileSelector(path)) if i.type == fs.FileType.File]
    if not any(_is_checkpoint(info.base_name, version) for info in files):
        raise LakehouseError(f"{uri} has no checkpoint of version {version}: its older log cannot be deleted")
    for info in files:
        found = _VERSION.match(info.base_name)
        if found and int(found[1]) < version:
            system.delete_file(info.path)


def _is_checkpoint(name: str, version: int) -> bool:
    return name.startswith(f"{version:020d}.checkpoint") and name.endswith(".parquet")


def latest_version(uri: str) -> int | None:
    """A table's newest version, from the names of its log's files alone; None where there is no table."""
    return newest_of(storage.children(storage.join(uri, FOLDER)))


def newest_of(names: Sequence[str]) -> int | None:
    """The newest version that names in a log are of; they are in order."""
    return next((int(found[1]) for name in reversed(names) if (found := _COMMIT.match(name))), None)


def expire(uri: str, before: datetime, keep: int) -> int:
    """Delete the log of versions that a later checkpoint has made needless, all of them older than some time.

    Args:
        uri: the table.
        before: log entries written since then are kept.
        keep: a version that stays readable, with all later ones.

    Returns:
        How many files were deleted.
    """
    system, path = storage.locate(storage.join(uri, FOLDER))
    files = [i for i in system.get_file_info(fs.FileSelector(path)) if i.type == fs.FileType.File]
    checkpoints = [
        int(found[1])
        for info in files
        if (found := _CHECKPOINT.match(info.base_name)) and info.mtime < before and int(found[1]) <= keep
    ]
    if not checkpoints:
        return 0
    drop_before(uri, max(checkpoints))
    return len(files) - len(system.get_file_info(fs.FileSelector(path)))


def has_checkpoint(uri: str, version: int) -> bool:
    """Whether there is a checkpoint of a version."""
    return any(_is_checkpoint(name, version) for name in storage.children(storage.join(uri, FOLDER)))


def last_checkpoint(uri: str) -> int | None:
    """The version that `_last_checkpoint` names; None where there is no such file, or half of one."""
    try:
        return int(json.loads(storage.read_text(storage.join(uri, FOLDER, LAST_CHECKPOINT)) or "")["version"])
    except (ValueError, KeyError, TypeError):
        return None


def name_checkpoint(uri: str, version: int) -> None:
    """Write the `_last_checkpoint` that names a checkpoint of one file."""
    log = storage.join(uri, FOLDER)
    system, path = storage.locate(storage.join(log, f"{version:020d}.checkpoint.parquet"))
    size = pq.read_metadata(path, filesystem=system).num_rows
    storage.replace_text(storage.join(log, LAST_CHECKPOINT), json.dumps({"version": version, "size": size}))


def is_unnamed(uri: str) -> bool:
    """Whether there are checkpoints, and no `_last_checkpoint` that names one of them."""
    names = storage.children(storage.join(uri, FOLDER))
    versions = {int(found[1]) for name in names if (found := _CHECKPOINT.match(name))}
    return bool(versions) and last_checkpoint(uri) not in versions


def behind(uri: str, version: int) -> int:
    """How many versions after its newest checkpoint a version is; all of them where there is no checkpoint."""
    names = storage.children(storage.join(uri, FOLDER))
    return version - max((int(found[1]) for name in names if (found := _CHECKPOINT.match(name))), default=-1)
