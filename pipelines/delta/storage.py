"""Files beside the Delta tables (staging, the lakehouse's marker), on a disk or in an object store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.delta import remote


@dataclass(frozen=True)
class File:
    """A file that was listed.

    Attributes:
        uri: where it is.
        size: its bytes.
        modified_at: when it was last written, UTC.
        mark: changes whenever it is written: an object's ETag, a file's time in nanoseconds.
    """

    uri: str
    size: int
    modified_at: datetime
    mark: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.uri.rsplit("/", 1)[-1]


def join(root: str, *parts: str) -> str:
    """A place below a path or URL."""
    return "/".join((root.rstrip("/"), *parts))


def is_local(uri: str) -> bool:
    """Whether a path or URL is on this machine's file system."""
    return "://" not in uri or uri.startswith("file://")


def local(uri: str) -> Path:
    """The path of a URL that is on this machine's file system."""
    return Path(unquote(urlsplit(uri).path)) if uri.startswith("file://") else Path(uri).absolute()


def files(uri: str, after: str = "") -> list[File]:
    """All files below a folder, in order; [] where there is none.

    Args:
        uri: the folder.
        after: of an object store only those are listed whose path below the folder comes after this.
    """
    if not is_local(uri):
        return [
            File(remote.of_key(uri, one.key), one.size, one.modified_at, one.etag)
            for one in remote.files(uri, after)
        ]
    return sorted(_walk(str(local(uri))), key=lambda file: file.uri)


def _walk(folder: str) -> Iterator[File]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)
            elif entry.is_file():
                found = entry.stat()
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield File(entry.path, found.st_size, at, str(found.st_mtime_ns))
        except FileNotFoundError:  # gone between listing and looking
            continue


def parquet_files(uri: str) -> list[str]:
    """Paths or URLs of the Parquet files below a folder, in order; [] if none."""
    return [file.uri for file in files(uri) if file.name.endswith(".parquet") and file.size > 0]


def children(uri: str) -> list[str]:
    """Names of what lies directly in a folder; [] where there is no folder."""
    if not is_local(uri):
        return remote.children(uri)
    try:
        return sorted(os.listdir(local(uri)))  # noqa: PTH208 - names are wanted, and Path makes paths of them first
    except (FileNotFoundError, NotADirectoryError):
        return []


def make_folder(uri: str) -> None:
    """Create a folder and those above it. An object store has none: objects have names with slashes."""
    if is_local(uri):
        local(uri).mkdir(parents=True, exist_ok=True)


def delete_folder(uri: str) -> None:
    """Delete a folder and all below it, if it is there."""
    if is_local(uri):
        if local(uri).exists():
            shutil.rmtree(local(uri))
        return
    remote.delete([file.uri for file in files(uri)])


def read_text(uri: str) -> str | None:
    """The content of a small text file, or None where there is no such file."""
    content = read_bytes(uri)
    return None if content is None else content.decode("utf-8")


def read_bytes(uri: str) -> bytes | None:
    """The content of a small file, or None where there is no such file."""
    try:
        return local(uri).read_bytes() if is_local(uri) else remote.read(uri)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


@contextmanager
def opened(uri: str) -> Iterator[IO[bytes] | BytesIO]:
    """A file to read from at any place. Of an object store it is fetched whole: each stretch would be a request."""
    if is_local(uri):
        with local(uri).open("rb") as stream:
            yield stream
    else:
        yield BytesIO(remote.read(uri))


def write_rows(uri: str, rows: pa.Table) -> None:
    """Write rows as one Parquet file."""
    if is_local(uri):
        pq.write_table(rows, local(uri))
        return
    whole = BytesIO()
    pq.write_table(rows, whole)
    remote.write(uri, whole.getvalue())


def replace_text(uri: str, text: str) -> None:
    """Write a small text file in one step: whoever reads it sees all of the old text or all of the new one."""
    if is_local(uri):  # an object store makes an object visible when it is whole
        write_text(uri + ".new", text)
        local(uri + ".new").replace(local(uri))
    else:
        write_text(uri, text)


def write_text(uri: str, text: str) -> None:
    """Write a small text file."""
    if is_local(uri):
        local(uri).write_bytes(text.encode("utf-8"))
    else:
        remote.write(uri, text.encode("utf-8"))


def write_whole(uri: str, text: str) -> None:
    """Write a small text file that is there as a whole or not at all, also if the process dies or the power fails."""
    if not is_local(uri):
        write_text(uri, text)  # a put into an object store is atomic
        return
    path = local(uri)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def create_whole(uri: str, text: str) -> bool:
    """Write a small text file as a whole; False where an object store has one already, which stays as it is."""
    if is_local(uri):
        write_whole(uri, text)
        return True
    try:
        remote.write(uri, text.encode("utf-8"), new=True)
    except remote.Taken:
        return read_text(uri) == text  # a put whose answer was lost is sent again, and finds its own work
    return True


def delete_file(uri: str) -> None:
    """Delete a file, if it is there."""
    if not is_local(uri):
        remote.delete([uri])
    elif local(uri).is_file():
        local(uri).unlink()


def delete_files(uris: Sequence[str]) -> None:
    """Delete files of one place, in order; those that are gone are no matter."""
    if uris and not is_local(uris[0]):
        remote.delete(uris)
        return
    for uri in uris:
        local(uri).unlink(missing_ok=True)


def folder_bytes(uri: str) -> int:
    """Bytes of all files below a folder; 0 where there is none."""
    return sum(file.size for file in files(uri))
