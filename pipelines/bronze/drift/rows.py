"""Whether a mapped source's rows have the fields that its mapping reads, and no others than those it names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import Raw

from pipelines.bronze.drift.differences import MOST, Finding, dump, shown, sketch

ROW = "row"
"""Stands for the type of object, which rows do not have."""


class RowDetector:
    """Compares rows with the fields of a mapping.

    Args:
        always: names of the fields that every row has.
        known: names of all fields that a row may have; None where a mapping does not say.
    """

    def __init__(self, always: Iterable[str], known: Collection[str] | None) -> None:
        self._always = tuple(dict.fromkeys(always))
        self._known = None if known is None else frozenset((*known, *self._always))
        names = [*self._always, *sorted((self._known or frozenset()) - set(self._always))]
        fields: list[Any] = [
            (f"f{n}", Raw) if name in self._always else (f"f{n}", Raw, None) for n, name in enumerate(names)
        ]
        kind = msgspec.defstruct(
            "Row",
            fields,
            rename={f"f{n}": name for n, name in enumerate(names)},
            forbid_unknown_fields=self._known is not None,
            gc=False,
        )
        self._fits = msgspec.json.Decoder(kind).decode

    def drift(
        self, shape: str | None, object_type: str | None, api_version: str | None, raw: bytes
    ) -> str | None:
        """The differences of a row as a JSON list of objects; None where there are none."""
        del shape, object_type, api_version
        try:
            self._fits(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return dump(self._differences(raw))
        return None

    def _differences(self, raw: bytes) -> list[Finding]:
        try:
            row = msgspec.json.decode(raw, type=dict[str, Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return []
        missing = [
            Finding(ROW, name, "missing_field", example="not there")
            for name in self._always
            if name not in row
        ]
        new = [] if self._known is None else [name for name in row if name not in self._known]
        found = {
            shown(name): Finding(ROW, shown(name), "new_field", example=_sketch(row[name])) for name in new
        }
        return [*missing, *found.values()][:MOST]


def _sketch(value: Raw) -> str:
    try:
        return sketch(msgspec.json.decode(value))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
