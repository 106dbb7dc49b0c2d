"""The long forms of conservation and of replay: one row changed in each table, and a replay cut before each commit."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.flow.audit import refresh_audit
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.upkeep.verify import verify
from tests.pipelines.test_replay import Cut, again, cut_after, homes, opened  # noqa: F401 - homes is a fixture
from tests.pipelines.test_verify import KINDS, edit_of, filled, lake, mutated  # noqa: F401 - lake is a fixture
from tests.same_rows import differing
from tests.soak.figures import Figures, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

CUT_EVERY = size_of("cut_every", 1)
"""Every how many commits a replay is cut."""


def test_one_row_of_every_table_is_named(lake: Lakehouse, figures: Figures) -> None:  # noqa: F811
    names = [
        *filled(lake, "bronze"),
        "silver.quarantine",
        *filled(lake, "silver"),
        *filled(lake, "gold"),
        "gold.audit",
    ]
    with figures.measured(
        3, "one row dropped, doubled or altered in a table, found by the deep audit"
    ) as figure:
        for name in names:
            for mutation in KINDS:
                refresh_audit(lake, accept_all)
                with mutated(lake, edit_of(lake, name, mutation)):
                    (found,) = verify(lake, only=[name]).tables
                figure.tried += 1
                figure.survived += len(found.differences) == 1


def test_a_replay_cut_before_each_commit_is_completed(
    homes: tuple[Path, Path],  # noqa: F811
    tmp_path: Path,
    spark: SparkSession,
    figures: Figures,
) -> None:
    with figures.measured(4, "a replay cut before one of its commits, and asked for again") as figure:
        home = tmp_path / "home"
        for commits in count(0, CUT_EVERY):
            figure.tried += 1
            if not is_cut(home, homes[1], commits, spark):
                figure.tried -= 1
                break
            lakehouse = opened(home, spark)
            completed = audit(lakehouse).balanced and not again(lakehouse).failed
            wrong = differing(homes[0] / "lakehouse", home / "lakehouse")
            figure.survived += completed and not wrong
            print(f"cut after {commits} commits:", *wrong or ["the same"], flush=True)


def is_cut(home: Path, wrong: Path, commits: int, spark: SparkSession) -> bool:
    """Replay in a copy of a home, cut after some commits; false where it ends before that."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(wrong, home)
    lakehouse = opened(home, spark)
    cut_after(lakehouse, commits)
    try:
        again(lakehouse)
    except Cut:
        return True
    return False
