"""Text in UTF-16 or UTF-32 to UTF-8, where the byte order mark at its beginning says which it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain

from pipelines.bronze.reading.blocks import CutShort

_MARKS = (
    # The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def in_utf8(source: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a text in UTF-8; as they are where no byte order mark says that they are in UTF-16 or UTF-32.

    Raises:
        CutShort: the source ended early, after what there was of it was yielded.
    """
    first = next(source, b"")
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), None)
    whole = chain((first,), source)
    return whole if encoding is None else _decoded(whole, encoding)


def _decoded(source: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What cannot be decoded is given as it stands, from there to the end: it becomes faults, and no byte is lost."""
    # Half of a pair of surrogates is no character and is let through: the record that holds it is not valid UTF-8.
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    try:
        for block in source:
            held = decoder.getstate()[0]
            try:
                yield decoder.decode(block).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                yield from chain((held + block,), source)
                return
    except CutShort:
        yield decoder.getstate()[0]
        raise
    yield decoder.getstate()[0]
