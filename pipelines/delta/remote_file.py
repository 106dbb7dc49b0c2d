"""An object of an object store as a file that is read, block by block."""

from __future__ import annotations

import io

from pipelines.delta import remote

BLOCK = 8 << 20
"""Bytes that one request fetches: most raw files are one."""


class RemoteFile(io.RawIOBase):
    """The bytes that an object had when it was listed. It can be read from any place.

    Args:
        uri: where it is.
        size: its bytes.
        etag: of the object that was listed: one that was written over since is not read.
    """

    def __init__(self, uri: str, size: int, etag: str | None) -> None:
        super().__init__()
        self._uri = uri
        self._size = size
        self._etag = etag
        self._place = 0
        self._block = (0, b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read from."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to another place."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, origin + offset)
        return self._place

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read what is at hand, or the next block.

        Raises:
            OSError: the object is gone, or is another one.
        """
        if self._place >= self._size:
            return 0
        start, block = self._block
        if not start <= self._place < start + len(block):
            start, block = self._block = self._place, self._fetch(self._place)
        found = block[self._place - start : self._place - start + len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _fetch(self, start: int) -> bytes:
        try:
            return remote.read(self._uri, start, min(start + BLOCK, self._size), self._etag)
        except FileNotFoundError:
            raise OSError(2, "the object is gone") from None
        except remote.Taken:
            raise OSError(5, "the object was written over since it was listed") from None
