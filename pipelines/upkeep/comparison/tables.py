"""What differs between a table and its namesake: rows by their key, and within rows, columns.

Both are read once, a few rows at a time, and of each row two numbers are kept: a hash of its key and one of all that it
holds. Where these pair off, that is all. Otherwise the rows whose numbers do not are read again and looked at
themselves, so many at a time as fit into :data:`HELD_BYTES`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.upkeep.comparison import values
from pipelines.upkeep.comparison.side import Stored
from pipelines.upkeep.comparison.values import Flags, Hashes, Kind

SHOWN = 3
"""Differing rows of a table that are named."""

HELD_BYTES = 256 << 20
"""Bytes of differing rows, about, that are held of each side at a time."""

KEYS_AT_A_TIME = 200_000

_TOKEN = re.compile("^[a-z]{2}_[0-9a-f]{6}_[0-9a-f]{32}$")

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """One difference: a cell, or a whole row that a side does not have, or has more often.

    Attributes:
        key: which row, as ``column=value``.
        column: the one that differs; None for a whole row.
        a: the value on the first side, in words; None where a whole row is not there.
        b: the same of the second.
    """

    key: str
    column: str | None
    a: str | None
    b: str | None

    @property
    def is_in_a(self) -> bool:
        """Whether the first side has it."""
        return self.a is not None


@dataclass(frozen=True)
class Layout:
    """How the rows of a table are told apart and compared.

    Attributes:
        key: columns that tell rows apart; empty where nothing does, and rows are compared as a multiset.
        kinds: how each column is compared, by name; what is left out is not in it.
        secret: columns whose values are never shown.
    """

    key: tuple[str, ...]
    kinds: Mapping[str, Kind]
    secret: frozenset[str] = frozenset()

    @property
    def telling(self) -> tuple[str, ...]:
        """Columns that find a row's counterpart: of a multiset, all that are compared exactly."""
        return self.key or tuple(name for name, kind in self.kinds.items() if not kind.startswith("number"))


@dataclass
class Differences:
    """What was found of a table; it is added to while the table is read."""

    altered: int = 0
    only_a: int = 0
    only_b: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows differ; a row that both sides have with other values is one."""
        return self.altered + self.only_a + self.only_b


@dataclass(frozen=True)
class Digests:
    """Of each row of a table the hash of its key and that of all its columns; and the size of a row in bytes."""

    keys: Hashes
    rows: Hashes
    row_bytes: float


def differences(a: Stored, b: Stored, layout: Layout) -> tuple[int, int, Differences]:
    """How many rows there are on either side, and what differs."""
    types = _types(a, b, layout)
    digests = [_digests(side, layout, types) for side in (a, b)]
    off = _unpaired(*digests)
    found = Differences()
    at_a_time = _keys_at_a_time(digests)
    for start in range(0, len(off), at_a_time):
        sought = off[start : start + at_a_time]
        of_a, of_b = (_Rows.of(side, layout, types, sought) for side in (a, b))
        _compare(of_a, of_b, layout, found)
    return len(digests[0].rows), len(digests[1].rows), found


def _types(a: Stored, b: Stored, layout: Layout) -> dict[str, pa.DataType]:
    """The type of each column, for the side that does not have it and holds null there."""
    return {field.name: field.type for field in (*b.schema, *a.schema) if field.name in layout.kinds}


def _canonical(stored: Stored, layout: Layout, types: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """The rows of a table in its layout's columns and in the types that do not depend on who wrote them."""
    present = [name for name in layout.kinds if name in stored.schema.names]
    for batch in stored.batches(present):
        nulls = {name: pa.nulls(batch.num_rows, types[name]) for name in layout.kinds if name not in present}
        arrays = [
            values.canonical(nulls[name] if name in nulls else batch.column(name), kind)
            for name, kind in layout.kinds.items()
        ]
        yield pa.RecordBatch.from_arrays(arrays, names=list(layout.kinds))


def _hashed(batch: pa.RecordBatch, layout: Layout) -> tuple[Hashes, Hashes]:
    keys, rows = (np.zeros(batch.num_rows, dtype=np.uint64) for _ in range(2))
    for name, kind in layout.kinds.items():
        array = batch.column(name)
        salted = values.salted(values.hashes(array, kind), f"{name}:{array.type}")
        rows += salted
        if name in layout.telling:
            keys += salted
    return keys, rows


def _digests(stored: Stored, layout: Layout, types: Mapping[str, pa.DataType]) -> Digests:
    keys, rows, size = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)], 0
    for batch in _canonical(stored, layout, types):
        of_keys, of_rows = _hashed(batch, layout)
        keys.append(of_keys)
        rows.append(of_rows)
        size += batch.nbytes
    joined = np.concatenate(rows)
    return Digests(np.concatenate(keys), joined, size / max(1, len(joined)))


def _keys_at_a_time(digests: Sequence[Digests]) -> int:
    row_bytes = max(1.0, *(one.row_bytes for one in digests))
    return max(1, min(KEYS_AT_A_TIME, int(HELD_BYTES / row_bytes)))


def _unpaired(a: Digests, b: Digests) -> Hashes:
    """Hashes of the keys of which one side has a row that the other does not have, or not as often."""
    keys, rows = np.concatenate([a.keys, b.keys]), np.concatenate([a.rows, b.rows])
    if not len(keys):
        return keys
    order = np.lexsort((rows, keys))
    sides = np.where(order < len(a.keys), 1, -1)
    keys, rows = keys[order], rows[order]
    starts = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])])
    return np.unique(keys[starts[np.add.reduceat(sides, starts) != 0]])


