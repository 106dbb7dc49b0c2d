"""The bytes of a file to its records, each with its place: lines, pretty-printed documents, and what lists hold.

No byte is lost: each one that is not white space between records, nor the wrapping of a list, is in one document.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import msgspec

from pipelines.bronze.reading import wire
from pipelines.bronze.reading.blocks import CutShort, blocks
from pipelines.bronze.reading.unicode import in_utf8
from pipelines.bronze.reading.wire import Envelope, Fault

LINE_BYTES = 64 << 20
"""A line is held whole up to this size, because it may be a list of many records."""

TEXT_BYTES = 16 << 20
"""A document over several lines is held whole up to this size; of a larger list, item by item."""

BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""


class Document(msgspec.Struct, gc=False):
    """A piece of a file that is one record, or would be.

    Attributes:
        line: where it starts, from 1; for an item of a list, where the list starts.
        item: place among the records that start on that line, from 1; 0 where it is the only one.
        raw: its bytes.
        wire: what it says it is.
        fault: why it cannot be read, where it cannot.
        has_more: what the page of a list that held it says of further pages.
    """

    line: int
    item: int
    raw: bytes
    wire: Envelope | None = None
    fault: str | None = None
    has_more: bool | None = None


def documents(stream: IO[bytes], max_bytes: int, max_expansion: int) -> Iterator[Document]:
    """The records of a file.

    A line that is JSON is a record, or a list of records. A line that only begins a document is read on with the
    lines that follow it. What is neither becomes a fault.

    Args:
        stream: the stored bytes, compressed or not; seekable, at its beginning.
        max_bytes: a longer record is not parsed; it is given in parts of that size, each with a fault.
        max_expansion: how many times its stored size a large file may expand to.

    Raises:
        OSError: the stream cannot be read, or expands to more than is allowed.
    """
    lines = _Lines(split_lines(in_utf8(blocks(stream, max_expansion)), max_bytes))
    while (line := lines.next()) is not None:
        if line.fault is None:
            raw = line.raw.strip()
            if not raw:
                continue
            try:
                found = wire.read(raw) if len(raw) <= max_bytes else None
            except Fault as fault:
                yield from _not_a_line(line, str(fault), lines, max_bytes)
                continue
            if not isinstance(found, Envelope):
                yield from _numbered([(line.line, raw)], max_bytes)
                continue
            line.raw, line.wire = raw, found
        yield line


class _Lines:
    """Lines that can be put back."""

    def __init__(self, source: Iterator[Document]) -> None:
        self._source = source
        self._again: deque[Document] = deque()

    def next(self) -> Document | None:
        return self._again.popleft() if self._again else next(self._source, None)

    def put_back(self, lines: Sequence[Document]) -> None:
        self._again.extendleft(reversed(lines))

    def gather(self, size: int) -> list[Document]:
        """At least ``size`` bytes of lines, fewer at the end or before one that is a fault already."""
        found: list[Document] = []
        while size > 0 and (line := self.next()) is not None:
            if line.fault:
                self.put_back([line])
                break
            found.append(line)
            size -= len(line.raw) + 1
        return found


def split_lines(source: Iterator[bytes], max_bytes: int, end: bytes = b"\n") -> Iterator[Document]:
    """The lines of a text, blank ones too, each up to one ``end``. One over the limits comes in parts."""
    line, part, size = 1, 0, 0
    pieces: list[bytes] = []
    cut = None
    try:
        for block in source:
            *ended, rest = block.split(end)
            if ended:
                ended[0] = b"".join((*pieces, ended[0]))
                pieces, size = [], 0
            for text in ended:
                if part:
                    yield from in_parts(line, part, text, max_bytes)
                    part = 0
                else:
                    yield Document(line, 0, text)
                line += 1
            pieces.append(rest)
            size += len(rest)
            if size > (max_bytes if part else max(LINE_BYTES, max_bytes)):
                held = b"".join(pieces)
                whole = len(held) - len(held) % max_bytes
                yield from in_parts(line, part, held[:whole], max_bytes)
                part += whole // max_bytes
                pieces, size = [held[whole:]], len(held) - whole
    except CutShort as found:
        cut = f"{found}; this is what follows the last whole line"
    last = b"".join(pieces)
    if part or cut:
        yield from in_parts(line, part, last, max_bytes, cut)
    else:
        yield Document(line, 0, last)


def in_parts(
    line: int, before: int, text: bytes, max_bytes: int, fault: str | None = None
) -> Iterator[Document]:
    """A faulty text in parts of ``max_bytes``, numbered on from ``before``; the only part stands alone."""
    starts = range(0, len(text), max_bytes) or range(0 if before and not fault else 1)
    alone = before == 0 and len(starts) == 1
    for number, start in enumerate(starts, start=before + 1):
        part = text[start : start + max_bytes]
        too_long = f"part {number}{TOO_LONG}{max_bytes} bytes (VERMEIL_MAX_RECORD_BYTES)"
        yield Document(line, 0 if alone else number, part, fault=fault or too_long)


TOO_LONG = " of a record longer than "
"""What the fault of a part of a record that is too long has in it."""


def _numbered(values: Iterable[tuple[int, bytes]], max_bytes: int) -> Iterator[Document]:
    """The records of values that start on some lines, numbered within a line where it has several or a list."""
    by_line: dict[int, list[bytes]] = {}
    for line, raw in values:
        by_line.setdefault(line, []).append(raw)
    for line, raws in by_line.items():
        records = [record for raw in raws for record in _records(line, raw, max_bytes)]
        if len(records) > 1 or (records and records[0].raw is not raws[0]):
            for number, record in enumerate(records, start=1):
                record.item = number
        yield from records


def _records(line: int, raw: bytes, max_bytes: int) -> Iterator[Document]:
    """A value, or what it holds where it is a list, lists within lists too. Their numbers are given later."""
    left: list[tuple[bytes, bool | None]] = [(raw, None)]
    while left:
        value, has_more = left.pop()
        try:
            found = wire.items(value) if len(value) > max_bytes else wire.read(value)
        except Fault as fault:
            yield from in_parts(line, 0, value, max_bytes, str(fault))
            continue
        if isinstance(found, Envelope):
            yield Document(line, 0, value, found, has_more=has_more)
        elif found is None:
            yield from in_parts(line, 0, value, max_bytes)
        else:
            has_more = found.has_more if isinstance(found, wire.Page) else has_more
            left.extend((item, has_more) for item in reversed(found))


def _not_a_line(first: Document, fault: str, lines: _Lines, max_bytes: int) -> Iterator[Document]:
    """A line that is not one JSON value: several, the beginning of a longer one, or a fault."""
    if first.line == 1 and first.raw.startswith(BOM):
        lines.put_back([Document(1, 0, first.raw[len(BOM) :])])
        return
    text, joined = [first], first.raw
    try:
        values = _values(joined)
        while values is None and len(joined) <= TEXT_BYTES and (more := lines.gather(len(joined))):
            text += more
            joined = b"\n".join(line.raw for line in text)
            values = _values(joined)
    except Fault:
        values = None
    if values is not None:
        lines.put_back(text[values.line_count :])
        yield from _numbered(((first.line + below, raw) for below, raw in values.found), max_bytes)
    elif len(joined) > TEXT_BYTES and (opening := _LIST.match(joined)):
        yield from _long_list(first.line, joined, opening.end(), lines, max_bytes)
    elif len(text) > 1:
        lines.put_back(text[1:])
        yield from _broken(first, fault, lines, max_bytes)
    else:
        yield from in_parts(first.line, 0, first.raw.strip(), max_bytes, fault)


def _broken(first: Document, fault: str, lines: _Lines, max_bytes: int) -> Iterator[Document]:
    """A document over several lines that never becomes one, as one fault: up to a line that stands at the margin."""
    held, size = [first], len(first.raw)
    while (line := lines.next()) is not None:
        if line.fault or line.raw[:1] not in _CONTINUES:
            lines.put_back([line])
            break
        if size > TEXT_BYTES:
            yield from _joined(held, fault, max_bytes)
            held, size = [], 0
        held.append(line)
        size += len(line.raw)
    yield from _joined(held, fault, max_bytes)


_CONTINUES = (b" ", b"\t", b"\r", b"}", b"]", b"")


def _joined(lines: Sequence[Document], fault: str, max_bytes: int) -> Iterator[Document]:
    text = b"\n".join(line.raw for line in lines).strip()
    return in_parts(lines[0].line, 0, text, max_bytes, fault)


@dataclass(frozen=True)
class _Values:
    """The JSON values at the beginning of a text, up to the end of a line on which one ends.

    Attributes:
        found: how many lines below the first each value starts, and its bytes.
        line_count: lines that they take.
    """

    found: tuple[tuple[int, bytes], ...]
    line_count: int


def _values(text: bytes) -> _Values | None:
    """The objects and arrays that a text begins with; None where it ends within one.

    Raises:
        Fault: no further line could make it JSON.
    """
    found: list[tuple[int, bytes]] = []
    place = line = 0
    while True:
        end = wire.value_end(text, place)
        if end is None:
            return None
        value = text[place:end].strip()
        if value[:1] not in (b"{", b"["):
            raise Fault("neither an object nor a list")
        start = text.index(value[:1], place)
        line += text.count(b"\n", place, start)
        found.append((line, value))
        line += value.count(b"\n")
        if end == len(text) or b"\n" in text[start + len(value) : end]:
            return _Values(tuple(found), line + 1)
        place = start + len(value)


_LIST = re.compile(
    rb'\s*(?:\[|\{\s*"object"\s*:\s*"(?:list|search_result)"\s*,'
    rb'(?:\s*"[a-z_]+"\s*:\s*(?:true|false|null|\d+|"[^"\\]*")\s*,)*\s*"data"\s*:\s*\[)'
)
"""How a list begins, as the API writes its pages: ``data`` after the short fields."""


_HAS_MORE = re.compile(rb'"has_more"\s*:\s*(true|false)')


def _long_list(line: int, text: bytes, place: int, lines: _Lines, max_bytes: int) -> Iterator[Document]:
    """The items of a list that is too large to be held, one after the other; what follows a break in it is a fault.

    Args:
        line: where the list starts.
        text: whole lines, from there on.
        place: of the first item in the text.
        lines: those that follow.
        max_bytes: see :func:`documents`.
    """
    is_page = text.lstrip()[:1] == b"{"
    told = _HAS_MORE.search(text, 0, place)
    has_more = told[1] == b"true" if told else None
    number, now, ended = 0, line, False
    while not ended:
        try:
            end = wire.value_end(text, place)
        except Fault:
            break
        separator = b"" if end is None else text[end : end + 1]
        if separator in (b",", b"]"):
            for record in _records(line, text[place:end].strip(), max_bytes):
                record.item = number = number + 1
                record.has_more = has_more
                yield record
            place, ended = int(end or 0) + 1, separator == b"]"
        elif separator or len(text) - place > LINE_BYTES or not (more := lines.gather(_MORE)):
            break
        else:
            now += text.count(b"\n", 0, place)
            text, place = b"\n".join((text[place:], *(found.raw for found in more))), 0
    if ended and is_page:
        now += text.count(b"\n", 0, place)
        text = b"\n".join((text[place:], *(found.raw for found in lines.gather(_MORE))))
        place = _after_wrapping(text)
    for record in _rest_of_list(now + text.count(b"\n", 0, place), text[place:], lines, max_bytes):
        if record.line == line:
            record.item = number = number + 1
        yield record


_MORE = 1 << 20


def _after_wrapping(text: bytes) -> int:
    """Where a list page ends, of which the text follows the items; 0 where it does not end as one should."""
    opened = b'{"":0'
    try:
        end = wire.value_end(opened + text, 0)
    except Fault:
        return 0
    return 0 if end is None else len((opened + text)[:end].rstrip()) - len(opened)


def _rest_of_list(line: int, text: bytes, lines: _Lines, max_bytes: int) -> Iterator[Document]:
    """What follows a list on its last line, or the place at which it breaks."""
    first, *others = (Document(line + below, 0, raw) for below, raw in enumerate(text.split(b"\n")))
    lines.put_back(others)
    if first.raw.strip():
        yield from _broken(first, "what follows a list, or a break in it", lines, max_bytes)
