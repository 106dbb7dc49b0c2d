"""What a JSON document says it is: an event, an event in an envelope, an object, or a list of these.

Only the few fields that bronze needs are read; the rest of the document is checked to be JSON and skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec
import numpy as np
from msgspec import Raw, Struct

T = TypeVar("T")

MAX_DEPTH = 100
"""Levels that a record may be nested. The embedded engine reads 128, and leaves empty what it cannot read."""


class Fault(Exception):  # noqa: N818 - it is a finding, not an error
    """Why a record cannot be read. Its text never quotes the record: faults are shown where payloads are not."""


class Subject(Struct):
    """The object that an event is about."""

    object: str | None = None
    id: str | None = None


class Related(Struct):
    """The object that a thin event names."""

    id: str | None = None
    type: str | None = None


class Inner(Struct):
    """The ``data`` of an event."""

    object: Subject | None = None


class Said(Struct):
    """What an event or an object says of itself. A field of the wrong type is as good as none.

    ``created`` is in seconds since 1970, of a thin event a time of ISO 8601; ``context`` is a thin event's account.
    """

    object: str | Subject | None = None
    id: str | None = None
    type: str | None = None
    created: int | float | str | None = None
    account: str | None = None
    user_id: str | None = None  # what account was called until 2017-05-25
    api_version: str | None = None
    livemode: bool | None = None
    context: str | None = None
    related_object: Related | None = None


class Data(Said):
    """What stands in ``data``: of an event the object, of an envelope the event itself."""

    data: Inner | None = None


class Wire(Said):
    """An event or an object, or what may hold one."""

    data: Data | None = None


class Envelope(Wire):
    """An event as EventBridge or Event Grid delivers it; without their fields, the event or object itself."""

    detail_type: str | None = msgspec.field(name="detail-type", default=None)
    detail: Wire | None = None
    time: str | None = None
    event_time: str | None = msgspec.field(name="eventTime", default=None)

    @property
    def delivered(self) -> Delivered | None:
        """The event in an envelope, with how it is wrapped; None where there is none."""
        if self.detail_type is not None and self.detail is not None:
            return Delivered("eventbridge", self.detail, self.time)
        data = self.data
        if isinstance(self.object, str) or data is None or data.object not in (EVENT, THIN_EVENT):
            return None
        return Delivered("cloudevent", data, self.time or self.event_time)


class Delivered(NamedTuple):
    """An event and the envelope that it came in.

    Attributes:
        shape: of the record.
        event: what the envelope holds.
        time: when it was delivered, as the envelope says it.
    """

    shape: str
    event: Wire | Data
    time: str | None


EVENT = "event"
THIN_EVENT = "v2.core.event"
"""What an event, and a thin one, says in ``object``."""

_strict = msgspec.json.Decoder(Envelope)
_fields = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_any = msgspec.json.Decoder(Raw)


def read(raw: bytes) -> Envelope | list[bytes]:
    """A document, or the exact bytes of each item where it is a list page or an array.

    Raises:
        Fault: it is not JSON, or neither a JSON object nor a list.
    """
    try:
        if not raw.isascii():
            raw.decode("utf-8")
        found = _strict.decode(raw)
    except msgspec.ValidationError:
        return _read_leniently(raw)
    except UnicodeDecodeError as error:
        if (listed := items(raw)) is not None:
            return listed
        raise Fault(f"not UTF-8: byte 0x{raw[error.start]:02x} at column {error.start + 1}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Fault(_explained(raw, error)) from None
    if _is_too_deep(raw):
        raise Fault(TOO_DEEP)
    return found


def raw_at(raw: bytes, place: Iterable[str]) -> bytes | None:
    """The exact bytes of what a document has at a place; None where there is nothing.

    What stands beside it is not looked at: there may be a number in it that no parser takes.
    """
    found: Raw | None = Raw(raw)
    for name in place:
        fields = _or_none(found, dict[str, Raw])
        found = fields.get(name) if fields else None
    return None if found is None else bytes(found)


PAGES = ("list", "search_result")
"""What a page of the list API, or of the search API, says in ``object``."""


class Page(list[bytes]):
    """The exact bytes of each item of a page; ``has_more`` as the page says it."""

    def __init__(self, found: Iterable[bytes], has_more: bool | None) -> None:
        super().__init__(found)
        self.has_more = has_more


def items(raw: bytes) -> list[bytes] | None:
    """The exact bytes of each item of a page or an array; None for anything else, and where a name is no text.

    Raises:
        Fault: it is not JSON.
    """
    opening = raw.lstrip()[:1]
    try:
        if opening == b"[":
            return [bytes(item) for item in _list.decode(raw)]
        if opening != b"{" or not (b'"list"' in raw or b'"search_result"' in raw):
            return None
        fields = _fields.decode(raw)
        if _or_none(fields.get("object"), str) in PAGES and "data" in fields:
            return Page(map(bytes, _list.decode(fields["data"])), _or_none(fields.get("has_more"), bool))
    except (msgspec.ValidationError, UnicodeDecodeError):
        return None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Fault(_explained(raw, error)) from None
    return None


def inside(raw: bytes) -> Wire:
    """The object that stands in the ``object`` of a document, as in the ``data`` of an event by itself."""
    return _object(_fields.decode(_fields.decode(raw)["object"]), Wire)


def value_end(text: bytes, start: int) -> int | None:
    """Where the JSON value that starts at a place ends, with the white space after it; None where the text ends first.

    Raises:
        Fault: there is no JSON value, however the text goes on.
    """
    try:
        _any.decode(memoryview(text)[start:])
    except RecursionError:
        raise Fault(TOO_DEEP) from None
    except msgspec.DecodeError as error:
        if trailing := _TRAILING.search(str(error)):
            return start + int(trailing[1]) - 1  # msgspec names the byte after the one that is too many
        if str(error) == _TRUNCATED:
            return None
        raise Fault(_explained(text, error)) from None
    return len(text)


def _read_leniently(raw: bytes) -> Envelope | list[bytes]:
    """The same where some field is of another type than it should be, one field at a time."""
    if (found := items(raw)) is not None:
        return found
    if _is_too_deep(raw):
        raise Fault(TOO_DEEP)
    try:
        return _object(_fields.decode(raw), Envelope)
    except msgspec.ValidationError:
        raise Fault("not a JSON object") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Fault(_explained(raw, error)) from None


_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING, _CLOSING = b"{[", b"}]"


def _is_too_deep(raw: bytes) -> bool:
    """Whether a JSON document is nested more than :data:`MAX_DEPTH` levels. Nearly all have too few brackets for it."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    marks = np.frombuffer(_TEXTS.sub(b"", raw), dtype=np.uint8)
    steps = np.isin(marks, list(_OPENING)).astype(np.int8) - np.isin(marks, list(_CLOSING))
    return bool(steps.cumsum(dtype=np.int64).max(initial=0) > MAX_DEPTH)


