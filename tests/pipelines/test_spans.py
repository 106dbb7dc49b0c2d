"""Stretches of days: all days are in them, the widest gaps are not, and a condition on them stays short."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.frames.spans import (
    MAX_SPANS,
    joined,
    near_days,
    near_numbers,
    ordinals,
    stretches,
    within_spans,
)

NUMBERS = st.sets(st.integers(1, 4_000), max_size=80)


@given(NUMBERS)
def test_stretches_hold_the_numbers_and_no_other(numbers: set[int]) -> None:
    assert list(chain.from_iterable(stretches(numbers))) == sorted(numbers)


@given(NUMBERS, st.integers(1, 5))
def test_joined_stretches_hold_all_numbers_and_are_few(numbers: set[int], at_most: int) -> None:
    spans = joined(stretches(numbers), at_most)
    assert len(spans) <= at_most
    assert all(any(one in span for span in spans) for one in numbers)
    assert all(earlier.stop < later.start for earlier, later in pairwise(spans))


def test_the_nearest_are_joined() -> None:
    found = joined(stretches([0, 2, 100, 103, 300]), 3)
    assert found == [range(3), range(100, 104), range(300, 301)]


def test_surroundings_that_touch_are_one_stretch() -> None:
    assert stretches([0, 3], before=1, after=1) == [range(-1, 5)]
    assert stretches([0, 4], before=1, after=1) == [range(-1, 2), range(3, 6)]


def test_a_condition_is_no_longer_for_many_days() -> None:
    many, few = (
        near_days("created_date", [date(2016, 1, 1) + timedelta(7 * n) for n in range(count)])
        for count in (3_000, MAX_SPANS)
    )
    assert len(many) < len(few) + 60
    assert len(many) < 100 * MAX_SPANS


def test_a_condition_names_single_days_and_stretches() -> None:
    days = ordinals(["2026-01-03", date(2026, 1, 1), "2026-01-04"])
    assert within_spans("day", stretches(days)) == (
        "(day = date '2026-01-01' or (day >= date '2026-01-03' and day <= date '2026-01-04'))"
    )
    assert near_numbers("batch", [7]) == "(batch = 7)"


@pytest.mark.parametrize("near", [near_days, near_numbers])
def test_without_any_nothing_is_meant(near: object) -> None:
    assert near("day", []) == "false"  # type: ignore[operator]
