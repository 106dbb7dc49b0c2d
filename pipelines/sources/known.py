"""What is known of a type of object: the shipped reference together with what the declared columns read of it.

The same knowledge in two forms: a tree to walk along, and a type that decodes only what has no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import Raw

from pipelines.sources.reference import Node
from pipelines.table import steps


@dataclass
class Known:
    """What is known of a field.

    Attributes:
        kinds: of JSON value that it may hold, see ``reference.KINDS``.
        children: of an object its fields, of a list its items as ``[]``.
        values: the texts that it may hold; empty where any will do.
        expandable: it holds an id, in whose place the API can put the whole object.
        required: it is there in every object that it belongs to, and some column reads it, or below it.
    """

    kinds: frozenset[str]
    children: dict[str, Known] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    expandable: bool = False
    required: bool = False


OLDER = "?"
"""Stands behind the path of another spelling: where it is not there, nothing is missing."""


def known_of(node: Node, columns: Mapping[str, Iterable[str]]) -> Known:
    """What is known of a type: the reference, and the paths and values of columns."""
    first = [steps(path) for path in columns if not path.endswith(OLDER)]
    root = _copied(node, (), {tuple(path[:n]) for path in first for n in range(1, len(path) + 1)})
    for path, values in columns.items():
        _plant(root, steps(path.removesuffix(OLDER)), frozenset(values))
    return root


def _copied(node: Node, at: tuple[str, ...], read: set[tuple[str, ...]]) -> Known:
    return Known(
        frozenset(node.kinds),
        {name: _copied(child, (*at, name), read) for name, child in node.children.items()},
        frozenset(node.values),
        node.expandable,
        node.always and at in read and at[-1] != "[]",
    )


def _plant(root: Known, path: list[str], values: frozenset[str]) -> None:
    place = root
    for depth, name in enumerate(path, start=1):
        if place.kinds & {"map", "any"}:
            return
        if name not in place.children:
            last = depth == len(path)
            place.children[name] = Known(frozenset({"any" if last else "map"}))
        place = place.children[name]
    if values and place.kinds == {"string"}:
        place.values |= values


_SCALARS: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}


def strict(known: Known, *, missing: bool, given: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """A type that accepts an object with no other fields than those known, each of its kind.

    Args:
        known: the object.
        missing: whether a required field has to be there.
        given: types of fields that are not made from what is known.
    """
    fields: list[Any] = []
    names = {}
    # In the order in which the API writes them: a field is looked for from where the one before was found.
    for number, name in enumerate(
        sorted(known.children, key=lambda name: (name not in ("id", "object"), name))
    ):
        child, attribute = known.children[name], f"f{number}"
        names[attribute] = name
        kind = given.get(name) or _type(child, missing=missing)
        fields.append((attribute, kind) if missing and child.required else (attribute, kind | None, None))
    return msgspec.defstruct(
        "Known", fields, rename=names, forbid_unknown_fields=True, gc=False, kw_only=True
    )


def _type(known: Known, *, missing: bool) -> Any:
    """The type that accepts what a field may hold; types of one kind each, since only those can be joined."""
    if "any" in known.kinds:
        return Raw
    found: list[Any] = [_SCALARS[kind] for kind in known.kinds & _SCALARS.keys()]
    if float in found and int in found:
        found.remove(int)
    if known.values and found == [str]:
        found = [Literal[tuple(sorted(known.values))]]
    if "map" in known.kinds:
        found.append(dict[str, Raw])
    elif "object" in known.kinds:
        found.append(strict(known, missing=missing))
    if "list" in known.kinds:
        item = known.children.get("[]")
        found.append(list[_type(item, missing=missing) if item else Raw])  # type: ignore[misc]
    joined = found[0]
    for other in found[1:]:
        joined |= other
    return joined
