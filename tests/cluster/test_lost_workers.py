"""On a cluster whose workers are lost, stand still or run out of memory, tables hold what the embedded engine makes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cluster.faults import MERGING, READING, ran
from tests.cluster.standalone import ON_SPARK, Cluster
from tests.engine_runs import add, done
from tests.same_rows import differing

pytestmark = [pytest.mark.engine, pytest.mark.slow, ON_SPARK]

TABLES = ("bronze.records", "silver.charges", "silver.refunds", "gold.payments_daily")
FEW = [word for table in TABLES for word in ("--only", table)]


def test_a_worker_is_lost_while_files_are_read_and_another_in_a_merge(
    cluster: Cluster, archive: Path, halves: Sequence[Sequence[Path]], tmp_path: Path
) -> None:
    home, expected = tmp_path / "home", tmp_path / "expected"
    for half, during in zip(halves, (READING, MERGING), strict=True):
        for one in (home, expected):
            add(half, archive, one / "raw")
        done("embedded", expected, "run", *FEW)
        ended, events = ran(cluster, home, FEW, during)
        assert ended.code == 0, ended.err
        assert events.removed, "no executor was lost"
        assert differing(home / "lakehouse", expected / "lakehouse") == []
