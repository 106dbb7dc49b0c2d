"""How gold tables are declared to be made."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.catalog import all_tables, inputs, tables_of
from pipelines.gold.payments import payments_daily
from pipelines.gold.shared.recipe import Added, ByDay, Whole, recipe
from pipelines.table import Table

GOLD = pytest.mark.parametrize("table", tables_of("gold"), ids=lambda table: table.short_name)


@GOLD
def test_a_recipe_is_of_the_table_beside_it_and_made_from_tables_before_it(table: Table) -> None:
    how, order = recipe(table.name), list(all_tables())
    assert how.table is table
    assert isinstance(how, Added | ByDay | Whole) == (table.kind == "made")
    assert inputs(table) == how.inputs
    assert all(order.index(source) < order.index(table.name) for source in how.inputs)


def test_a_misspelt_function_is_told_where_it_is_declared() -> None:
    misspelt: dict[str, Any] = {"date": payments_daily.dates, "build": payments_daily.build}
    with pytest.raises(TypeError, match="'date'"):
        ByDay(payments_daily.TABLE, inputs=payments_daily.INPUTS, **misspelt)
