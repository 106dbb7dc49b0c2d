"""What the batches of bronze hold, as the manifest says: which of them concern a table, and how large they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pipelines.bronze import files as manifest
from pipelines.bronze import records

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.sources.source import Sources
    from pipelines.table import Table

FILES = manifest.TABLE.name

_COLUMNS = ("ingest_id", "raw_bytes", "source", "shapes", "object_types", "inside")


@dataclass(frozen=True)
class Batch:
    """A batch of bronze.

    Attributes:
        size: bytes of its records.
        shapes: of its records; None where some of its files do not say.
        types: of the objects that its records are about; None likewise.
        inside: types of the objects that stand inside those.
        sources: names of the mappings that it was read with.
    """

    size: int
    shapes: frozenset[str] | None
    types: frozenset[str] | None
    inside: frozenset[str]
    sources: frozenset[str]

    def concerns(self, table: Table, mapped: Collection[str]) -> bool:
        """Whether it may hold a record of a silver table, to which some sources are mapped."""
        return (
            self.types is None
            or not self.types.isdisjoint(table.object_types)
            or not self.inside.isdisjoint(table.object_types)
            or not self.sources.isdisjoint(mapped)
        )


_READ: WeakKeyDictionary[Lakehouse, tuple[int | None, Mapping[int, Batch]]] = WeakKeyDictionary()
"""By lakehouse, the version of the manifest that was read last and what it held: every table of a run asks for it."""


def batches(lake: Lakehouse) -> Mapping[int, Batch]:
    """All batches by number, in order."""
    version = lake.version(FILES)
    known = _READ.get(lake)
    if known is None or known[0] != version:
        known = _READ[lake] = (version, _batches(lake))
    return known[1]


def _batches(lake: Lakehouse) -> dict[int, Batch]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in lake.arrow(FILES, _COLUMNS).to_pylist():
        found.setdefault(row["ingest_id"], []).append(row)
    return {number: _batch(found[number]) for number in sorted(found)}


def check_sources(held: Mapping[int, Batch], sources: Sources) -> None:
    """Make sure that every source whose records bronze holds has its mapping.

    Raises:
        SourceError: one has none.
    """
    for name in sorted({name for batch in held.values() for name in batch.sources}):
        sources.of(name)


def newest(lake: Lakehouse) -> int:
    """The number of the newest batch; 0 before the first."""
    return int(lake.note(records.TABLE.name).get("ingest_id", 0))


def taken(lake: Lakehouse, name: str) -> int:
    """The last batch that a table of silver has taken in: its watermark; 0 before the first."""
    return int(lake.note(name).get("watermark", 0))


def concerning(
    held: Mapping[int, Batch], table: Table, sources: Sources, after: int = 0
) -> list[tuple[int, int]]:
    """The batches after a watermark that may hold records of a table or a history, each with its bytes."""
    base = table.history_of or table
    mapped = {source.source for source in sources.mapping(base.short_name)}
    return [(n, one.size) for n, one in held.items() if n > after and one.concerns(base, mapped)]


def reached(lake: Lakehouse, table: Table, held: Mapping[int, Batch]) -> int:
    """The last batch that a silver table has nothing left to take in of: its watermark, and what follows without it.

    A table makes no commit for batches that do not concern it.
    """
    last = taken(lake, table.name)
    waiting = concerning(held, table, lake.sources, last)
    return waiting[0][0] - 1 if waiting else max(newest(lake), last)


def shapes(held: Mapping[int, Batch], after: int, last: int) -> frozenset[str] | None:
    """Shapes of the records of some batches, after one, up to another; None where not all of them are known."""
    found: set[str] = set()
    for number, one in held.items():
        if after < number <= last:
            if one.shapes is None:
                return None
            found |= one.shapes
    return frozenset(found)


def types_inside(held: Mapping[int, Batch], after: int = 0, last: int | None = None) -> frozenset[str]:
    """Types of the objects that stand inside the records of some batches: after one, up to another."""
    within = (one for n, one in held.items() if after < n and (last is None or n <= last))
    return frozenset[str]().union(*(one.inside for one in within))


def types_text(types: Collection[str]) -> str:
    """Types as the manifest has them."""
    return json.dumps(sorted(types))


def _batch(rows: list[dict[str, Any]]) -> Batch:
    return Batch(
        sum(row["raw_bytes"] for row in rows),
        _known(row["shapes"] for row in rows),
        _known(row["object_types"] for row in rows),
        _types(row["inside"] for row in rows),
        frozenset(row["source"] for row in rows),
    )


def _known(texts: Iterable[str | None]) -> frozenset[str] | None:
    listed = set(texts)
    return None if None in listed else _types(listed)


def _types(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(name for text in set(texts) if text for name in json.loads(text))
