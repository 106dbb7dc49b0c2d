"""What a record says of itself: which event or object it is, whose, when it happened and when it was known."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pipelines.base.times import EARLIEST, LATEST
from pipelines.bronze.reading.wire import (
    EVENT,
    THIN_EVENT,
    Data,
    Envelope,
    Fault,
    Related,
    Subject,
    Wire,
    inside,
    raw_at,
    whole_number,
)
from pipelines.sources.shapes import EVENT_AT, THIN

_EPOCH = datetime.fromtimestamp(0, UTC)


class Facts(NamedTuple):
    """What a record says of itself. The fields are columns of bronze.records; times are microseconds."""

    shape: str | None = None
    event_id: str | None = None
    event_type: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    account: str | None = None
    occurred_at: int | None = None
    known_at: int | None = None
    api_version: str | None = None
    livemode: bool | None = None
    version_id: str | None = None
    inside: str | None = None
    drift: str | None = None
    fault: str | None = None
    masked_count: int = 0
    has_more: bool | None = None


def described(record: Envelope, raw: bytes, account: str, known: int) -> Facts:
    """What a record says of itself.

    Args:
        record: as it was read.
        raw: its bytes.
        account: of a record that names none.
        known: when its file was last written, in microseconds since 1970.

    Raises:
        Fault: it says too little to be of use.
    """
    if (found := record.delivered) is not None:
        return _event(found.event, found.shape, raw, _delivered(found.time), account)
    if record.object in (EVENT, THIN_EVENT):
        return _event(record, "event", raw, None, account)
    return _object(record, raw, account, known)


def _event(event: Wire | Data, shape: str, raw: bytes, delivered: int | None, account: str) -> Facts:
    is_thin = event.object == THIN_EVENT
    subject = event.data.object if event.data else None
    if not is_thin and not isinstance(subject, Subject):
        raise _lacking(raw, shape, ("data", "object"), "an object")
    if not event.id:
        raise _lacking(raw, shape, ("id",), "a text")
    occurred = _moment(event.created, "created") if is_thin else _time(whole_number(event.created))
    if occurred is None:
        raise _lacking(
            raw, shape, ("created",), "a time of ISO 8601" if is_thin else "a whole number of seconds"
        )
    if isinstance(subject, Subject):
        object_type, object_id = subject.object, _name(subject, event.id)
    else:
        related = event.related_object or Related()
        object_type, object_id = related.type, related.id
    return Facts(
        THIN if is_thin else shape,
        event.id,
        event.type or None,
        object_type or None,
        object_id or None,
        event.account or event.user_id or (event.context if is_thin else None) or account,
        occurred,
        occurred if delivered is None else delivered,
        event.api_version or None,
        event.livemode,
        event.id,
    )


def _lacking(raw: bytes, shape: str, place: tuple[str, ...], expected: str) -> Fault:
    """What is wrong with a field that an event must have: it may be there and be of no use."""
    name, value = ".".join(place), raw_at(raw, (*EVENT_AT[shape], *place))
    if value in (None, b"null"):
        return Fault(f"an event without {name}")
    wrong = "empty" if value == b'""' else f"not {expected}"
    return Fault(f"an event whose {name} is {wrong}")


def _object(record: Wire, raw: bytes, account: str, known: int) -> Facts:
    is_wrapped = isinstance(record.object, Subject)
    subject = inside(raw) if is_wrapped else record
    if not subject.object or not isinstance(subject.object, str):
        raise Fault("neither an event nor an object: it has no text 'object'")
    return Facts(
        shape="wrapped" if is_wrapped else "object",
        object_type=subject.object,
        object_id=_name(subject, digest(raw)),
        account=(subject.account if subject.object == "capability" else None) or account,
        occurred_at=_time(whole_number(subject.created)),
        known_at=known,
        livemode=subject.livemode,
        version_id=digest(raw),
    )


def _name(subject: Subject | Wire, version_id: str) -> str | None:
    """The id of an object. A balance has none: each is named after what told it."""
    return subject.id or (version_id if subject.object == "balance" else None)


def digest(raw: bytes) -> str:
    """Identity of a version that no event names: the same bytes are the same version."""
    return "sha_" + hashlib.sha256(raw).hexdigest()[:24]


def _time(seconds: int | None, name: str = "created") -> int | None:
    """Seconds in a record, as the microseconds that Arrow stores."""
    if seconds is None:
        return None
    if not EARLIEST <= seconds < LATEST:
        raise Fault(f"{name} lies outside the years 1970 to 2199")
    return seconds * 1_000_000


def _delivered(value: str | None) -> int | None:
    """When an envelope was delivered."""
    return _moment(value, "time")


def _moment(value: float | str | None, name: str) -> int | None:
    """A time of ISO 8601 in a record, UTC where it names no zone; None where it is none."""
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return None
    moment = micros(found if found.tzinfo else found.replace(tzinfo=UTC))
    _time(moment // 1_000_000, name)
    return moment


def micros(moment: datetime) -> int:
    """Microseconds since 1970, as Arrow stores a time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
