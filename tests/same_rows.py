"""When two lakehouses hold the same: which columns count, and which only say how the files came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from pipelines.upkeep.comparison.left_out import PLACES

BOOKKEEPING = frozenset({"ingest_id", "digest"})
"""Those of the product's MADE that may differ between two deliveries of the same files. The rest is held as well."""


def tables_at(lakehouse: Path) -> dict[str, Path]:
    """The Delta tables of a lakehouse by name, whether or not anything declares them."""
    logs = sorted(lakehouse.glob("*/*/_delta_log"))
    return {f"{log.parts[-3]}.{log.parts[-2]}": log.parent for log in logs}


def rows_at(folder: Path, without: Iterable[str] = BOOKKEEPING) -> Counter[str]:
    """The rows of a table as text, each with how often it is there. Read by delta-rs alone, without any engine."""
    table = DeltaTable(folder)
    kept = [name for name in table.to_pyarrow_dataset().schema.names if name not in set(without)]
    rows: list[dict[str, Any]] = table.to_pyarrow_table(columns=kept).to_pylist()
    return Counter(repr(sorted(row.items())) for row in rows)


def differing(one: Path, other: Path, without: Collection[str] = BOOKKEEPING) -> list[str]:
    """Tables whose rows are not the same in two lakehouses; one that is missing differs."""
    ours, theirs = tables_at(one), tables_at(other)
    return [
        name
        for name in sorted({*ours, *theirs})
        if name not in ours
        or name not in theirs
        or rows_at(ours[name], without) != rows_at(theirs[name], without)
    ]


def differing_answers(one: Path, other: Path) -> list[str]:
    """Tables of silver and gold that do not hold the same where the same records stood in other files.

    What is about places is left out, and so is how often something was refused: what came twice is refused twice.
    """
    ours, theirs = answers_at(one), answers_at(other)
    return [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]


def answers_at(lakehouse: Path) -> dict[str, Collection[str]]:
    """The rows of silver and gold without their places. gold.audit is about files, and balances or does not."""
    found: dict[str, Collection[str]] = {}
    for name, folder in tables_at(lakehouse).items():
        if name.startswith(("silver.", "gold.")) and name != "gold.audit":
            rows = rows_at(folder, {*BOOKKEEPING, *PLACES})
            found[name] = set(rows) if name == "silver.quarantine" else rows
    return found
