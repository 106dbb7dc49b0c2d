"""What differs between a table and what it should hold, row by row, without showing any value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

Kind = Literal["missing", "unexpected", "doubled", "altered"]

SHOWN = 20
"""Rows of one table that are named."""


@dataclass(frozen=True)
class Difference:
    """A row that is not as it should be. Names things and never shows values, which may be personal.

    Attributes:
        table: where.
        kind: missing from the table, unexpected in it, doubled, or altered.
        key: which row, as ``column=value`` of the table's key.
        columns: those that differ, where the row is altered.
    """

    table: str
    kind: Kind
    key: str
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The difference in words."""
        where = f" in {', '.join(self.columns)}" if self.columns else ""
        return f"{self.table}: {self.key} is {self.kind}{where}"


@dataclass(frozen=True)
class Found:
    """What the deep audit found of one table.

    Attributes:
        table: its name.
        count: rows, or files of bronze, that are not as they should be.
        differences: the first of them.
        not_compared: why it could not be looked at, or in part; empty where it was.
    """

    table: str
    count: int = 0
    differences: tuple[Difference, ...] = ()
    not_compared: str = ""

    def after(self, before: Found | None) -> Found:
        """The same with what was found of the table before."""
        if before is None:
            return self
        together = (*before.differences, *self.differences)[:SHOWN]
        return replace(self, count=before.count + self.count, differences=together)


def compared(lake: Lakehouse, table: Table, expected: DataFrame) -> Found:
    """What is found by holding a table against the rows that it should have."""
    count, found = differences(table.name, table.key, lake.table(table.name), expected)
    return Found(table.name, count, tuple(found))


def differences(
    table: str, key: Sequence[str], there: DataFrame, expected: DataFrame, shown: int = SHOWN
) -> tuple[int, list[Difference]]:
    """How many rows differ, and the first of them by key.

    Rows are compared by a hash of each, so that what travels is small; only rows that differ are looked at whole.

    Args:
        table: name of the table.
        key: columns that tell rows apart.
        there: what the table holds.
        expected: what it should hold, with the same columns.
        shown: how many rows to name.
    """
    columns = [*dict.fromkeys([*key, *expected.columns])]
    counted = _hashed(there, key, columns, here=1).unionByName(_hashed(expected, key, columns, here=0))
    by_row = counted.groupBy(*key, "row_hash").agg(F.sum("here").alias("here"), F.sum("due").alias("due"))
    off = (
        by_row.filter("here <> due").groupBy(*key).agg(F.sum("here").alias("here"), F.sum("due").alias("due"))
    )
    found = off.count()
    if not found:
        return 0, []
    named = [row.asDict() for row in off.orderBy(*key).limit(shown).collect()]
    altered = [row for row in named if row["here"] == row["due"] == 1]
    wrong = _columns_off(key, columns, there, expected, altered) if altered else {}
    return found, [_difference(table, key, row, wrong) for row in named]


def _hashed(rows: DataFrame, key: Sequence[str], columns: Sequence[str], *, here: int) -> DataFrame:
    texts = [F.coalesce(F.col(name).cast("string"), F.lit("\0")) for name in columns]
    return rows.select(
        *key, F.xxhash64(*texts).alias("row_hash"), F.lit(here).alias("here"), F.lit(1 - here).alias("due")
    )


def _difference(
    table: str, key: Sequence[str], row: Mapping[str, Any], wrong: Mapping[str, tuple[str, ...]]
) -> Difference:
    named = _named(key, row)
    kind: Kind = "altered"
    if row["here"] > row["due"]:
        kind = "doubled" if row["due"] else "unexpected"
    elif row["here"] < row["due"]:
        kind = "missing"
    return Difference(table, kind, named, wrong.get(named, ()))


def _columns_off(
    key: Sequence[str],
    columns: Sequence[str],
    there: DataFrame,
    expected: DataFrame,
    rows: Sequence[Mapping[str, Any]],
) -> dict[str, tuple[str, ...]]:
    """The columns in which rows differ, by the name of the row."""
    sought = reduce(lambda one, other: one | other, (_is(row, key) for row in rows))
    sides = [
        {_named(key, found): found for found in map(_as_dict, side.filter(sought).select(*columns).collect())}
        for side in (there, expected)
    ]
    return {
        name: tuple(column for column in columns if sides[0][name][column] != sides[1][name][column])
        for name in sides[0].keys() & sides[1].keys()
    }


def _as_dict(row: Any) -> dict[str, Any]:
    found: dict[str, Any] = row.asDict()
    return found


def _is(row: Mapping[str, Any], key: Sequence[str]) -> Column:
    return reduce(lambda one, other: one & other, (F.col(name).eqNullSafe(F.lit(row[name])) for name in key))


def _named(key: Sequence[str], row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={row[name]}" for name in key)
