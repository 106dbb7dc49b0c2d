"""Whether a record is unlike what is known of its type: new, missing or changed fields, unknown values.

Nothing is refused for it. A record is decoded strictly, at the speed of C; only one that does not fit is walked
through, to list what is different.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import Raw

from pipelines.bronze.drift.differences import MOST, Finding, Walk, dump
from pipelines.bronze.drift.rows import ROW, RowDetector
from pipelines.sources.known import OLDER, Known, known_of, strict
from pipelines.sources.reference import EVENT, stripe_fields
from pipelines.sources.shapes import EVENT_AT, OBJECT_AT, at

if TYPE_CHECKING:
    from pipelines.sources.source import Source
    from pipelines.table import Table

SINCE = "2023-10-16"
"""API version from which on a field is missed: of older ones no list says what was always there."""

Reads: TypeAlias = str
"""Which paths of each type of object some column reads, with the values that it knows; see :func:`reads`."""


def reads(tables: Iterable[Table]) -> Reads:
    """What the columns of tables read, as text that goes along to other processes: values by path, by type.

    A path with :data:`OLDER` behind it is another spelling of one that a column reads first.
    """
    found: dict[str, dict[str, list[str]]] = {EVENT: {"type": [], "livemode": []}}
    for table in tables:
        for object_type in table.object_types:
            paths = found.setdefault(object_type, {})
            for column in table.read:
                known = [*column.known, *column.spelled] if column.known else []
                paths |= {path + OLDER * (n > 0): known for n, path in enumerate(column.paths)}
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def reads_of_rows(source: Source) -> Reads:
    """The same of a mapped source. A row of a table has every field; one of NDJSON may leave out what is empty."""
    names = sorted(set(source.field_names))
    known = None if source.unread is None else [*names, *(n.split(".")[0] for n in names), *source.unread]
    always = [] if source.format == "ndjson" else sorted(set(source.needed_names))
    return json.dumps({ROW: {"always": always, "known": known}})


def row_fields(columns: Reads) -> frozenset[str]:
    """All names of fields that a mapping gives."""
    given = json.loads(columns)[ROW]
    return frozenset((*given["always"], *(given["known"] or ())))


@cache
def detector(columns: Reads) -> Detector | RowDetector:
    """A detector for some columns; making one takes a moment."""
    given = json.loads(columns)
    return RowDetector(**given[ROW]) if ROW in given else of_objects(columns)


@cache
def of_objects(columns: Reads) -> Detector:
    """A detector for Stripe's objects."""
    return Detector(json.loads(columns))


class Detector:
    """Compares records with the known fields of Stripe's objects and with what columns read."""

    def __init__(self, columns: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        types = stripe_fields().types
        self._known = {name: known_of(types[name], columns.get(name, {})) for name in types}
        self._decoders: dict[tuple[str | None, str | None, bool], msgspec.json.Decoder[Any] | None] = {}
        self._strict: dict[tuple[str, bool], Any] = {}

    def drift(
        self, shape: str | None, object_type: str | None, api_version: str | None, raw: bytes
    ) -> str | None:
        """The differences of a record as a JSON list of objects; None where there are none, as nearly always."""
        known_type = object_type if object_type in self._known else None
        missing = api_version is None or api_version >= SINCE
        key = (shape, known_type, missing)
        if key not in self._decoders:
            self._decoders[key] = self._decoder(*key)
        decoder = self._decoders[key]
        if decoder is None:
            return None
        try:
            decoder.decode(raw)
        except (msgspec.ValidationError, UnicodeDecodeError):
            found = self._differences(shape, known_type, missing, raw)
            return dump(found)
        except (msgspec.DecodeError, RecursionError):
            return None
        return None

    def _decoder(
        self, shape: str | None, object_type: str | None, missing: bool
    ) -> msgspec.json.Decoder[Any] | None:
        subject = self._subject(object_type, missing) if object_type else dict[str, Raw]
        if shape in ("object", "wrapped"):
            wrapped = subject if shape == "object" else msgspec.defstruct("Wrapped", [("object", subject)])
            return msgspec.json.Decoder(wrapped) if object_type else None
        if shape is None or shape not in EVENT_AT:
            return None
        event = strict(self._known[EVENT], missing=True, given={"data": _data(subject)})
        for name in EVENT_AT[shape]:
            event = msgspec.defstruct("Envelope", [(name, event)])
        return msgspec.json.Decoder(event)

    def _subject(self, object_type: str, missing: bool) -> Any:
        """The strict type of an object, which all ways to wrap it share: making one takes milliseconds."""
        key = (object_type, missing)
        if key not in self._strict:
            self._strict[key] = strict(self._known[object_type], missing=missing)
        return self._strict[key]

    def _differences(
        self, shape: str | None, object_type: str | None, missing: bool, raw: bytes
    ) -> list[Finding]:
        try:
            content = msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError, ValueError):
            return []
        walk = Walk()
        subject = at(content, OBJECT_AT[shape or "object"])
        if shape is not None and shape in EVENT_AT:
            walk.begin(EVENT, missing=True).fields(self._known[EVENT], at(content, EVENT_AT[shape]), "")
        if object_type:
            walk.begin(object_type, missing=missing and subject.get("deleted") is not True)
            walk.fields(self._known[object_type], subject, "")
        return walk.findings

    def known(self) -> Iterator[tuple[str, str, str]]:
        """All that is no drift by now: type, path, and a value or an empty text for the field itself."""
        for name, root in self._known.items():
            yield from ((name, path, value) for path, value in _listed(root, ""))


def joined(*found: str | None) -> str | None:
    """The differences of a record's object and of those inside it as one list, each once; None where there are none."""
    texts = [text for text in found if text is not None]
    if len(texts) < 2:
        return texts[0] if texts else None
    once = {json.dumps(one, sort_keys=True): one for text in texts for one in json.loads(text)}
    return json.dumps(list(once.values())[:MOST], separators=(",", ":"))


def _listed(known: Known, place: str) -> Iterator[tuple[str, str]]:
    for name, child in known.children.items():
        path = f"{place}[]" if name == "[]" else f"{place}.{name}" if place else name
        yield path, ""
        yield from ((path, value) for value in child.values)
        yield from _listed(child, path)


def _data(subject: Any) -> Any:
    plain: list[Any] = [("object", subject), ("previous_attributes", dict[str, Raw] | None, None)]
    return msgspec.defstruct("Data", plain, forbid_unknown_fields=True, gc=False)
