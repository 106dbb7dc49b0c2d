"""Objects that stand inside a record's own object: what was expanded, and what lists hold.

A charge of old holds its refunds, an expanded field the whole customer. Each is a version of its own table, and may be
the only one there is. Bronze keeps the record once and lists what stands in it, with the place of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from re import compile as pattern
from typing import Any, TypeAlias

import msgspec
from msgspec import Raw, Struct

from pipelines.sources.shapes import BARE, OBJECT_AT
from pipelines.table import Table, steps

_OBJECT = b'"object"'
_TYPE = pattern(rb'"object"\s*:\s*"([^"\\]+)"')

LIST = "list"
"""Type of what holds objects and is none."""


class Inside(Struct, omit_defaults=True):
    """An object that stands inside another one.

    Attributes:
        type: Stripe's name of its type.
        id: its id.
        created: when it was created, in seconds since 1970; None where it does not say.
        path: where it stands below the record's object, such as ``refunds.data[0]``.
        start: characters of the payload before it.
        length: its own characters.
        in_type: type of the object that it stands in.
        in_id: id of that.
    """

    type: str
    id: str
    path: str
    start: int
    length: int
    in_type: str
    in_id: str
    created: int | None = None


SCHEMA = (
    "array<struct<type: string, id: string, path: string, start: int, length: int, in_type: string, "
    "in_id: string, created: bigint>>"
)
"""The list as a Spark type."""


class _Head(Struct):
    """What an object says it is. A field of another type is as good as none."""

    object: Any = None
    id: Any = None
    created: Any = None
    deleted: Any = None


_NO_HEAD = _Head()
"""Of what is no JSON object."""

_head = msgspec.json.Decoder(_Head).decode
_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_items = msgspec.json.Decoder(list[Raw]).decode


Needs: TypeAlias = Mapping[str, Sequence[Sequence[Sequence[str]]]]
"""By type, for each of its tables, what an object must have to be a row: of each list of fields one."""


def needs(tables: Iterable[Table]) -> Needs:
    """What objects must have to be rows of tables. What has less stands for an object, as a reference to it does."""
    found: dict[str, list[list[list[str]]]] = {}
    for table in tables:
        required = [
            sorted({steps(path)[0] for path in column.paths})
            for column in table.read
            if column.required and column.paths and not column.sql
        ]
        for name in table.object_types:
            found.setdefault(name, []).append(required)
    return found


_NOTHING: Needs = {}


def inside(raw: bytes, shape: str | None, needed: Needs = _NOTHING) -> list[Inside]:
    """The objects with an id that stand inside the object of a record, outer ones first.

    Nothing is listed of an object without an id: what a preview holds is a preview as well. Nor is what has too little
    to be a row of its table, unless it says that the object was deleted.

    Args:
        raw: a record that could be read.
        shape: how it is wrapped, as bronze names it.
        needed: what objects must have.
    """
    least = 2 if shape in BARE else 3
    # An event and what wraps an object have the field besides, with the object in it.
    if raw.count(_OBJECT) < least + (shape != "object"):
        return []  # the record and its object are all that is there
    types = [found for found in _TYPE.findall(raw) if found != b"list"]
    if len(types) < least:
        return []
    subject = _subject(raw, shape)
    if not subject:
        return []
    head = _head(subject)
    if not (_is_text(head.object) and _is_text(head.id)):
        return []
    place = _Place(raw, subject, needed)
    found = list(place.objects(subject, "", head, head.object, says_so=True))
    return [one for one in found if (one.type, one.id) != (head.object, head.id)]


def dump(found: list[Inside]) -> str | None:
    """The list as bronze stores it; None for an empty one."""
    return msgspec.json.encode(found).decode() if found else None


def listed_again(raw: bytes, shape: str | None, before: str) -> str | None:
    """What bronze stores of a record that was rewritten: of the same objects. It may not be JSON any more."""
    paths = {one.path for one in msgspec.json.decode(before, type=list[Inside])}
    try:
        return dump([one for one in inside(raw, shape) if one.path in paths])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Place:
    """Finds where values stand in a record. Of two that are alike the first place will do: they are one text."""

    def __init__(self, raw: bytes, subject: bytes, needed: Needs) -> None:
        self._raw = raw
        self._needed = needed
        self._first = raw.find(subject)
        self._is_ascii = raw.isascii()

    def objects(
        self, value: bytes, path: str, holder: _Head, kind: str, *, says_so: bool
    ) -> Iterator[Inside]:
        """The objects in a JSON object of a kind, which may say so itself, or in a list; it is at a path."""
        if value[:1] == b"[":
            for number, item in enumerate(_items(value)):
                yield from self._of(bytes(item), f"{path}[{number}]", holder, kind)
            return
        before = f"{path}." if path else ""
        for name, below in _holding(value, kind, says_so=says_so):
            yield from self._of(below, before + name, holder, name)

    def _of(self, value: bytes, path: str, holder: _Head, kind: str) -> Iterator[Inside]:
        if value[:1] not in (b"{", b"[") or _OBJECT not in value:
            return
        head = _head(value) if value[:1] == b"{" else _NO_HEAD
        says_so = _is_text(head.object)
        if says_so:
            kind = head.object
            if _is_text(head.id) and kind != LIST:
                if self._is_whole(head, value):
                    start, length = self._span(value)
                    is_number = isinstance(head.created, int) and head.created is not True
                    created = head.created if is_number else None
                    yield Inside(kind, head.id, path, start, length, holder.object, holder.id, created)
                holder = head
        yield from self.objects(value, path, holder, kind, says_so=says_so)

    def _is_whole(self, head: _Head, value: bytes) -> bool:
        tables = self._needed.get(head.object)
        if not tables or head.deleted is True:
            return True
        asked = tuple(sorted({name for required in tables for fields in required for name in fields}))
        there = {name for name, given in _some(asked)(value).items() if given != b"null"}
        return any(all(not there.isdisjoint(fields) for fields in required) for required in tables)

    def _span(self, value: bytes) -> tuple[int, int]:
        start = self._raw.find(value, self._first)
        if self._is_ascii:
            return start, len(value)
        return len(self._raw[:start].decode()), len(value.decode())


_HOLDING: dict[str, tuple[str, ...]] = {}
"""By kind of object, the fields in which others were found so far: they are read first, and alone where that is all."""

_MOST_KINDS, _MOST_FIELDS = 500, 32


def _holding(value: bytes, kind: str, *, says_so: bool) -> list[tuple[str, bytes]]:
    """The fields of a JSON object that hold some ``"object"``, in their order; its own does not count."""
    inside = value.count(_OBJECT) - says_so
    if not inside:
        return []
    names = _HOLDING.get(kind, ())
    found = [(name, text) for name, text in _some(names)(value).items() if _OBJECT in text] if names else []
    if inside == sum(text.count(_OBJECT) for _, text in found):
        places = {value.find(text): (name, text) for name, text in found}
        if len(places) == len(found):
            return [places[place] for place in sorted(places)]
    found = [(name, text) for name, item in _fields(value).items() if _OBJECT in (text := bytes(item))]
    learned = tuple(dict.fromkeys((*names, *(name for name, _ in found))))
    if len(learned) <= _MOST_FIELDS and (names or len(_HOLDING) < _MOST_KINDS):
        _HOLDING[kind] = learned
    return found


@lru_cache(maxsize=4096)
def _some(names: tuple[str, ...]) -> Callable[[bytes], dict[str, bytes]]:
    """Gives the exact bytes of those of some fields that a JSON object has."""
    attributes = {f"f{number}": name for number, name in enumerate(names)}
    fields: list[Any] = [(attribute, Raw, Raw()) for attribute in attributes]
    decode = msgspec.json.Decoder(msgspec.defstruct("Some", fields, rename=attributes, gc=False)).decode

    def given(value: bytes) -> dict[str, bytes]:
        found = zip(names, map(bytes, msgspec.structs.astuple(decode(value))), strict=True)
        return {name: text for name, text in found if text}

    return given


@cache
def _decoder(shape: str) -> msgspec.json.Decoder[Any]:
    """Of the exact bytes of the object in a document of a shape."""
    *outer, last = OBJECT_AT[shape] or (None,)
    kind: Any = msgspec.defstruct("At", [(last, Raw, Raw())]) if last else Raw
    for name in reversed(outer):
        kind = msgspec.defstruct("At", [(name, kind | None, None)])
    return msgspec.json.Decoder(kind)


def _subject(raw: bytes, shape: str | None) -> bytes | None:
    """The exact bytes of the object that a record is about."""
    if shape is None or shape not in OBJECT_AT:
        return None
    found = _decoder(shape).decode(raw)
    for name in OBJECT_AT[shape]:
        found = getattr(found, name, None)
    return bytes(found) if found else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
