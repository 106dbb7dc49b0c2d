"""Raw files to rows of bronze.records, as Arrow batches. Runs in worker processes and on Spark executors."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import IO

import pyarrow as pa

from pipelines.bronze.drift.objects import Detector, Reads, detector, joined
from pipelines.bronze.drift.rows import RowDetector
from pipelines.bronze.files import RawFile, open_bounded
from pipelines.bronze.reading.blocks import CutShort, blocks
from pipelines.bronze.reading.columns import Buffer
from pipelines.bronze.reading.contents import contents
from pipelines.bronze.reading.documents import Document
from pipelines.bronze.reading.facts import Facts, described, digest, micros
from pipelines.bronze.reading.foreign import NO_JSON
from pipelines.bronze.reading.rows import rows
from pipelines.bronze.reading.wire import Envelope, Fault, read
from pipelines.errors import SourceError
from pipelines.privacy.cards import masked, may_hold_one
from pipelines.privacy.forgotten import Suppression
from pipelines.sources.inside import Inside, Needs, dump, inside
from pipelines.sources.layout import Layout
from pipelines.sources.shapes import ROW

FLUSH_BYTES = 64 << 20
"""Payload bytes that are held before they are handed on."""


class Unreadable(SourceError):  # noqa: N818 - it reads as what is said of the file
    """A file that was opened but could not be read to its end: nothing of it may be kept."""

    def __init__(self, file: RawFile, reason: str) -> None:
        super().__init__(f"{file.file}: could not be read to its end: {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Attributes:
        ingest_id: of the batch.
        source: name of the source mapping.
        account: of records that name none.
        max_record_bytes: a longer record is a fault.
        max_expansion: how many times its stored size a large compressed file may expand to.
        suppressed: people whose records come in without them; None for nobody.
        layout: how its rows are written, where its records are rows.
        reads: what columns read, to compare records with; None where the source's fields are not known.
        needed: what an object must have to be a row of its table, where it stands inside another one.
    """

    ingest_id: int
    source: str
    account: str
    max_record_bytes: int
    max_expansion: int
    suppressed: Suppression | None = None
    layout: Layout | None = None
    reads: Reads | None = None
    needed: Needs = field(default_factory=dict)

    def documents(self, stream: IO[bytes]) -> Iterator[Document]:
        """The records of a file's stored bytes."""
        limits = self.max_record_bytes, self.max_expansion
        return rows(stream, self.layout, *limits) if self.layout else contents(stream, *limits)


@dataclass
class FileCounts:
    """What was read from one file; ``missing`` says why nothing could be. The digest is of what was written of it.

    ``shapes`` has the shapes of its records, ``object_types`` the types of the objects that they are about, ``inside``
    those of objects inside them.
    ``foreign`` is the fault of a file that holds no JSON. ``opened`` names the types of objects of which a page says
    that more follow, ``ended`` those of which a page says that it is the last.
    """

    file: RawFile
    record_count: int = 0
    fault_count: int = 0
    raw_bytes: int = 0
    masked_count: int = 0
    masked_record_count: int = 0
    shapes: list[str] = field(default_factory=list)
    object_types: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    missing: str | None = None
    digest: int = 0
    foreign: str | None = None
    opened: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


def read_files(
    files: Iterable[RawFile],
    reading: Reading,
    schema: pa.Schema,
    done: Callable[[FileCounts], None] = lambda _: None,
) -> Iterator[pa.RecordBatch]:
    """The records of files, in batches that hold one object type each.

    Row groups of one type let a silver table read only its own records. A file that cannot be opened gives no
    record; ``done`` is told of every file.

    Raises:
        Unreadable: a file was opened but could not be read to its end.
    """
    buffers: dict[str | None, Buffer] = {}
    held = 0
    for file in files:
        counts = FileCounts(file)
        for document, facts in _records(file, reading, counts):
            kind = facts.object_type
            if kind not in buffers:
                buffers[kind] = Buffer()
            buffers[kind].add(file, document, facts)
            held += len(document.raw) + 500
            if held > FLUSH_BYTES:
                yield from _flush(buffers, reading, schema)
                held = 0
        done(counts)
    yield from _flush(buffers, reading, schema)


@dataclass(frozen=True)
class Kept:
    """A record that bronze keeps and could not read: its file, its place there, its bytes and its page's word."""

    file: RawFile
    line: int
    item: int
    raw: bytes
    has_more: bool | None = None


