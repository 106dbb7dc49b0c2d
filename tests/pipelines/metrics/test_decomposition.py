"""A change is split exactly: by hand, and whatever the figures are."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metrics.shared.decomposition import Pair, Sides, split, total

NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9))
COUNTS = st.integers(0, 10**6)


def pair(*figures: Any) -> Pair:
    """Of a sum: before, after. Of a rate: up and down before, up and down after."""
    if len(figures) == 2:
        return Sides.of(figures[0]), Sides.of(figures[1])
    before, after = figures[:2], figures[2:]
    return Sides.of(*before, is_rate=True), Sides.of(*after, is_rate=True)


def test_of_a_sum_each_value_explains_what_it_has_changed_by() -> None:
    found = split(
        {"DE": pair(100, 40), "FR": pair(50, 60), "gone": pair(7, 0), "new": pair(0, 5)}, is_rate=False
    )
    assert [(part.value, part.whole, part.mix) for part in found] == [
        ("DE", -60, 0),
        ("FR", 10, 0),
        ("gone", -7, 0),
        ("new", 5, 0),
    ]


def test_a_rate_falls_by_the_mix_alone() -> None:
    """Simpson: the rate of each network is as before, and there is more of the one with the lower rate."""
    found = split({"visa": pair(90, 100, 45, 50), "amex": pair(10, 20, 50, 100)}, is_rate=True)
    before, after = Fraction(100, 120), Fraction(95, 150)
    assert [part.rate for part in found] == [0, 0]
    assert sum(part.mix for part in found) == after - before
    assert all(part.mix < 0 for part in found)


def test_a_rate_falls_by_a_value_of_it() -> None:
    found = split({"visa": pair(90, 100, 50, 100), "amex": pair(45, 50, 45, 50)}, is_rate=True)
    assert [(part.value, part.rate, part.mix) for part in found] == [
        ("visa", Fraction(-40, 150), 0),
        ("amex", 0, 0),
    ]


def test_a_value_that_is_new_or_gone_is_mix() -> None:
    found = {p.value: p for p in split({"old": pair(9, 10, 9, 10), "new": pair(0, 0, 1, 10)}, is_rate=True)}
    assert found["new"].rate == found["old"].rate == 0
    assert found["new"].mix + found["old"].mix == Fraction(10, 20) - Fraction(9, 10)
    gone = split({"old": pair(9, 10, 9, 10), "gone": pair(1, 10, 0, 0)}, is_rate=True)
    assert sum(part.whole for part in gone) == Fraction(9, 10) - Fraction(10, 20)


def test_disputes_of_a_country_without_payments_are_explained_too() -> None:
    found = split({"DE": pair(1, 100, 1, 100), "XX": pair(0, 0, 3, 0)}, is_rate=True)
    assert [(part.value, part.rate, part.mix) for part in found] == [
        ("XX", Fraction(3, 100), 0),
        ("DE", 0, 0),
    ]


@pytest.mark.parametrize("figures", [(0, 0, 1, 2), (1, 2, 0, 0), (0, 0, 0, 0)])
def test_nothing_to_divide_by_is_not_split(figures: tuple[int, ...]) -> None:
    assert split({"a": pair(*figures)}, is_rate=True) == []


def test_what_moved_like_all_does_not_stand_out() -> None:
    found = split({"a": pair(100, 110), "b": pair(1000, 1100)}, is_rate=False)
    assert [part.excess for part in found] == [0, 0]


@given(st.dictionaries(st.text(max_size=3), st.tuples(NUMBERS, NUMBERS), max_size=8))
def test_parts_of_a_sum_add_up(values: dict[str, tuple[Any, Any]]) -> None:
    pairs = {name: pair(*figures) for name, figures in values.items()}
    before, after = total(pairs.values(), is_rate=False)
    found = split(pairs, is_rate=False)
    assert sum(part.whole for part in found) == after.up - before.up
    assert sum(part.excess for part in found) in (0, after.up - before.up)


@given(st.dictionaries(st.text(max_size=3), st.tuples(NUMBERS, COUNTS, NUMBERS, COUNTS), max_size=8))
def test_parts_of_a_rate_add_up(values: dict[str, tuple[Any, Any, Any, Any]]) -> None:
    pairs = {name: pair(*figures) for name, figures in values.items()}
    before, after = total(pairs.values(), is_rate=True)
    found = split(pairs, is_rate=True)
    if before.figure is None or after.figure is None:
        assert found == []
    else:
        assert sum(part.whole for part in found) == after.figure - before.figure
        assert sum(part.excess for part in found) == 0
