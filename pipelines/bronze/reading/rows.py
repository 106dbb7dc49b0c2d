"""CSV and Parquet files to rows, each as a JSON object of the file's own names and values, with its place.

Values are texts, exactly as they stand in the file; what they mean is decided in silver, by the source's mapping. A row
that cannot be told is kept as it stood, with what is wrong with it.
"""

from __future__ import annotations

import csv
import errno
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.bronze.reading.blocks import UNCHECKED_BYTES, blocks
from pipelines.bronze.reading.contents import contents
from pipelines.bronze.reading.documents import Document, in_parts, split_lines
from pipelines.bronze.reading.unicode import in_utf8
from pipelines.sources.layout import Layout

MULTILINE_BYTES = 1 << 20
"""A value with line ends in it is looked for this far; beyond, its opening quote is taken for a mistake."""

BATCH_ROWS = 4096
"""Rows of a Parquet file that are held at a time."""

_BOM = b"\xef\xbb\xbf"


def rows(stream: IO[bytes], layout: Layout, max_bytes: int, max_expansion: int) -> Iterator[Document]:
    """The rows of a file; ``raw`` is a JSON object, or what stood there where a row has a fault.

    Args:
        stream: the stored bytes, compressed or not; seekable, at its beginning.
        layout: how the rows are written.
        max_bytes: a longer row is a fault.
        max_expansion: how many times its stored size a large compressed file may expand to.

    Raises:
        OSError: the stream cannot be read, or expands to more than is allowed.
    """
    match layout.format:
        case "csv":
            text = blocks(stream, max_expansion)
            end, text = _line_end(in_utf8(text) if layout.encoding == "utf-8" else text)
            return _csv_rows(split_lines(text, max_bytes, end), layout, max_bytes, end)
        case "parquet":
            return _within(_parquet_rows(stream, max_bytes), stream, max_expansion)
    return contents(stream, max_bytes, max_expansion)


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Names of fields; the second of two equal ones becomes ``name#2``, and one without a name ``#`` and its place."""
    given = [name.strip() or f"#{place}" for place, name in enumerate(names, start=1)]
    seen: Counter[str] = Counter()
    found: list[str] = []
    for name in given:
        seen[name] += 1
        distinct = name if seen[name] == 1 else f"{name}#{seen[name]}"
        while distinct in found:
            seen[name] += 1
            distinct = f"{name}#{seen[name]}"
        found.append(distinct)
    return tuple(found)


