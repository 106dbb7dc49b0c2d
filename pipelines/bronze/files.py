"""bronze.files: the manifest of raw files, and which files of a folder are still to be taken in."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.delta import remote
from pipelines.delta.remote_file import BLOCK, RemoteFile
from pipelines.errors import SourceError
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pipelines.sources.source import Sources

TABLE = Table(
    name="bronze.files",
    kind="files",
    doc="One row per raw file that was taken in. A file whose content changed is a new file.",
    key=("file_id",),
    columns=(
        Column(
            "file_id",
            "string",
            "Identity of the file's path and content, and of its time where it holds again what it held before.",
            required=True,
        ),
        Column("ingest_id", "bigint", "Batch that took the file in.", required=True),
        Column("source", "string", "Name of the source mapping that the file was read with.", required=True),
        Column("file", "string", "Path below the raw folder.", required=True),
        Column("sha256", "string", "Digest of the file's bytes.", required=True),
        Column("size_bytes", "bigint", "Size of the file as it is stored.", required=True, minimum=0),
        Column("modified_at", "timestamp", "When the file was last written.", required=True),
        Column(
            "etag",
            "string",
            "Of a file in an object store, the ETag that it had there: its times are whole seconds. Null for one of a "
            "disk.",
        ),
        Column("record_count", "bigint", "Records read from it.", required=True, minimum=0),
        Column("fault_count", "bigint", "Records of these that could not be read.", required=True, minimum=0),
        Column(
            "raw_bytes", "bigint", "Size of the file's records after decompression.", required=True, minimum=0
        ),
        Column(
            "digest",
            "bigint",
            "Sum of digests of its records as bronze.records holds them: tells whether one was altered. Null for a "
            "file that was taken in before this was kept.",
        ),
        Column("masked_count", "bigint", "Card numbers that were masked in its records.", minimum=0),
        Column("masked_record_count", "bigint", "Records that held one or more of them.", minimum=0),
        Column(
            "shapes",
            "string",
            "How its records are wrapped, as bronze.records.shape says, a JSON list; null for a file that was taken in "
            "before this was kept.",
        ),
        Column(
            "object_types",
            "string",
            "Types of the objects that its records are about, such as charge, a JSON list; null for a file that was "
            "taken in before this was kept.",
        ),
        Column(
            "inside",
            "string",
            "Types of the objects that stand inside its records, such as refund, a JSON list.",
        ),
    ),
)

COMPRESSIONS = {"": 1, ".gz": 10, ".zst": 12, ".bz2": 14, ".xz": 14}
"""Suffixes of compressed files, with how much larger JSON records of payments are, about, once decompressed."""

DEFAULT_SOURCE = "stripe"
"""The source that takes what no other claims; its files are known by path and content alone."""

Seen = tuple[str, int, datetime, str, str | None]
"""Path, size, time of writing, source and ETag of a file."""

SEEN = ("file", "size_bytes", "modified_at", "source", "etag")
"""The columns of the manifest that have them."""


@dataclass(frozen=True)
class RawFile:
    """A file to take in.

    Attributes:
        root: the raw folder: a path, or the URL of one in an object store.
        file: path below it, with forward slashes.
        size_bytes: as stored when it was listed. What is appended later is of another version of the file.
        modified_at: UTC.
        sha256: of these bytes; empty until :func:`identified`.
        source: name of the source that it belongs to.
        returned: it holds again what it held before it was last taken in, so that its time is part of its identity.
        etag: of a file in an object store, what it calls this content.
        copy: where a copy of it lies on this disk while its batch is made; None where there is none.
    """

    root: str
    file: str
    size_bytes: int
    modified_at: datetime
    sha256: str = ""
    source: str = DEFAULT_SOURCE
    returned: bool = False
    etag: str | None = None
    copy: str | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(self.root) / self.file

    @cached_property
    def file_id(self) -> str:
        """Identity of path and content, and of the source where it is a mapped one: 16 hexadecimal digits.

        A file that another source claims from now on has to be read anew; so has one that is written over with what it
        held before the last time.
        """
        owner = "" if self.source == DEFAULT_SOURCE else f"\0{self.source}"
        again = f"\0\0{(self.modified_at - _EPOCH) // timedelta(microseconds=1)}" if self.returned else ""
        return hashlib.sha256(f"{self.file}\0{self.sha256}{owner}{again}".encode()).hexdigest()[:16]

    @property
    def seen(self) -> Seen:
        """What tells, without opening it, whether it is one that was taken in."""
        return self.file, self.size_bytes, self.modified_at, self.source, self.etag

    @property
    def expected_bytes(self) -> int:
        """Size after decompression, about."""
        return self.size_bytes * COMPRESSIONS[compression(self.file)]


@dataclass(frozen=True)
class Listing:
    """What a raw folder holds: files that a source reads, and those passed over with the reason."""

    files: tuple[RawFile, ...]
    ignored: Mapping[str, str]


def compression(file: str) -> str:
    """The suffix that says how a file is compressed; empty where it is not."""
    suffix = os.path.splitext(file)[1].lower()  # noqa: PTH122 - called for every file; a Path costs ten times as much
    return suffix if suffix in COMPRESSIONS else ""


def is_folder(root: Path | str) -> bool:
    """Whether there is a raw folder. One in an object store is there, whether it holds anything or not."""
    return isinstance(root, str) or root.is_dir()


def list_files(root: Path | str, sources: Sources) -> Listing:
    """All files below a folder, by path. Names that begin with a dot or an underscore are passed over silently.

    Raises:
        SourceError: there is no such folder, it cannot be listed, or two sources claim one file.
        LakehouseError: it is in an object store that does not answer.
    """
    ignored: dict[str, str] = {}
    lying = _objects(root.rstrip("/")) if isinstance(root, str) else _on_disk(root, ignored)
    found: list[RawFile] = []
    for file in lying:
        if source := sources.claiming(file.file):
            found.append(replace(file, source=source.source))
        else:
            ignored[file.file] = f"not one of {sources.expected}"
    return Listing(tuple(sorted(found, key=lambda file: file.file)), dict(sorted(ignored.items())))


def _on_disk(root: Path, ignored: dict[str, str]) -> Iterator[RawFile]:
    """Files of a folder, whosever they are; what cannot be read is told with the reason."""
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise SourceError(f"the raw folder {root} {what}. Give another with --raw, or put files there.")
    resolved = str(root.resolve())
    for path, name in _walk(resolved, "", ignored):
        status = _status(path, name, resolved, ignored)
        if status is not None:
            yield RawFile(resolved, name, status.st_size, _modified_at(status))


def _objects(root: str) -> Iterator[RawFile]:
    """Objects below a URL, whosever they are."""
    for one in remote.files(root):
        name = one.key[len(remote.key_of(root)) :].lstrip("/")
        if not any(part.startswith((".", "_")) for part in name.split("/")):
            yield RawFile(root, name, one.size, one.modified_at, etag=one.etag)


def pending(files: Iterable[RawFile], taken: Mapping[Seen, str]) -> list[RawFile]:
    """Files whose path, size, time of writing, ETag and source are not those of a file that was taken in."""
    return [file for file in files if file.seen not in taken]


def taken(rows: Iterable[Mapping[str, Any]]) -> dict[Seen, str]:
    """What rows of the manifest tell of files that were taken in, with their ids."""
    return {
        (row["file"], row["size_bytes"], row["modified_at"], row["source"], row["etag"]): row["file_id"]
        for row in rows
    }


def identified(file: RawFile, copies: Path | None = None) -> RawFile:
    """The file with the digest of its content.

    Args:
        file: as it was listed.
        copies: a folder of this disk for a copy of what an object store gives in one answer, so that it is asked once.

    Raises:
        OSError: it cannot be read.
    """
    if copies is not None and "://" in file.root and file.size_bytes <= BLOCK:
        with open_bounded(file) as stream:
            content = stream.read()
        digest = hashlib.sha256(content).hexdigest()
        copy = copies / hashlib.sha256(file.file.encode()).hexdigest()
        copies.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        return replace(file, sha256=digest, copy=str(copy))
    with open_bounded(file) as stream:
        return replace(file, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def open_bounded(file: RawFile) -> io.BufferedReader:
    """The file's bytes, up to the size that it was listed with: one that grows meanwhile is read as it was.

    Raises:
        OSError: it cannot be opened.
    """
    if file.copy is not None:
        return io.BufferedReader(_Bounded(file.copy, file.size_bytes), 1 << 16)
    if "://" in file.root:
        uri = f"{file.root}/{file.file}"
        return io.BufferedReader(RemoteFile(uri, file.size_bytes, file.etag), 1 << 16)
    return io.BufferedReader(_Bounded(str(file.path), file.size_bytes), 1 << 16)


class _Bounded(io.FileIO):
    """A file that ends where it ended when it was listed."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__(path)
        self._size = size

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        left = max(self._size - self.tell(), 0)
        return super().readinto(buffer[:left])