def _object(fields: dict[str, Raw], kind: type[T]) -> T:
    """A struct of the fields whose type is right."""
    found: dict[str, Any] = {}
    for known in msgspec.structs.fields(kind):  # type: ignore[arg-type]
        if known.encode_name in fields:
            value = fields[known.encode_name]
            found[known.name] = _nested(value, known.type)
    return kind(**{name: value for name, value in found.items() if value is not None})


def _nested(value: Raw, kind: Any) -> Any:
    struct = next((one for one in get_args(kind) if isinstance(one, type) and issubclass(one, Struct)), None)
    inner = _or_none(value, dict[str, Raw]) if struct else None
    return _object(inner, struct) if struct and inner is not None else _or_none(value, kind)


def whole_number(value: float | str | None) -> int | None:
    """A whole number that may be written as 1050.0 or as a text; None for anything else."""
    if isinstance(value, str):
        return int(value.partition(".")[0]) if _WHOLE.match(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value


_WHOLE = re.compile(r"-?[0-9]{1,18}(?:\.0+)?\Z")


def _or_none(value: Raw | None, kind: Any) -> Any:
    try:
        return None if value is None else msgspec.json.decode(value, type=kind)
    except msgspec.ValidationError:
        return None


_PLACE = re.compile(r"^JSON is malformed: (.*) \(byte (\d+)\)$")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_TRUNCATED = "Input data was truncated"
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


def _explained(raw: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if found := _TRAILING.search(str(error)):
        return f"not JSON: something follows it at column {found[1]}"
    if found := _PLACE.match(str(error)):
        return f"not JSON: {found[1]} at column {int(found[2]) + 1}"
    return "not JSON: it ends early"
