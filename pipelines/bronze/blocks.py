"""The stored bytes of a file to its decompressed bytes, block by block, as far as they can be read."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from typing import IO, Protocol

import zstandard
from isal import isal_zlib

BLOCK = 1 << 20
_STORED_BLOCK = BLOCK // 16  # bounds what one call can expand to: deflate can make 1,032 bytes of one


class CutShort(Exception):  # noqa: N818 - it is no error of the program
    """Compressed data that ends early or is damaged; what could be read was yielded before."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_Opener = Callable[[], _Decompressor]

_DAMAGE: tuple[type[Exception], ...] = (
    isal_zlib.IsalError,  # type: ignore[arg-type,assignment,unused-ignore]  # its stubs say an instance
    OSError,
    EOFError,
    lzma.LZMAError,
    zstandard.ZstdError,
)


def _gzip() -> _Decompressor:
    # Three times as fast as zlib, and most archives are gzip.
    return isal_zlib.decompressobj(wbits=31)


def _zstd() -> _Decompressor:
    return zstandard.ZstdDecompressor().decompressobj()


_OPENERS: dict[bytes, _Opener] = {
    b"\x1f\x8b": _gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
    b"\x28\xb5\x2f\xfd": _zstd,
}


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The decompressed bytes of a stream.

    How it is compressed is seen from its first bytes, not from its name: both a plain file that is named ``.gz`` and
    a compressed one that is not are met, and no JSON begins with these bytes.

    Args:
        stream: seekable, at its beginning.

    Raises:
        CutShort: the compressed data is incomplete or damaged, after all that could be read was yielded.
        OSError: the stream cannot be read.
    """
    head = stream.read(6)
    stream.seek(0)
    opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
    return _inflated(stream, opener) if opener else iter(lambda: stream.read(BLOCK), b"")


def _inflated(stream: IO[bytes], opener: _Opener) -> Iterator[bytes]:
    """All members (gzip) or frames (zstd) of a stream, one after the other."""
    member, inflater = 0, opener()
    while data := stream.read(_STORED_BLOCK):
        while data:
            start = stream.tell() - len(data)
            if inflater.eof:
                # Files are padded with zeros by some writers; no member begins with one.
                if not (data := data.lstrip(b"\0")):
                    break
                member, inflater = stream.tell() - len(data), opener()
                start = member
            try:
                found = inflater.decompress(data)
            except _DAMAGE as damage:
                yield from _up_to_damage(stream, opener, member, start, data)
                raise CutShort(
                    f"the compressed data is damaged near byte {start} of the file ({damage})"
                ) from None
            yield found
            data = inflater.unused_data if inflater.eof else b""
    if not inflater.eof:
        raise CutShort("the compressed data ends early")


def _up_to_damage(
    stream: IO[bytes], opener: _Opener, member: int, start: int, data: bytes
) -> Iterator[bytes]:
    """What ``data`` holds before the damage: a decompressor drops it in the call that fails, so go byte by byte."""
    inflater = opener()
    stream.seek(member)
    while (left := start - stream.tell()) > 0:
        inflater.decompress(stream.read(min(left, _STORED_BLOCK)))
    for place in range(len(data)):
        try:
            yield inflater.decompress(data[place : place + 1])
        except _DAMAGE:
            return
