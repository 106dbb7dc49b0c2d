"""Rows of a table and sums of its money by currency, as Vermeil has them and as other readers find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

Figures: TypeAlias = Mapping[str | None, tuple[int | None, ...]]
"""By currency: the number of rows, then the sum of each column of money, in minor units."""


def money(table: Table) -> list[str]:
    """Columns of money in minor units, of which sums are whole numbers."""
    return [one.name for one in table.columns if one.name.endswith("_minor") and one.type == "bigint"]


def currency(table: Table) -> str | None:
    """The column that says which currency a row's amounts are in; None where it has none of that name."""
    return "currency" if "currency" in table.column_names else None


def own(lake: Lakehouse) -> dict[str, Figures]:
    """What Vermeil has, of every table that there is."""
    return {name: _own(lake, table) for name, table in lake.tables.items() if lake.exists(name)}


def _own(lake: Lakehouse, table: Table) -> Figures:
    by = F.col("currency") if currency(table) else F.lit(None).cast("string")
    sums = [F.sum(name).alias(name) for name in money(table)]
    rows = lake.table(table.name).groupBy(by.alias("by")).agg(F.count(F.lit(1)).alias("rows"), *sums)
    return by_currency(rows.collect())


def query(table: Table, place: str, quoted: Callable[[str], str]) -> str:
    """The same question in SQL."""
    sums = "".join(f", sum({quoted(name)})" for name in money(table))
    by = quoted("currency") if currency(table) else "cast(null as varchar(3))"
    return f"select {by}, count(*){sums} from {place}{f' group by {by}' if currency(table) else ''}"


def by_currency(rows: Iterable[Iterable[Any]]) -> dict[str | None, tuple[int | None, ...]]:
    """Answers as figures: exact, or an error; a table without a row has none."""
    return {one[0]: tuple(map(_whole, one[1:])) for row in rows if (one := list(row))[1]}


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    assert value == int(value), f"{value} is no whole number"
    return int(value)


def differences(found: Mapping[str, Figures], expected: Mapping[str, Figures]) -> Iterator[str]:
    """Tables of which something else was found, with both."""
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            yield f"{name}: {found.get(name)}, and not {expected.get(name)}"
