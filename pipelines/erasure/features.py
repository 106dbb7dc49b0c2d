"""What gold says of a person's cards and networks: made anew from silver, from which the person is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.delta.commits import Replace
from pipelines.flow.gold import refresh_gold
from pipelines.flow.moving import Change, put
from pipelines.flow.verdict import accept_all
from pipelines.gold import features_payments
from pipelines.gold.shared.recipe import Added, recipe

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

KEYS = {"card_fingerprint", "ip_address_network"}
"""Columns that tell payments of one person from those of others, and that an erasure leaves out of silver."""


def tables(lake: Lakehouse, rewritten: Mapping[str, int]) -> list[str]:
    """Gold tables that hold such a column, and what is made from them, in order; none if no payment was rewritten."""
    found: list[str] = []
    if not rewritten.get("silver.charges"):
        return found
    for table in lake.tables.values():
        if table.layer == "gold" and lake.exists(table.name):
            follows = not set(found).isdisjoint(recipe(table.name).inputs)
            found += [table.name] if follows or KEYS & set(table.column_names) else []
    return found


def make_anew(lake: Lakehouse, name: str) -> None:
    """Make one of these tables anew.

    Scores stay as they were given: of them only the card is taken away where the features have it no more.
    """
    table = lake.declaration(name)
    if isinstance(recipe(name), Added):
        _without_cards(lake, table)
    else:
        refresh_gold(lake, table, accept_all, full=True)


def _without_cards(lake: Lakehouse, table: Table) -> None:
    key = ["account", "charge_id"]
    cards = lake.table(features_payments.TABLE.name).select(*key, "card_fingerprint")
    rows = lake.table(table.name).drop("card_fingerprint").join(cards, key, "left")
    note = lake.note(table.name)
    change = Change(table, "without-cards", rows.select(*table.column_names), Replace(), note=lambda: note)
    put(lake, change)
