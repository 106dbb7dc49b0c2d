"""The fields of a row as bronze keeps it, each as a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import msgspec
from msgspec import Raw

from pipelines.sources.fields import Condition, Zone

Row: TypeAlias = Mapping[str, str | None]
Text: TypeAlias = Callable[[Row, str], str | None]
"""The text of a field of a row; see :func:`reader`."""


def decode_flat(payload: str) -> Row:
    """A row whose fields hold texts."""
    return _FLAT.decode(payload)


_FLAT = msgspec.json.Decoder(dict[str, str | None])
_FIELDS = msgspec.json.Decoder(dict[str, Raw])


def decode_nested(payload: str) -> Row:
    """A row whose fields hold whatever JSON has."""
    return _Nested(payload.encode())


class _Nested(Mapping[str, str | None]):
    """The fields of a JSON object: numbers as they are written, and dotted names for what lies deeper."""

    def __init__(self, raw: bytes | Raw) -> None:
        self._fields = _FIELDS.decode(raw)

    def __getitem__(self, name: str) -> str | None:
        if name in self._fields:
            return _as_text(self._fields[name])
        above, _, below = name.partition(".")
        if below and above in self._fields and bytes(self._fields[above]).lstrip()[:1] == b"{":
            return _Nested(self._fields[above])[below]
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _as_text(raw: Raw) -> str | None:
    text = bytes(raw).strip().decode()
    if text == "null":
        return None
    return str(msgspec.json.decode(text)) if text.startswith('"') else text


def reader(empty: frozenset[str]) -> Text:
    """Gives a field without the white space around it; None where it means no value."""

    def text(row: Row, field: str) -> str | None:
        found = row.get(field)
        if not found or not (found := found.strip()) or found in empty:
            return None
        return found

    return text


def holds(condition: Condition, row: Row, text: Text) -> bool:
    """Whether a row meets a condition."""
    found = text(row, condition.field)
    if condition.empty is not None:
        return (found is None) == condition.empty
    if condition.is_in is not None:
        return (found or "") in condition.is_in
    return (found or "") not in (condition.not_in or ())


def zone_name(given: Zone, row: Row, text: Text) -> str | None:
    """The time zone of a row's times."""
    return given.constant or text(row, given.field or "")
