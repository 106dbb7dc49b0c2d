"""Times as files write them to moments: by their format, and the time zone that they, their row or the mapping name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache, partial
from typing import TypeAlias

from pipelines.sources.fields import zone
from pipelines.sources.numbers import Refused

EPOCH = datetime.fromtimestamp(0, UTC)

Parsed: TypeAlias = tuple[datetime, str | None]
"""A time, and the name of its zone where the text has one; with an offset, the time itself knows."""
Parse: TypeAlias = Callable[[str], Parsed]

_OUTSIDE = "a time outside the years 1970 to 2199"
_ISO_SECONDS = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$")
_ISO_WITH_ZONE = re.compile(
    r"(?P<local>[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9][0-9:.,]*) *"
    r"(?:(?P<offset>[+-][0-9]{2}(?::?[0-9]{2})?)|(?P<name>[A-Za-z][\w/+-]*))?"
    r"(?:\[(?P<area>[\w/+-]+)\])?\Z"
)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[/+-][A-Za-z0-9_]+)*")
_ZONE_PLACE = "\x00"
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z")
_RFC2822 = re.compile(
    r"(?:[A-Za-z]{3}, *)?(?P<day>[0-9]{1,2}) +(?P<month>[A-Za-z]{3}) +(?P<year>[0-9]{4}) +"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"(?: +(?P<zone>[+-][0-9]{4}|[A-Za-z]\w*))?(?: *\(.*\))?\Z"
)
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip
_RFC2822_ZONES = {
    "UT": "UTC", "GMT": "UTC", "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00",
    "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00",
}  # fmt: skip
"""Names that RFC 2822, 4.3, gives a meaning."""


@lru_cache(64)
def reading(
    written: str | None, later: bool, meanings: tuple[tuple[str, str], ...]
) -> Callable[[str, str | None], datetime]:
    """What reads a time, given the zone of one that does not say. All columns of one format share it.

    A row often says one time several times, and so do its neighbours: the last ones are remembered.

    Args:
        written: how a time is written; None for ISO 8601 or RFC 2822, whichever it is.
        later: whether a time of the hour that comes twice is the later one.
        meanings: time zones by the names that stand in texts.
    """
    parse, named = parser(written), dict(meanings)

    @lru_cache(64)
    def read(text: str, where: str | None) -> datetime:
        try:
            found, name = parse(text)
        except (ValueError, OverflowError):
            raise Refused("not a time as the mapping's format writes it") from None
        if found.tzinfo is not None:
            return found
        return _placed(found, _zone(name or where, named), later)

    return read


def day(text: str, written: str | None) -> datetime:
    """The day that a text names.

    Raises:
        Refused: it names none.
    """
    try:
        return parser(written)(text)[0]
    except (ValueError, OverflowError):
        raise Refused("not a day as the mapping's format writes it") from None


def parser(written: str | None) -> Parse:
    """What reads the times of a format."""
    match written:
        case None:
            return _standard
        case "iso":
            return _iso
        case "epoch":
            return partial(_since_1970, divisor=1)
        case "epoch_ms":
            return partial(_since_1970, divisor=1000)
        case "rfc2822":
            return _rfc2822
    if "%Z" in written:
        return partial(_with_zone_name, written=written.replace("%Z", _ZONE_PLACE))
    return partial(_strptime, written=written)


def _standard(text: str) -> Parsed:
    """A time as a standard writes it: none of them can be taken for the other."""
    try:
        return _iso(text)
    except ValueError:
        return _rfc2822(text)


def _iso(text: str) -> Parsed:
    """ISO 8601; a space may stand before the offset, and the zone may be named."""
    try:
        return datetime.fromisoformat(text), None
    except ValueError:
        if not (found := _ISO_WITH_ZONE.match(text)):
            raise
    return datetime.fromisoformat(found["local"] + (found["offset"] or "")), found["name"] or found["area"]


def _since_1970(text: str, divisor: int) -> Parsed:
    if not _SECONDS.match(text):
        raise ValueError(text)
    return EPOCH + timedelta(microseconds=int(Decimal(text) * (1_000_000 // divisor))), None


def _strptime(text: str, written: str) -> Parsed:
    # The standard library's parser takes ten times as long as that of its own format.
    if written == "%Y-%m-%d %H:%M:%S" and _ISO_SECONDS.match(text):
        return datetime.fromisoformat(text), None
    return datetime.strptime(text, written), None


def _with_zone_name(text: str, written: str) -> Parsed:
    """A time in whose text a name stands for its zone; the standard library knows those of this machine alone."""
    for name in reversed(list(_ZONE_NAME.finditer(text))):
        try:
            shown = text[: name.start()] + _ZONE_PLACE + text[name.end() :]
            return datetime.strptime(shown, written), name[0]
        except ValueError:
            continue
    raise ValueError(text)


def _rfc2822(text: str) -> Parsed:
    """The time of a mail's header: Sun, 01 Mar 2026 08:16:12 -0700. Months are English wherever it is read."""
    if not (found := _RFC2822.match(text)) or (month := _MONTHS.get(found["month"].lower())) is None:
        raise ValueError(text)
    numbers = (int(found[name] or 0) for name in ("day", "hour", "minute", "second"))
    day, hour, minute, second = numbers
    local = datetime(int(found["year"]), month, day, hour, minute, second)
    offset = found["zone"]
    if offset is None or offset[0].isalpha():
        return local, _RFC2822_ZONES.get(offset or "", offset)
    return datetime.fromisoformat(f"{local.isoformat()}{offset}"), None


_zone_of = lru_cache(maxsize=1024)(zone)


def _zone(name: str | None, meanings: Mapping[str, str]) -> tzinfo:
    if name is None:
        raise Refused("its time zone is missing")
    try:
        return _zone_of(meanings.get(name, name))
    except ValueError:
        raise Refused("its time zone is not known: say in timezone.values what it means") from None


def _placed(local: datetime, where: tzinfo, later: bool) -> datetime:
    """The moment of a local time. Of an hour that comes twice the earlier one is meant, or the later if so declared."""
    if where is UTC or isinstance(where, timezone):
        return local.replace(tzinfo=where)
    try:
        moment = local.replace(tzinfo=where, fold=int(later)).astimezone(UTC)
    except OverflowError:
        raise Refused(_OUTSIDE) from None
    if moment.astimezone(where).replace(tzinfo=None) != local.replace(fold=0):
        raise Refused("a local time that the clock passed over when it was put forward")
    return moment
