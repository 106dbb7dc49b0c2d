"""Vermeil without its expectations: ``python -m benchmarks.unchecked HOME TABLE...``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse


def refresh(home: Path, tables: Sequence[str]) -> list[flow.Outcome]:
    """Bring some tables of a lakehouse up to date as ``vermeil run`` does, accepting every batch."""
    with Lakehouse.open(home) as lake, lake.writing():
        return list(flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=tables)))


if __name__ == "__main__":
    for outcome in refresh(Path(sys.argv[1]), sys.argv[2:]):
        print(f"{outcome.table} {outcome.status} {outcome.rows} rows {outcome.seconds:.2f} s")
