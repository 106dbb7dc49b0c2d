"""What the rows of a silver table were made with, and must agree in: the key of its tokens, the order of its versions.

Two keys in one table would make two people of one; names of versions of two orders would let an older one win.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.errors import LakehouseError
from pipelines.silver.shared.order import ORDER

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

TOKEN_KEY = "token_key"
"""Name, in the note of a commit, of the id of the key."""


VERSION_ORDER = "version_order"
"""Beside it, the number of the order of versions."""


def holds_tokens(table: Table) -> bool:
    """Whether a table has personal data."""
    return any(column.personal for column in table.columns)


def key_note(lake: Lakehouse, table: Table) -> Mapping[str, Any]:
    """What a table's commits say of the key and of the order."""
    return {VERSION_ORDER: ORDER} | ({TOKEN_KEY: lake.token_key.id} if holds_tokens(table) else {})


def needs_rebuild(lake: Lakehouse, table: Table, note: Mapping[str, Any]) -> bool:
    """Whether a table, with the note of its latest commit, holds personal data from before there were tokens, or
    versions of another order.

    Raises:
        LakehouseError: its tokens were made with another key than the one that is set now.
    """
    if not note.get("watermark"):
        return False
    is_of_another_order = note.get(VERSION_ORDER) != ORDER
    if not holds_tokens(table):
        return is_of_another_order
    held = note.get(TOKEN_KEY)
    if held not in (None, lake.token_key.id):
        raise LakehouseError(_changed(lake, table, str(held)))
    return held is None or is_of_another_order


def _changed(lake: Lakehouse, table: Table, held: str) -> str:
    silver = [other for other in lake.tables.values() if other.layer == "silver" and holds_tokens(other)]
    stale = [other.name for other in silver if lake.note(other.name).get(TOKEN_KEY) == held]
    return (
        f"{table.name} holds tokens of key {held}, and the key that is set has the id {lake.token_key.id}. "
        "Set the former key again (VERMEIL_TOKEN_KEY, VERMEIL_TOKEN_KEY_FILE), or rotate: make new tokens with "
        f"vermeil run {' '.join(f'--full-refresh {name}' for name in stale)}"
    )
