"""The stored bytes of a file to its decompressed bytes, block by block, as far as they can be read."""

from __future__ import annotations

import bz2
import errno
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import zstandard
from isal import isal_zlib

BLOCK = 1 << 20

UNCHECKED_BYTES = 256 << 20
"""A file may expand to this size however small it is: short files of records that are alike shrink a lot."""


class CutShort(Exception):  # noqa: N818 - it is no error of the program
    """Compressed data that ends early or is damaged; what could be read was yielded before."""


@dataclass(frozen=True)
class _Codec:
    """A way to compress, and what keeps one call from filling the memory, whoever made the file.

    Attributes:
        open: makes a decompressor of one member or frame.
        piece: stored bytes to hand over at once. Deflate makes at most 1,032 bytes of one, zstd some 32,000.
        stops: the decompressor can be told to stop at a length and to go on later.
    """

    open: Callable[[], Any]
    piece: int = BLOCK // 16
    stops: bool = False


_DAMAGE: tuple[type[Exception], ...] = (
    isal_zlib.IsalError,  # type: ignore[arg-type,assignment,unused-ignore]  # its stubs say an instance
    OSError,
    EOFError,
    lzma.LZMAError,
    zstandard.ZstdError,
)

_CODECS: dict[bytes, _Codec] = {
    # Three times as fast as zlib, and most archives are gzip.
    b"\x1f\x8b": _Codec(lambda: isal_zlib.decompressobj(wbits=31)),
    b"BZh": _Codec(bz2.BZ2Decompressor, stops=True),
    b"\xfd7zXZ\x00": _Codec(lzma.LZMADecompressor, stops=True),
    b"\x28\xb5\x2f\xfd": _Codec(lambda: zstandard.ZstdDecompressor().decompressobj(), piece=1 << 10),
}


def blocks(stream: IO[bytes], max_expansion: int) -> Iterator[bytes]:
    """The decompressed bytes of a stream.

    How it is compressed is seen from its first bytes, not from its name: both a plain file that is named ``.gz`` and
    a compressed one that is not are met, and no JSON begins with these bytes.

    Args:
        stream: seekable, at its beginning.
        max_expansion: how many times its stored size a file of more than :data:`UNCHECKED_BYTES` may expand to.

    Raises:
        CutShort: the compressed data is incomplete or damaged, after all that could be read was yielded.
        OSError: the stream cannot be read, or expands to more than is allowed.
    """
    head = stream.read(6)
    stream.seek(0)
    codec = next((codec for magic, codec in _CODECS.items() if head.startswith(magic)), None)
    if codec is None:
        return iter(lambda: stream.read(BLOCK), b"")
    return _joined(_within(_inflated(stream, codec), stream, max_expansion))


def _within(found: Iterator[bytes], stream: IO[bytes], max_expansion: int) -> Iterator[bytes]:
    """The pieces, as long as they are not too many for what was read of the stream so far."""
    size = 0
    for piece in found:
        size += len(piece)
        if size > UNCHECKED_BYTES and size > max_expansion * stream.tell():
            said = f"it expands to more than {max_expansion} times its size (VERMEIL_MAX_EXPANSION)"
            raise OSError(errno.EFBIG, said)
        yield piece


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces in blocks of about :data:`BLOCK` bytes: what follows costs by the block."""
    held: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size >= BLOCK:
                yield b"".join(held)
                held, size = [], 0
    except CutShort:
        yield b"".join(held)
        raise
    yield b"".join(held)


def _inflated(stream: IO[bytes], codec: _Codec) -> Iterator[bytes]:
    """All members (gzip) or frames (zstd) of a stream, one after the other."""
    member, inflater = 0, codec.open()
    while data := stream.read(codec.piece):
        while data:
            start = stream.tell() - len(data)
            if inflater.eof:
                # Files are padded with zeros by some writers; no member begins with one.
                if not (data := data.lstrip(b"\0")):
                    break
                member, inflater = stream.tell() - len(data), codec.open()
                start = member
            given = 0
            try:
                for found in _expanded(inflater, codec, data):
                    yield found
                    given += len(found)
            except _DAMAGE as damage:
                yield b"".join(_up_to_damage(stream, codec, member, start, data))[given:]
                raise CutShort(
                    f"the compressed data is damaged near byte {start} of the file ({damage})"
                ) from None
            data = inflater.unused_data if inflater.eof else b""
    if not inflater.eof:
        raise CutShort("the compressed data ends early")


def _expanded(inflater: Any, codec: _Codec, data: bytes) -> Iterator[bytes]:
    """What some stored bytes expand to, in pieces of bounded size."""
    if not codec.stops:
        yield inflater.decompress(data)
        return
    yield inflater.decompress(data, BLOCK)
    while not (inflater.eof or inflater.needs_input):
        yield inflater.decompress(b"", BLOCK)


def _up_to_damage(stream: IO[bytes], codec: _Codec, member: int, start: int, data: bytes) -> Iterator[bytes]:
    """What ``data`` holds before the damage: a decompressor drops it in the call that fails, so go byte by byte."""
    inflater = codec.open()
    stream.seek(member)
    while (left := start - stream.tell()) > 0:
        for _ in _expanded(inflater, codec, stream.read(min(left, codec.piece))):
            pass
    for place in range(len(data)):
        try:
            yield inflater.decompress(data[place : place + 1])
        except _DAMAGE:
            return