def batches(files: Iterable[RawFile], limit_bytes: int) -> Iterator[list[RawFile]]:
    """Files in groups of about ``limit_bytes`` after decompression, at least one file each, all of one source."""
    batch: list[RawFile] = []
    size = 0
    for file in sorted(files, key=lambda file: file.source):
        other = batch and batch[0].source != file.source
        if other or (batch and size + file.expected_bytes > limit_bytes):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.expected_bytes
    if batch:
        yield batch


def _walk(folder: str, below: str, ignored: dict[str, str]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything below a folder that is no folder, with its path below the raw folder."""
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        if not below:
            raise SourceError(f"the raw folder {folder} cannot be listed: {error.strerror}") from None
        ignored[below.rstrip("/")] = f"a folder that cannot be listed: {error.strerror}"
        return
    for entry in entries:
        if entry.name.startswith((".", "_")):
            continue
        name = below + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{name}/", ignored)
        else:
            yield entry, name


def _status(entry: os.DirEntry[str], name: str, root: str, ignored: dict[str, str]) -> os.stat_result | None:
    """Size and time of a file that can be read; None, with the reason in ``ignored``, for one that is passed over."""
    try:
        name.encode()
    except UnicodeEncodeError:
        ignored[name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")] = (
            "its name is not UTF-8: rename it"
        )
        return None
    if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(root):
        ignored[name] = "a link that leads out of the raw folder"
        return None
    try:
        found = entry.stat()
    except OSError as error:
        # A file that is gone between listing and looking is no finding; a link to nothing is.
        if entry.is_symlink():
            ignored[name] = f"a link that leads nowhere: {error.strerror}"
        return None
    if not stat.S_ISREG(found.st_mode):
        ignored[name] = "a link to a folder" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        return None
    return found


_EPOCH = datetime.fromtimestamp(0, UTC)
_LAST_MOMENT = 7_258_118_399_999_999


def _modified_at(status: os.stat_result) -> datetime:
    """Microseconds as Delta keeps them; a time that no file can have been written at is moved into 1970 to 2199."""
    return _EPOCH + timedelta(microseconds=min(max(status.st_mtime_ns // 1000, 0), _LAST_MOMENT))
