"""The long form of forgetting: cut before every step, asked for again, and looked for in every byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.erasure.test_cut import (  # noqa: F401 - two of them are fixtures
    TABLES,
    is_cut_and_completed,
    taken_in,
    told,
    undisturbed,
)
from tests.pipelines.erasure.test_forget import opened
from tests.soak.figures import Figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak


def test_an_erasure_cut_before_every_step_is_completed(
    taken_in: Path,  # noqa: F811
    undisturbed: dict[str, Any],  # noqa: F811
    tmp_path: Path,
    spark: SparkSession,
    figures: Figures,
) -> None:
    with figures.measured(9, "a person forgotten, cut before one of its steps, asked for again") as figure:
        while True:
            shutil.copytree(taken_in, home := tmp_path / str(figure.tried))
            figure.tried += 1
            if not is_cut_and_completed(home, spark, figure.tried):
                figure.tried -= 1
                break
            with opened(home, spark) as lake:
                figure.survived += told(lake) == undisturbed
            shutil.rmtree(home)
    assert figure.tried > 2 * len(TABLES)  # each is rewritten, and loses its past
