"""The benchmark of layouts compares like with like: whatever the layout, the same rows are written and merged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from benchmarks.layouts import LAYOUTS, STEPS, Batches, Embedded, make, measured

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = 300
DAYS = 10


def test_every_layout_holds_the_same_rows(tmp_path: Path, spark: SparkSession) -> None:
    batches = Batches(tmp_path, ROWS, DAYS)
    make(tmp_path / "staged", ROWS, DAYS)
    seen = {}
    for number, layout in enumerate(LAYOUTS):
        uri = tmp_path / str(number)
        steps = dict(measured(Embedded(spark), layout, batches, uri, rounds=2))
        assert tuple(steps) == STEPS
        rows = DeltaTable(str(uri)).to_pyarrow_table().sort_by("charge_id")
        seen[layout.title] = rows.select(sorted(rows.column_names))
    first = next(iter(seen.values()))
    assert len(first) == ROWS + 2 * ROWS // DAYS
    assert all(rows.equals(first) for rows in seen.values())
