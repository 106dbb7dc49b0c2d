"""What a table reads of a record's payload: the object in it, parsed once, with the paths that the columns name."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from pyspark.sql import functions as F  # noqa: N812

from pipelines.silver.shared import within
from pipelines.sources.shapes import OBJECT_AT
from pipelines.table import Table, steps

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression

Shapes: TypeAlias = Collection[str] | None
"""Shapes that records have; None for any."""


def wire(table: Table, shapes: Shapes = None) -> Expression:
    """The object in a record's payload, wherever its shape has it, parsed with the paths of the table.

    Each shape is another way to parse that an engine plans, with all paths.
    """
    schema = wire_schema(table)
    found: Expression | None = None
    for shape, place in OBJECT_AT.items():
        if shapes is None or shape in shapes or (shape == "object" and within.SHAPE in shapes):
            kind = reduce(lambda inner, name: f"struct<{name}: {inner}>", reversed(place), schema)
            object_ = reduce(lambda value, name: value[name], place, F.from_json("payload", kind))
            here = (
                F.col("shape").isin("object", within.SHAPE) if shape == "object" else F.col("shape") == shape
            )
            found = object_ if found is None else F.when(here, object_).otherwise(found)
    return F.from_json("payload", schema) if found is None else found


def wire_schema(table: Table) -> str:
    """The part of the source's record that a table reads, as a Spark type. All leaves are strings.

    A string leaf keeps a value of any type, so a wrong one can be told from a missing one, and an expandable
    field is one column whether it holds an id or the whole object.

    Raises:
        ValueError: one path of the table ends where another goes on, or one sees a list where another does not.
    """
    tree: dict[str, Any] = {}
    for column in table.read:
        for path in column.paths:
            _plant(tree, path, table)
    return _type(tree)


def at(path: str) -> Expression:
    """The value at a path of the parsed object."""
    return reduce(lambda value, step: value[0] if step == "[]" else value[step], steps(path), F.col("wire"))


def _plant(tree: dict[str, Any], path: str, table: Table) -> None:
    names = steps(path)
    for name, below in pairwise(names):
        node = tree.setdefault(name, {})
        if node is None or (node and ("[]" in node) != (below == "[]")):
            raise ValueError(
                f"table {table.name}: another path ends at {name!r} of {path!r}, or sees no list there"
            )
        tree = node
    if tree.setdefault(names[-1], None) is not None:
        raise ValueError(f"table {table.name}: another path goes on from where {path!r} ends")


def _type(tree: dict[str, Any] | None) -> str:
    if tree is None:
        return "string"
    if "[]" in tree:
        return f"array<{_type(tree['[]'])}>"
    return "struct<" + ", ".join(f"`{name}`: {_type(below)}" for name, below in tree.items()) + ">"
