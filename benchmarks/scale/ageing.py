"""Make a lakehouse look as if it had been written to many times: logs, releases and all, but no rows.

A table gets commits that repeat its latest note and change nothing, such as a run makes that found nothing for it.
They are written as delta-rs writes them, with a checkpoint where a writer of Vermeil leaves the last one; earlier
checkpoints, one in fifty files, are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable

from pipelines.delta import releases
from pipelines.delta.log import CHECKPOINT_EVERY, FOLDER, DeltaLog


def age(lakehouse: Path, commits: int) -> int:
    """Give every table at least so many versions, and the lakehouse as many releases more.

    Returns:
        How many commits were added.
    """
    added = sum(lengthen(table, commits) for table in tables(lakehouse))
    versions = {f"{t.parent.name}.{t.name}": DeltaTable(str(t)).version() for t in tables(lakehouse)}
    for _ in range(commits):
        releases.make(str(lakehouse), "vermeil run", versions, datetime.now(UTC))
    return added


def tables(lakehouse: Path) -> Iterator[Path]:
    """Folders of the Delta tables of a lakehouse."""
    return (log.parent for log in sorted(lakehouse.glob(f"*/*/{FOLDER}")))


def lengthen(table: Path, commits: int) -> int:
    """Give a table at least so many versions; returns how many were added."""
    log = table / FOLDER
    first = DeltaTable(str(table)).version() + 1
    [entry] = DeltaTable(str(table)).history(1)
    text = json.dumps(
        {"commitInfo": {k: v for k, v in entry.items() if k != "version"} | {"operation": "WRITE"}}
    )
    last = commits // CHECKPOINT_EVERY * CHECKPOINT_EVERY - 1
    for version in range(first, commits):
        (log / f"{version:020d}.json").write_text(text + "\n", encoding="utf-8")
        if version == last:
            DeltaLog({}).checkpoint(str(table))
    return max(0, commits - first)
