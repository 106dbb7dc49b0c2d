"""What gold says of a person's cards, networks and documents: made anew from silver, from which the person is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.delta.commits import Replace
from pipelines.flow.gold import refresh_gold
from pipelines.flow.moving import Change, put
from pipelines.flow.verdict import accept_all
from pipelines.gold.features import features_payments
from pipelines.gold.shared.recipe import Added, Renewed, recipe

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def _identifying(table: Table) -> list[str]:
    """Columns that tell payments of one person from those of others, and that an erasure leaves out of silver."""
    return [column.name for column in table.columns if column.identifies]


def tables(lake: Lakehouse, rewritten: Mapping[str, int]) -> list[str]:
    """Gold tables that hold such a column, or rows that stay as they were, where they are made from what was rewritten;
    and what is made from them, in order."""
    found: list[str] = []
    changed = {name for name, rows in rewritten.items() if rows}
    for table in lake.tables.values():
        if table.layer == "gold" and lake.exists(table.name):
            how = recipe(table.name)
            reads = (isinstance(how, Renewed) or _identifying(table)) and not changed.isdisjoint(how.inputs)
            found += [table.name] if reads or not set(found).isdisjoint(how.inputs) else []
    return found


def make_anew(lake: Lakehouse, name: str) -> None:
    """Make one of these tables anew.

    Scores stay as they were given: of them only what identifies is taken away where the features have it no more.
    """
    table = lake.declaration(name)
    if isinstance(recipe(name), Added):
        _without_person(lake, table)
    else:
        refresh_gold(lake, table, accept_all, full=True)


def _without_person(lake: Lakehouse, table: Table) -> None:
    key, gone = ["account", "charge_id"], _identifying(table)
    left = lake.table(features_payments.TABLE.name).select(*key, *gone)
    rows = lake.table(table.name).drop(*gone).join(left, key, "left")
    note = lake.note(table.name)
    change = Change(table, "without-person", rows.select(*table.column_names), Replace(), note=lambda: note)
    put(lake, change)