@dataclass(frozen=True)
class _Rows:
    """The rows with some keys of one side, in the order of their hashes.

    Attributes:
        table: all that was read, in any order. It is held once: what follows is about places in it.
        places: of these rows in the table.
        keys: hashes of their keys.
        rows: hashes of all that they hold.
    """

    table: pa.Table
    places: Places
    keys: Hashes
    rows: Hashes

    @classmethod
    def of(cls, stored: Stored, layout: Layout, types: Mapping[str, pa.DataType], sought: Hashes) -> _Rows:
        """The rows whose keys have one of the hashes sought, which are sorted."""
        kept, keys, rows = [], [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
        for batch in _canonical(stored, layout, types):
            of_keys, of_rows = _hashed(batch, layout)
            nearest = np.searchsorted(sought, of_keys).clip(max=len(sought) - 1)
            found = np.flatnonzero(sought[nearest] == of_keys)
            if len(found):
                kept.append(batch.take(pa.array(found)))
                keys.append(of_keys[found])
                rows.append(of_rows[found])
        all_keys, all_rows = np.concatenate(keys), np.concatenate(rows)
        order = np.lexsort((all_rows, all_keys))
        schema = kept[0].schema if kept else _canonical_schema(layout, types)
        return cls(pa.Table.from_batches(kept, schema), order, all_keys[order], all_rows[order])

    def at(self, chosen: Places | Flags) -> _Rows:
        """Some of the rows."""
        return _Rows(self.table, self.places[chosen], self.keys[chosen], self.rows[chosen])

    def column(self, name: str) -> pa.Array:
        """A column in one piece."""
        found = self.table.column(name).take(pa.array(self.places)).combine_chunks()
        return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found

    def row(self, number: int) -> dict[str, Any]:
        """One row."""
        (found,) = self.table.slice(int(self.places[number]), 1).to_pylist()
        return dict(found)


def _canonical_schema(layout: Layout, types: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema((name, values.canonical_type(types[name], kind)) for name, kind in layout.kinds.items())


def _compare(a: _Rows, b: _Rows, layout: Layout, found: Differences) -> None:
    """Add what differs between rows of the same keys."""
    a, b = a.at(~_among(a, b)), b.at(~_among(b, a))
    of_a, of_b = _numbered(a.keys), _numbered(b.keys)
    _, in_a, in_b = np.intersect1d(of_a, of_b, assume_unique=True, return_indices=True)
    _altered(a.at(in_a), b.at(in_b), layout, found)
    lone_a, lone_b = a.at(~np.isin(of_a, of_b)), b.at(~np.isin(of_b, of_a))
    found.only_a += len(lone_a.keys)
    found.only_b += len(lone_b.keys)
    _name_lone(lone_a, layout, found, "there", None)
    _name_lone(lone_b, layout, found, None, "there")


def _among(one: _Rows, other: _Rows) -> Flags:
    """Which rows have a counterpart that is the same, each counterpart counted once."""
    return np.isin(_numbered(one.keys, one.rows), _numbered(other.keys, other.rows))


def _numbered(*hashes: Hashes) -> Hashes:
    """Sorted rows told from each other: by their hashes, and by how many with the same hashes stand before each."""
    places = np.arange(len(hashes[0]))
    first = np.ones(len(places), dtype=np.bool_)
    first[1:] = np.any([one[1:] != one[:-1] for one in hashes], axis=0)
    before = places - np.maximum.accumulate(np.where(first, places, 0))
    parts = [values.salted(one, str(part)) for part, one in enumerate((*hashes, before.astype(np.uint64)))]
    found: Hashes = np.sum(parts, axis=0, dtype=np.uint64)
    return found


def _altered(a: _Rows, b: _Rows, layout: Layout, found: Differences) -> None:
    wrong = {
        name: ~values.same(a.column(name), b.column(name), kind)
        for name, kind in layout.kinds.items()
        if name not in layout.key
    }
    found.columns.update({name: int(off.sum()) for name, off in wrong.items() if off.any()})
    any_wrong = np.any(list(wrong.values()), axis=0) if wrong else np.zeros(len(a.keys), dtype=np.bool_)
    found.altered += int(any_wrong.sum())
    for place in np.flatnonzero(any_wrong)[: max(0, SHOWN - len(found.examples))]:
        one, other = (side.row(int(place)) for side in (a, b))
        for name in [name for name, off in wrong.items() if off[place]][:SHOWN]:
            found.examples.append(
                Example(
                    _named(one, layout),
                    name,
                    _shown(name, one[name], layout),
                    _shown(name, other[name], layout),
                )
            )


def _name_lone(rows: _Rows, layout: Layout, found: Differences, a: str | None, b: str | None) -> None:
    for place in range(min(len(rows.keys), max(0, SHOWN - len(found.examples)))):
        found.examples.append(Example(_named(rows.row(place), layout), None, a, b))


def _named(row: Mapping[str, Any], layout: Layout) -> str:
    return (
        ", ".join(f"{name}={_shown(name, row[name], layout)}" for name in layout.key) or "a row without a key"
    )


def _shown(name: str, value: Any, layout: Layout) -> str:
    """A value in words; of what may be personal and is no token, no more than its length."""
    if layout.kinds[name] == "presence":
        return "a token" if value else "null"
    if value is None:
        return "null"
    if name in layout.secret and not (isinstance(value, str) and _TOKEN.match(value)):
        return f"not shown ({len(value):,} long)" if isinstance(value, str | bytes) else "not shown"
    return str(value)
