"""How tables of each kind move: a module a kind says it."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.flow import audit, drift, files, gold, history, objects, records, refusals
from pipelines.flow.way import Way
from pipelines.table import Kind, Table

WAYS: Mapping[Kind, Way] = {
    "records": records.WAY,
    "files": files.WAY,
    "refusals": refusals.WAY,
    "objects": objects.WAY,
    "history": history.WAY,
    "made": gold.WAY,
    "audit": audit.WAY,
    "drift": drift.WAY,
}


def way(table: Table) -> Way:
    """How a table moves."""
    return WAYS[table.kind]
