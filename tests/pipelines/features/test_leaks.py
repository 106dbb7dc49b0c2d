"""What becomes available at a moment, or after it, changes no feature as of that moment."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.features.histories import EVERYTHING, START, Row, by_kernel, rows, second

DAY = 86_400


@settings(max_examples=40, deadline=None)
@given(
    past=rows(facts=True),
    future=rows(facts=True),
    other_future=rows(facts=True),
    probes=rows(facts=False, at_most=8),
)
def test_another_future_changes_no_feature(
    past: list[Row], future: list[Row], other_future: list[Row], probes: list[Row]
) -> None:
    asked = [probe for probe in probes if second(probe["at"]) <= second(START) + DAY]
    known = [
        fact
        for fact in past
        if not fact["available_at"] or second(fact["available_at"]) < second(START) + DAY
    ]
    one, other = ([*known, *map(_later, facts)] for facts in (future, other_future))
    assert by_kernel(EVERYTHING, one, asked) == by_kernel(EVERYTHING, other, asked)


def _later(fact: Row) -> Row:
    """The fact, available a day after the start or later, also where it is about something before."""
    if not fact["available_at"]:
        return fact
    return fact | {"available_at": max(fact["available_at"], START) + timedelta(seconds=DAY)}


@settings(max_examples=40, deadline=None)
@given(facts=rows(facts=True), probes=rows(facts=False, at_most=8), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_digit(
    facts: list[Row], probes: list[Row], order: Random
) -> None:
    shuffled = facts.copy()
    order.shuffle(shuffled)
    assert by_kernel(EVERYTHING, shuffled, probes) == by_kernel(EVERYTHING, facts, probes)


@settings(max_examples=40, deadline=None)
@given(facts=rows(facts=True), probes=rows(facts=False, at_most=8))
def test_facts_before_the_longest_window_do_not_change_a_digit(facts: list[Row], probes: list[Row]) -> None:
    earliest = min((second(probe["at"]) for probe in probes), default=0) - EVERYTHING.longest_window * DAY
    old = START - timedelta(days=300)
    stale = [fact | {"available_at": old} for fact in facts]
    assert second(old) < earliest or not probes
    assert by_kernel(EVERYTHING, [*stale, *facts], probes) == by_kernel(EVERYTHING, facts, probes)
