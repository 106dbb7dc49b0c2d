"""What a run does, in the few parts that grow each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.catalog import all_tables
from pipelines.table import Table

OPENING = "opening"
"""Before the first table: imports, the engine's start, listing raw files, looking for what waits."""

RELEASING = "releasing"
"""After the last one: files put in order, checkpoints, the release."""

BRONZE, SILVER, HISTORIES, QUARANTINE = "bronze", "silver", "histories", "quarantine"
FEATURES, GOLD, AUDIT, DRIFT = "features", "gold", "audit", "drift"

STAGES = (OPENING, BRONZE, SILVER, HISTORIES, QUARANTINE, FEATURES, GOLD, AUDIT, DRIFT, RELEASING)
"""In the order of a run."""

_BY_KIND = {
    "records": BRONZE,
    "files": BRONZE,
    "objects": SILVER,
    "history": HISTORIES,
    "refusals": QUARANTINE,
    "audit": AUDIT,
    "drift": DRIFT,
}


def stage_of(table: Table) -> str:
    """The stage that a table is a part of."""
    made = FEATURES if table.short_name.startswith("features_") else GOLD
    return _BY_KIND.get(table.kind, made)


def stages() -> Mapping[str, str]:
    """The stage of each table, and of what a run does beside its tables."""
    return {OPENING: OPENING, RELEASING: RELEASING, **{n: stage_of(t) for n, t in all_tables().items()}}


def by_stage(figures: Mapping[str, float]) -> dict[str, float]:
    """Figures of tables added up by stage. What was not measured is 0: a table had nothing to do."""
    of = stages()
    found = dict.fromkeys(STAGES, 0.0)
    for name, figure in figures.items():
        found[of[name]] += figure
    return found


def total(figures: Iterable[Mapping[str, float]], name: str) -> float:
    """One figure of several tables, added up."""
    return sum(one[name] for one in figures)
