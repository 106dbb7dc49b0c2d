"""The long form of "rules mean the same on every engine": many trees on many rows, against plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from pipelines.rules.tree import Node
from pipelines.rules.writing import written
from pipelines.settings import load_settings
from tests.pipelines.rules.trees import Row, conditions, held, holds, rows
from tests.soak.figures import Figures, seed_of, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

ROWS = 40


@pytest.mark.parametrize("deep", [2, 3])
def test_engines_and_plain_python_agree_on_rules(
    any_spark: SparkSession, figures: Figures, deep: int, request: pytest.FixtureRequest
) -> None:
    first = seed_of(7)
    engine = "jvm" if request.node.callspec.params["any_spark"] == "jvm" else load_settings().engine
    with figures.measured(11, f"a row held against rules {deep} levels deep ({engine})", first) as figure:

        @seed(first)
        @settings(
            max_examples=size_of("rules", 400),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            st.lists(conditions(deep), min_size=20, max_size=40), st.lists(rows, min_size=ROWS, max_size=ROWS)
        )
        def agree(trees: list[Node], found: list[Row]) -> None:
            for row, answers in zip(found, held(any_spark, trees, found), strict=True):
                lost = [
                    written(tree)
                    for tree, answer in zip(trees, answers, strict=True)
                    if answer != holds(tree, row)
                ]
                figure.tried += 1
                figure.survived += not lost
                if lost:
                    print(f"{lost[0]} for {row}", flush=True)

        agree()
