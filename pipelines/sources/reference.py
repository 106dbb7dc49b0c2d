"""What is known of a source's records: every field with the kinds of JSON value that it may hold.

Drift is measured against this and not against what was seen before: so the same record is drift or not, whatever
came before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from pipelines.table import steps

EVENT = "event"
"""Type under which the fields around an object are listed."""

KINDS = ("string", "integer", "number", "boolean", "object", "list", "map", "any")
"""JSON kinds of value. ``map`` is an object whose fields are not listed, ``any`` is anything; null is not listed."""


@dataclass(frozen=True)
class Node:
    """What is known of a field.

    Attributes:
        kinds: of the values that it may hold, of :data:`KINDS`.
        always: it is there, and not null, in every object that it belongs to.
        children: of an object its fields, of a list its items as ``[]``.
        values: the texts that it may hold, where they are listed.
        expandable: it holds an id, in whose place the API can put the whole object.
    """

    kinds: tuple[str, ...] = ("any",)
    always: bool = False
    children: dict[str, Node] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    expandable: bool = False

    def but(self, **changes: object) -> Node:
        """The same with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Fields:
    """What is known of the records of a source, by type of object."""

    types: Mapping[str, Node]


def merged(one: Node, other: Node) -> Node:
    """What two descriptions of one field know together; it is always there only if both say so."""
    kinds = {*one.kinds, *other.kinds}
    if "any" in kinds:
        return Node(always=one.always and other.always)
    if "map" in kinds:
        kinds.discard("object")
    children = {name: child.but(always=False) for name, child in {**other.children, **one.children}.items()}
    for name in one.children.keys() & other.children.keys():
        children[name] = merged(one.children[name], other.children[name])
    listed = {n.values for n in (one, other) if n.values}
    texts = [n for n in (one, other) if "string" in n.kinds]
    return Node(
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        always=one.always and other.always,
        children={} if "map" in kinds and "list" not in kinds else children,
        values=tuple(sorted({v for values in listed for v in values})) if texts else (),
        expandable=one.expandable or other.expandable,
    )


def dump(fields: Fields) -> str:
    """As text: a line for each field, ``path kinds``, marked ``always`` or ``expandable``, then its values."""
    lines = [_HEAD]
    for name, node in fields.types.items():
        lines.append(f"{name}:")
        lines += [f"  {line}" for line in _lines("", node)]
    return "\n".join(lines) + "\n"


_HEAD = "# Fields of Stripe's objects. Written by `make reference` from the releases of Stripe's SDK that it names."


def _lines(place: str, node: Node) -> Iterator[str]:
    for name, child in sorted(node.children.items()):
        at = f"{place}[]" if name == "[]" else f"{place}.{name}" if place else name
        marks = [mark for mark in ("always", "expandable") if getattr(child, mark)]
        values = ["=", *child.values] if child.values else []
        yield " ".join([at, "|".join(child.kinds), *marks, *values])
        yield from _lines(at, child)


def parse(text: str) -> Fields:
    """The inverse of :func:`dump`."""
    types: dict[str, Node] = {}
    for line in text.splitlines():
        if line.endswith(":") and not line.startswith((" ", "#")):
            root = types[line[:-1]] = Node(("object",), always=True)
        elif line.startswith("  "):
            described, _, listed = line.partition(" = ")
            path, kinds, *marks = described.split()
            values = tuple(listed.split())
            node = Node(tuple(kinds.split("|")), "always" in marks, {}, values, "expandable" in marks)
            *above, name = steps(path)
            parent = root
            for step in above:
                parent = parent.children[step]
            parent.children[name] = node
    return Fields(types)


@cache
def stripe_fields() -> Fields:
    """What is known of Stripe's records."""
    return parse(stripe_text())


@cache
def stripe_text() -> str:
    """The reference as it is shipped."""
    return files("pipelines.sources").joinpath("stripe_fields.txt").read_text("utf-8")