def reread(records: Iterable[Kept], reading: Reading, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Those of some kept records that can be read now, as rows with the ids that they had.

    Rows of a layout are left out, because a row says nothing without the head of its file; so are parts of a record
    that was too long, and what would become several records: their files have to be taken in again.
    """
    found = Buffer()
    for kept in [] if reading.layout else records:
        again = list(_read_from(io.BytesIO(kept.raw), kept.file, reading, FileCounts(kept.file)))
        if len(again) == 1 and again[0][1].fault is None:
            document, facts = again[0]
            facts = facts._replace(has_more=kept.has_more)
            found.add(kept.file, Document(kept.line, kept.item, document.raw), facts)
    if found.places:
        yield found.batch(reading.ingest_id, reading.source, schema)


def unreadable(file: RawFile, max_expansion: int) -> str | None:
    """Why a file cannot be read to its end; None where it can, be its data damaged or not."""
    try:
        stream = open_bounded(file)
    except OSError as error:
        return f"could not be opened: {error.strerror}"
    try:
        with stream:
            for _ in blocks(stream, max_expansion):
                pass
    except OSError as error:
        return f"could not be read to its end: {error.strerror}"
    except CutShort:
        return None  # what is there becomes records, the rest a fault
    return None


def _flush(
    buffers: dict[str | None, Buffer], reading: Reading, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for kind in sorted(buffers, key=str):
        yield buffers.pop(kind).batch(reading.ingest_id, reading.source, schema)


def _records(file: RawFile, reading: Reading, counts: FileCounts) -> Iterator[tuple[Document, Facts]]:
    try:
        stream = open_bounded(file)
    except OSError as error:
        counts.missing = f"could not be opened: {error.strerror}"
        return
    with stream:
        try:
            yield from _read_from(stream, file, reading, counts)
        except OSError as error:
            raise Unreadable(file, str(error.strerror)) from None


def _read_from(
    stream: IO[bytes], file: RawFile, reading: Reading, counts: FileCounts
) -> Iterator[tuple[Document, Facts]]:
    account = account_in_path(file.file) or reading.account
    known = micros(file.modified_at)
    forgotten = _forgetting(reading.suppressed) if reading.suppressed else None
    facts_of = _row_facts if reading.layout else _facts
    compared = detector(reading.reads) if reading.reads is not None else None
    for document in reading.documents(stream):
        masked_count = _mask(document) if may_hold_one(document.raw) else 0
        facts = facts_of(document, account, known)
        held = [] if facts.fault is not None else inside(document.raw, facts.shape, reading.needed)
        if held:
            facts = facts._replace(inside=dump(held))
            counts.inside += {one.type for one in held}.difference(counts.inside)
        if compared is not None and facts.fault is None:
            facts = _compared(compared, document, facts, held)
        if masked_count:
            facts = facts._replace(masked_count=masked_count)
            counts.masked_count += masked_count
            counts.masked_record_count += 1
        counts.record_count += 1
        if facts.object_type is not None and facts.object_type not in counts.object_types:
            counts.object_types.append(facts.object_type)
        if facts.shape is not None and facts.shape not in counts.shapes:
            counts.shapes.append(facts.shape)
        if facts.fault is not None:
            counts.fault_count += 1
            counts.foreign = facts.fault if facts.fault.startswith(NO_JSON) else counts.foreign
        if document.has_more is not None:
            facts = facts._replace(has_more=document.has_more)
            pages = counts.opened if document.has_more else counts.ended
            if facts.object_type and facts.object_type not in pages:
                pages.append(facts.object_type)
        kept = forgotten(document, facts) if forgotten else (document, facts)
        counts.raw_bytes += len(kept[0].raw)  # as bronze holds it: that is what other engines can count
        yield kept


def _row_facts(row: Document, account: str, known: int) -> Facts:
    """Of a row no more is known than that it is one: what its fields mean is decided in silver."""
    if row.fault is not None:
        return Facts(account=account, fault=row.fault)
    return Facts(shape=ROW, account=account, known_at=known, version_id=digest(row.raw))


@cache
def _forgetting(suppressed: Suppression) -> Callable[[Document, Facts], tuple[Document, Facts]]:
    """Takes people who were forgotten out of a record. Kept per process: it remembers the words that it has seen."""
    from pipelines.privacy.filter import (
        Filter,  # needs the declarations of silver, which nobody else here does
    )

    keep_out = Filter(suppressed)

    def forgotten(document: Document, facts: Facts) -> tuple[Document, Facts]:
        row = {"payload": document.raw.decode("utf-8", "backslashreplace"), **facts._asdict()}
        found = keep_out.applied(row)
        if found is None:
            return document, facts
        kept = Document(
            document.line, document.item, found["payload"].encode(), document.wire, document.fault
        )
        return kept, facts._replace(object_id=found["object_id"], inside=found["inside"])

    return forgotten


def _mask(document: Document) -> int:
    """Mask the card numbers in a record, before its facts are taken from it; returns how many there were."""
    document.raw, count = masked(document.raw)
    if count and document.wire is not None:
        found = read(document.raw)
        assert isinstance(found, Envelope), "a masked record is JSON of the same form"
        document.wire = found
    return count


def _facts(document: Document, account: str, known: int) -> Facts:
    if document.wire is None:
        return Facts(account=account, fault=document.fault)
    try:
        return described(document.wire, document.raw, account, known)
    except Fault as fault:
        return Facts(account=account, fault=str(fault))


def _compared(known: Detector | RowDetector, document: Document, facts: Facts, held: list[Inside]) -> Facts:
    found = known.drift(facts.shape, facts.object_type, facts.api_version, document.raw)
    if held:
        text = document.raw.decode()
        parts = (text[one.start : one.start + one.length].encode() for one in held)
        below = (
            known.drift("object", one.type, facts.api_version, part)
            for one, part in zip(held, parts, strict=True)
        )
        found = joined(found, *below)
    return facts if found is None else facts._replace(drift=found)


def account_in_path(file: str) -> str | None:
    """The account that a folder names: ``objects/account=acct_1/charges.ndjson``."""
    parts = (part.removeprefix("account=") for part in file.split("/")[:-1] if part.startswith("account="))
    return next((part for part in parts if part), None)
