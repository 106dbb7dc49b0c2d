"""Days of features are computed in stretches that memory holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipelines.features.feature import Entity, FeatureSet, over
from pipelines.features.stretches import stretches

FEATURES = FeatureSet(
    "some", "Two features.", (Entity("card", ("card",)),), over("payments", "card", "count", "1d 10d")
)
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(60)]


@pytest.mark.parametrize(
    ("rows", "lengths"),
    [
        pytest.param(1, [60], id="all at once"),
        pytest.param(10, [30, 20, 10], id="as many as can be held with their windows"),
        pytest.param(1000, [5] * 12, id="half a window at least"),
    ],
)
def test_days_are_put_together_as_far_as_memory_goes(rows: int, lengths: list[int]) -> None:
    found = stretches(reversed(DAYS), dict.fromkeys(DAYS, rows), FEATURES, values=600)
    assert [day for stretch in found for day in stretch] == DAYS
    assert [len(stretch) for stretch in found] == lengths


def test_days_without_rows_cost_nothing() -> None:
    assert stretches(DAYS, {}, FEATURES, values=0) == [DAYS[n : n + 60] for n in range(0, 60, 60)]
    assert stretches([], {}, FEATURES) == []
