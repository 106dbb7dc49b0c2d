"""Copies of a table's data files on this disk, while a lakehouse in an object store is held for writing.

The embedded engine asks an object store some twenty times whenever it reads a table, however small: for its log, for
each column. A run reads a silver table up to forty times. A data file never changes, so a copy of it is as good: it
costs one request, and what is read of it after that costs none. Copies last as long as the lakehouse is held: what is
erased from it must not lie about elsewhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from pipelines.base.together import Locks
from pipelines.delta import remote
from pipelines.delta.storage import local

TABLE_BYTES = 256 << 20
"""A table of more bytes is read in place: of a large one a query wants some files, and of these some columns."""

LEFT_FREE = 4 << 30
"""Bytes of the disk that are left free."""

FOLDER = "copies"


class Copies:
    """Copies of data files in a folder of this disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._making = Locks()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """As long as this lasts; what a process that was killed has left goes first."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        try:
            yield
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def of(self, files: Sequence[tuple[str, int]]) -> list[Path] | None:
        """Copies of some data files, given by URL and size; None where they are too large for that."""
        size = sum(size for _, size in files)
        if size > TABLE_BYTES or shutil.disk_usage(self._folder).free < size + LEFT_FREE:
            return None
        return [self._copy(uri) for uri, _ in files]

    def _copy(self, uri: str) -> Path:
        path = self._folder / f"{sha256(uri.encode()).hexdigest()[:32]}.parquet"
        with self._making.of(uri):
            if not path.exists():
                part = path.with_suffix(".part")
                part.write_bytes(remote.read(uri))
                part.replace(path)
        return path


def folder_of(staged_in: str) -> Path:
    """Where copies lie beside what is staged."""
    return local(staged_in) / FOLDER
