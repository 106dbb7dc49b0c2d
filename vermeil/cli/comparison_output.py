"""How ``vermeil compare`` prints what it found."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rich.markup import escape

from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.upkeep.comparison import Comparison
    from pipelines.upkeep.comparison.lakehouses import TableDifference
    from pipelines.upkeep.comparison.tables import Example

COLUMNS = 5
"""Differing columns of a table that are named in a line."""


def compared(found: Comparison, *, as_json: bool) -> None:
    """What differs between two lakehouses, table by table, and in the end whether anything does."""
    if as_json:
        print_json(found.as_json())
        return
    OUT.print(f"A  {escape(found.a)}\nB  {escape(found.b)}", soft_wrap=True)
    table = table_of("table", ">rows in A", ">rows in B", ">differing rows", "differing columns")
    for one in found.tables:
        differing = f"[red]{one.differing_rows:,}[/]" if one.differs else "0"
        table.add_row(one.table, _count(one.rows_a), _count(one.rows_b), differing, _columns(one))
    OUT.print(table)
    _examples(found)
    _notes(found)
    if found.left_out:
        OUT.print(
            f"Left out: {', '.join(found.left_out)}; --all-columns compares them as well.", soft_wrap=True
        )
    colour = "red" if found.count else "green"
    where = f"{len(found.differing):,} of {len(found.tables):,}" if found.count else f"{len(found.tables):,}"
    OUT.print(f"[{colour}]{found.count:,} differences in {where} tables[/].")


def _count(rows: int | None) -> str:
    return "none" if rows is None else f"{rows:,}"


def _columns(one: TableDifference) -> str:
    counted = [f"{name} {count:,}" for name, count in one.columns.items()]
    more = [f"{len(counted) - COLUMNS:,} more"] if len(counted) > COLUMNS else []
    lone = [f"only in {side} {count:,}" for side, count in (("A", one.only_a), ("B", one.only_b)) if count]
    return ", ".join([*counted[:COLUMNS], *more, *lone])


def _examples(found: Comparison) -> None:
    for one in found.tables:
        for example in one.examples:
            OUT.print(f"[red]{one.table}[/]: {escape(_example(example))}", soft_wrap=True)


def _notes(found: Comparison) -> None:
    """What holds of many tables is said once."""
    tables = defaultdict(list)
    for one in found.tables:
        for note in one.notes:
            tables[note].append(one.table)
    for note, names in tables.items():
        OUT.print(f"[yellow]note[/] {escape(note)}: {', '.join(names)}", soft_wrap=True)


def _example(found: Example) -> str:
    if found.column is None:
        return f"{found.key}: {'only in A' if found.is_in_a else 'only in B'}"
    return f"{found.key}: {found.column} is {found.a} in A, {found.b} in B"