def _line_end(source: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """What ends the lines of a CSV file, told from its first block, and all of its blocks.

    Excel for Mac writes carriage returns alone. A value in quotes may hold line ends of any kind, and a value without
    quotes a stray carriage return: what ends most lines outside quotes counts.
    """
    first = next(source, b"")
    end = b"\n"
    if _CR_ALONE.search(first):
        unquoted = _QUOTED.sub(b"", first)
        if len(_CR_ALONE.findall(unquoted)) > unquoted.count(b"\n"):
            end = b"\r"
    return end, chain([first], source)


_CR_ALONE = re.compile(rb"\r(?!\n)")
_QUOTED = re.compile(rb'"[^"]*"?')


def _csv_rows(
    lines: Iterator[Document], layout: Layout, max_bytes: int, end: bytes = b"\n"
) -> Iterator[Document]:
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    header = unique(layout.header) if layout.header else None
    unheaded = None
    encode = msgspec.json.Encoder().encode
    for document, values in _csv_records(lines, layout, end):
        if values is None:
            if header is None and unheaded is None:
                unheaded = f"the line with the names of its fields cannot be read: {document.fault}"
            yield from in_parts(document.line, 0, document.raw, max_bytes, document.fault)
        elif header is None and unheaded is None:
            header = unique(values)
        elif header is None:
            yield from in_parts(document.line, 0, document.raw, max_bytes, unheaded)
        elif len(values) != len(header):
            said = f"{len(values)} values where the header has {len(header)} names"
            yield from in_parts(document.line, 0, document.raw, max_bytes, said)
        else:
            document.raw = encode(dict(zip(header, values, strict=True)))
            if len(document.raw) > max_bytes:
                yield from in_parts(document.line, 0, document.raw, max_bytes)
            else:
                yield document


def _csv_records(
    source: Iterator[Document], layout: Layout, end: bytes
) -> Iterator[tuple[Document, list[str] | None]]:
    """Each record with its values; None where it has a fault. Blank lines are passed over."""
    waiting: deque[Document] = deque()
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        if line.line == 1 and line.raw.startswith(_BOM):
            line.raw = line.raw[len(_BOM) :]
        if line.fault is not None:
            yield line, None
            continue
        line.raw = line.raw.removesuffix(b"\r")
        if not line.raw.strip():
            continue
        try:
            text = line.raw.decode(layout.encoding)
            if '"' not in text:
                yield line, text.split(layout.delimiter)
                continue
            yield _quoted(line, text, source, waiting, layout, end)
        except UnicodeDecodeError as error:
            byte = f"byte 0x{error.object[error.start]:02x} at column {error.start + 1}"
            line.fault = f"not {layout.encoding}: {byte}"
            yield line, None


def _quoted(
    line: Document,
    text: str,
    source: Iterator[Document],
    waiting: deque[Document],
    layout: Layout,
    end: bytes,
) -> tuple[Document, list[str] | None]:
    """A record with quotes, which may go on over the lines that follow. Those that it does not take are waiting."""
    taken: list[Document] = []
    size, whole = len(line.raw), text
    while True:
        try:
            # An odd number of quotes may be a mistake, or a quote within a value that is not quoted.
            values = next(csv.reader([whole], delimiter=layout.delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                line.fault = "quotes that are not those of a value: a quote within one is doubled"
                break
        else:
            line.raw = end.join([line.raw, *(more.raw for more in taken)])
            return line, values
        gathered: list[str] = []
        while size <= MULTILINE_BYTES and not (gathered and '"' in gathered[-1]):
            more = waiting.popleft() if waiting else next(source, None)
            if more is None or more.fault is not None:
                waiting.extendleft([more] if more else [])
                size = MULTILINE_BYTES + 1
                break
            taken.append(more)
            gathered.append(more.raw.decode(layout.encoding, "replace"))
            size += len(more.raw) + 1
        if not (gathered and '"' in gathered[-1]):
            line.fault = "a quote that is not closed"
            break
        whole = end.decode().join([whole, *gathered])
    waiting.extendleft(reversed(taken))
    return line, None


def _within(found: Iterator[Document], stream: IO[bytes], max_expansion: int) -> Iterator[Document]:
    """The rows, as long as they are not too large for the file: one value may stand for millions."""
    stored = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    size = 0
    for row in found:
        size += len(row.raw)
        if size > UNCHECKED_BYTES and size > max_expansion * stored:
            said = f"it expands to more than {max_expansion} times its size (VERMEIL_MAX_EXPANSION)"
            raise OSError(errno.EFBIG, said)
        yield row


def _parquet_rows(stream: IO[bytes], max_bytes: int) -> Iterator[Document]:
    """The rows of a file; where it is damaged, a fault without content stands for what follows."""
    number = 0
    encode = msgspec.json.Encoder().encode
    try:
        file = pq.ParquetFile(stream, pre_buffer=False)
        header = unique(file.schema_arrow.names)
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            for values in zip(*map(_texts, batch.columns), strict=True):
                number += 1
                raw = encode(dict(zip(header, values, strict=True)))
                if len(raw) > max_bytes:
                    yield from in_parts(number, 0, raw, max_bytes)
                else:
                    yield Document(number, 0, raw)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        said = "not a Parquet file" if not number else f"the Parquet file is damaged behind row {number}"
        yield Document(number + 1, 0, b"", fault=said)


def _texts(column: pa.Array) -> Sequence[str | None]:
    """Values as texts: numbers in full, times as ISO 8601, what is nested as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.cast(column, pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_floating(kind):
        return [None if value is None else repr(value) for value in column.to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [None if value is None else value.hex() for value in column.to_pylist()]
    if pa.types.is_nested(kind):
        return [None if value is None else _json(value) for value in column.to_pylist()]
    text = pc.cast(column, pa.string())
    try:
        found: list[str | None] = text.to_pylist()
    except UnicodeDecodeError:
        raw = pc.cast(text, pa.binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "backslashreplace") for value in raw]
    return found


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()
