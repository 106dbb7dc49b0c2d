"""What a file holds: its records, or itself as one fault where there is no JSON in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO

from pipelines.bronze.reading import foreign, wire
from pipelines.bronze.reading.blocks import CutShort, blocks
from pipelines.bronze.reading.documents import BOM, TOO_LONG, Document, documents
from pipelines.bronze.reading.unicode import in_utf8

HELD_BYTES = 1 << 20
"""So much of a file is held until something in it is JSON; if nothing is, all of it is looked through."""

BROKEN = 20
"""Fewer records than this that begin as JSON does each keep a reason of their own, also where no other is good."""


def contents(stream: IO[bytes], max_bytes: int, max_expansion: int) -> Iterator[Document]:
    """The records of a file; a file without any JSON is one fault as a whole, in parts where it is long.

    Args:
        stream: the stored bytes, compressed or not; seekable, at its beginning.
        max_bytes: a longer record is not parsed; it is given in parts of that size, each with a fault.
        max_expansion: how many times its stored size a large file may expand to.

    Raises:
        OSError: the stream cannot be read, or expands to more than is allowed.
    """
    found = documents(stream, max_bytes, max_expansion)
    held: list[Document] = []
    size = 0
    for document in found:
        held.append(document)
        size += len(document.raw)
        if document.wire is not None or size > HELD_BYTES:
            break
    if held and held[0].wire is None:
        head = _head(stream, max_expansion)
        is_foreign = _is_foreign(head, held, found)
        stream.seek(0)
        if is_foreign:
            fault = foreign.NO_JSON + foreign.seems(head)
            for number, part, said in foreign.parts(blocks(stream, max_expansion), max_bytes, fault):
                yield Document(1, number, part, fault=said)
            return
        held, found = [], documents(stream, max_bytes, max_expansion)
    yield from held
    yield from found


def _is_foreign(head: bytes, held: Sequence[Document], rest: Iterator[Document]) -> bool:
    """Whether a file that begins with a fault is one without any JSON. What is held may end with JSON."""
    is_json = _is_json(held)
    if _begins(held) in (b"{", b"["):
        if len(held) < BROKEN or any(map(_is_beyond_bounds, held)):
            return False
    elif not held[0].raw:
        return False
    elif foreign.container(head):
        return True  # what lies in an archive is not read from there, though it may lie there as it is
    return not (is_json(held[-1]) or any(map(is_json, rest)))


def _is_json(held: Sequence[Document]) -> Callable[[Document], bool]:
    """What shows that a file is read as JSON. A page of the web may hold JSON that is no record of ours."""
    if _begins(held) != b"<":
        return lambda document: document.wire is not None
    return lambda found: found.wire is not None and bool(found.wire.object or found.wire.delivered)


def _begins(held: Sequence[Document]) -> bytes:
    return held[0].raw.lstrip().removeprefix(BOM)[:1]


def _is_beyond_bounds(document: Document) -> bool:
    return document.fault is not None and (document.fault == wire.TOO_DEEP or TOO_LONG in document.fault)


def _head(stream: IO[bytes], max_expansion: int) -> bytes:
    """The beginning of a file's text; the stream stays where it is."""
    place = stream.tell()
    stream.seek(0)
    try:
        return next(in_utf8(blocks(stream, max_expansion)), b"")[: foreign.HEAD_BYTES]
    except CutShort:
        return b""
    finally:
        stream.seek(place)
