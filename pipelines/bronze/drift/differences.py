"""The differences between a record and what is known of its type, as findings that name no personal value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from pipelines.sources.known import Known
from pipelines.sources.reference import EVENT

Kind = Literal[
    "new_field",
    "missing_field",
    "type_changed",
    "expanded_field",
    "unknown_value",
    "new_api_version",
    "too_much",
]
"""How a record differs. ``too_much`` says that it has more than :data:`MOST` differences; the others are not listed."""

MOST = 40
"""Differences of one record that are listed."""


@dataclass(frozen=True)
class Finding:
    """One difference. Together, all but ``example`` and ``hint`` say what it is.

    Attributes:
        type: of object; ``event`` for what stands around the object.
        path: of the field; of an unlike name only ``*`` is shown.
        kind: of difference.
        found: what is there instead: a JSON kind or a value; empty where that is not the point.
        example: kind and size of the value, never the value.
        hint: what may have happened.
    """

    type: str
    path: str
    kind: Kind
    found: str = ""
    example: str = ""
    hint: str = ""


class Walk:
    """Lists the differences of one record, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], Finding] = {}
        self._type = EVENT
        self._missing = True

    @property
    def findings(self) -> list[Finding]:
        """What was found so far."""
        return list(self._found.values())

    def begin(self, name: str, *, missing: bool) -> Walk:
        """Go on with an object of another type; ``missing`` says whether fields are missed in it."""
        self._type, self._missing = name, missing
        return self

    def fields(self, known: Known, given: dict[str, Any], path: str) -> None:
        """Compare the fields of an object that sits at a path."""
        for name, value in given.items():
            if len(self._found) > MOST:
                return
            child = known.children.get(name)
            at = f"{path}.{shown(name)}" if path else shown(name)
            if child is None:
                self._add("new_field", at, example=sketch(value), hint=_hint(known, given, name, value))
            elif value is not None:
                self._value(child, value, at)
        if self._missing:
            self._missed(known, given, path)

    def _missed(self, known: Known, given: dict[str, Any], path: str) -> None:
        for name, child in known.children.items():
            if child.required and given.get(name) is None:
                at = f"{path}.{name}" if path else name
                self._add("missing_field", at, example="null" if name in given else "not there")

    def _value(self, known: Known, value: Any, path: str) -> None:
        kind = kind_of(value)
        if "any" in known.kinds or (kind == "object" and "map" in known.kinds):
            return
        if kind == "object" and known.expandable:
            self._add("expanded_field", path, "object", sketch(value))
        elif kind not in known.kinds and not (kind == "integer" and "number" in known.kinds):
            self._add("type_changed", path, kind, sketch(value), f"known as {_listed(known.kinds)}")
        elif kind == "object":
            self.fields(known, value, path)
        elif kind == "list" and "[]" in known.children:
            self._items(known.children["[]"], value, f"{path}[]")
        elif kind == "string" and known.values and known.kinds == {"string"} and value not in known.values:
            self._unknown(path, value)

    def _items(self, known: Known, items: list[Any], path: str) -> None:
        for item in items:
            if len(self._found) > MOST:
                return
            if item is not None:
                self._value(known, item, path)

    def _unknown(self, path: str, value: str) -> None:
        kind = unknown(self._type, path)
        harmless = (
            _DATED.match(value)
            if kind == "new_api_version"
            else _VALUE.match(value) and not _DIGITS.search(value)
        )
        said = value if harmless else ""
        self._add(kind, path, said, sketch(value))

    def _add(self, kind: Kind, path: str, found: str = "", example: str = "", hint: str = "") -> None:
        if len(self._found) >= MOST:
            kind, path, found, example, hint = "too_much", "*", "", f"more than {MOST} differences", ""
        self._found.setdefault(
            (self._type, path, kind, found), Finding(self._type, path, kind, found, example, hint)
        )


def unknown(object_type: str, path: str) -> Kind:
    """What it is called that a value is not one of those listed."""
    return "new_api_version" if (object_type, path) == (EVENT, "api_version") else "unknown_value"


_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}|[A-Za-z][A-Za-z_-]{0,59}")
_VALUE = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}\Z")
_DATED = re.compile(r"20\d\d-\d\d-\d\d(\.[a-z_]{1,20})?\Z")
_DIGITS = re.compile(r"\d{5}")


@lru_cache(maxsize=4096)
def shown(name: str) -> str:
    """A field's name; ``*`` for one that looks like data: maps are keyed by ids, addresses or numbers."""
    return name if _NAME.fullmatch(name) and not _DIGITS.search(name) else "*"


def kind_of(value: Any) -> str:
    """The JSON kind of a value."""
    if isinstance(value, bool):
        return "boolean"
    return _KINDS.get(type(value), "null")


_KINDS: dict[type, str] = {str: "string", int: "integer", float: "number", dict: "object", list: "list"}


def sketch(value: Any) -> str:
    """Kind and size of a value: what may be shown of one that may be personal."""
    match value:
        case str():
            return f"string of {len(value)}"
        case list():
            inner = sorted({kind_of(item) for item in value[:100]})
            return f"list of {len(value)}" + (f": {', '.join(inner)}" if inner else "")
        case dict():
            names = sorted({shown(name) for name in value})
            more = ", …" if len(names) > 5 else ""
            return "object: " + ", ".join(names[:5]) + more if names else "object, empty"
    return kind_of(value)


def _listed(kinds: frozenset[str]) -> str:
    return " or ".join(sorted("object" if kind == "map" else kind for kind in kinds))


def _hint(known: Known, given: Mapping[str, Any], name: str, value: Any) -> str:
    """Which known field a new one may have been: one beside it that is gone, has a like name and holds the like."""
    absent = (n for n, child in known.children.items() if n not in given and _may_hold(child, value))
    close = next(iter(sorted(((likeness(n, name), n) for n in absent), reverse=True)), (0.0, ""))
    return f"looks renamed from {close[1]}" if close[0] >= 0.6 else ""


def _may_hold(known: Known, value: Any) -> bool:
    return value is None or kind_of(value) in known.kinds or "any" in known.kinds


@lru_cache(maxsize=4096)
def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1; the order of their words does not count."""
    first, second = sorted(one.split("_")), sorted(other.split("_"))
    return SequenceMatcher(None, "_".join(first), "_".join(second), autojunk=False).ratio()


def dump(findings: Iterable[Finding]) -> str | None:
    """Findings as a JSON list of objects; None where there is none."""
    listed = [{name: text for name, text in vars(found).items() if text} for found in findings]
    return json.dumps(listed, separators=(",", ":")) if listed else None
