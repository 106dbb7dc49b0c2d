"""The long form of forgetting in all tables, features included: cut before its steps, and asked for again."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.upkeep.verify import verify
from tests.pipelines.erasure.test_cut import is_cut_and_completed, told
from tests.pipelines.erasure.test_forget import (  # noqa: F401 - two of them are fixtures
    forgotten,
    opened,
    taken_in,
)
from tests.soak.figures import Figures, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

CUT_EVERY = size_of("forget_every", 1)
"""Every how many steps an erasure is cut."""

TABLES = [name for name in all_tables() if name not in ("bronze.files", "gold.audit")]
"""What can be compared; the digests of the others hold the pseudonym, which is random: the deep audit looks at them."""


def test_an_erasure_from_all_tables_cut_before_its_steps_is_completed(
    taken_in: Path,  # noqa: F811
    forgotten: Path,  # noqa: F811
    tmp_path: Path,
    spark: SparkSession,
    figures: Figures,
) -> None:
    with opened(forgotten, spark) as lake:
        expected = told(lake, TABLES)
    with figures.measured(
        9, "a person forgotten in all tables, cut before a step, asked for again"
    ) as figure:
        for step in count(1, CUT_EVERY):
            shutil.copytree(taken_in, home := tmp_path / str(step))
            figure.tried += 1
            if not is_cut_and_completed(home, spark, step):
                figure.tried -= 1
                break
            with opened(home, spark) as lake:
                found = told(lake, TABLES)
                wrong = [f"{name} differs" for name in TABLES if found[name] != expected[name]]
                wrong += map(str, verify(lake).differences)
            figure.survived += not wrong
            print(f"cut before step {step}:", *wrong or ["the same"], flush=True)
            shutil.rmtree(home)
