"""What a source would make of its files, told from the first rows of one: nothing is written, no engine is started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from pipelines.bronze.files import RawFile, open_bounded
from pipelines.bronze.reading.rows import rows
from pipelines.errors import SourceError
from pipelines.settings import Settings
from pipelines.sources.rows import Mapper
from pipelines.sources.source import Source

LOOKED_AT = 1000
"""Rows of one file that are looked at."""


@dataclass(frozen=True)
class Preview:
    """A source and the first rows of its first file.

    Attributes:
        source: its name.
        doc: what it is.
        files: how many files of the raw folder are its own.
        file: the one that was looked at; None for a source whose records are not mapped, or without a file.
        rows: rows that were looked at.
        tables: how many of them go to each silver table.
        unmodelled: how many go to none.
        faults: what cannot be read or turned into a column's type, with how many rows say so.
        absent: fields that the mapping names and no row has.
    """

    source: str
    doc: str
    files: int
    file: str | None = None
    rows: int = 0
    tables: Mapping[str, int] = field(default_factory=dict)
    unmodelled: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def preview(source: Source, files: Sequence[RawFile], settings: Settings) -> Preview:
    """A source, and what it makes of the first rows of the first of its files.

    Raises:
        SourceError: that file cannot be read.
    """
    if not files or source.layout is None:
        return Preview(source.source, source.doc, len(files))
    limits = settings.max_record_bytes, settings.max_expansion
    try:
        with open_bounded(files[0]) as stream:
            documents = list(islice(rows(stream, source.layout, *limits), LOOKED_AT))
    except OSError as error:
        raise SourceError(f"{files[0].file}: {error.strerror}") from None
    payloads = [document.raw.decode("utf-8", "replace") for document in documents if document.fault is None]
    mapper = Mapper(source)
    mapped = [mapper(payload) for payload in payloads]
    faults = Counter(document.fault for document in documents if document.fault)
    faults.update(row.fault for row in mapped if row.fault)
    tables = Counter(row.table for row in mapped)
    return Preview(
        source.source,
        source.doc,
        len(files),
        file=files[0].file,
        rows=len(documents),
        tables={table: count for table, count in tables.items() if table},
        unmodelled=tables[None],
        faults=dict(faults.most_common()),
        absent=_absent(source, payloads),
    )


def _absent(source: Source, payloads: Sequence[str]) -> tuple[str, ...]:
    """Fields of the mapping that no row has; what lies deeper in an object is not looked for."""
    if not payloads:
        return ()
    held = {
        name for payload in payloads for name in msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    }
    named = dict.fromkeys(source.needed_names)
    return tuple(name for name in named if name not in held and name.partition(".")[0] not in held)
