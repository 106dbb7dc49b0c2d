"""Of what lies in a staging folder, what counts is what an engine reads from it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.delta import footers


def test_what_a_task_left_that_was_given_up_is_not_counted(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "part-0.parquet")
    attempt = tmp_path / "_temporary" / "0" / "_temporary" / "attempt_1"
    attempt.mkdir(parents=True)
    (attempt / "part-1.parquet").write_bytes(b"PAR1 and half of the rows")
    assert footers.row_counts(footers.committed_files(str(tmp_path)), None) == (2, 0)
    assert footers.bounds(str(tmp_path), ["a"]) == {"a": (1, 2)}
