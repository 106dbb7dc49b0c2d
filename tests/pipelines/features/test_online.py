"""The batch gives what state that is carried forward event by event gives, as an online store would."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings

from pipelines.features.online import OnlineState
from tests.pipelines.features.histories import (
    EVERYTHING,
    START,
    Answer,
    Row,
    assert_same,
    by_kernel,
    rows,
    second,
)


def replayed(facts: list[Row], probes: list[Row]) -> list[list[Answer]]:
    """The probes' features, asked in the order of time while facts come in as they become available."""
    state = OnlineState(EVERYTHING)
    coming = sorted((f for f in facts if f["available_at"]), key=lambda fact: second(fact["available_at"]))
    answers: dict[int, list[Answer]] = {}
    for number, probe in sorted(enumerate(probes), key=lambda pair: second(pair[1]["at"])):
        while coming and second(coming[0]["available_at"]) <= second(probe["at"]):
            state.update(coming.pop(0))
        answers[number] = list(state.features(probe, probe["at"]).values())
    return [answers[number] for number in range(len(probes))]


@settings(max_examples=50, deadline=None)
@given(facts=rows(facts=True), probes=rows(facts=False, at_most=6))
def test_a_batch_equals_the_events_one_after_another(facts: list[Row], probes: list[Row]) -> None:
    assert_same(by_kernel(EVERYTHING, facts, probes), replayed(facts, probes))


def test_state_is_dropped_once_it_has_left_the_longest_window() -> None:
    state = OnlineState(EVERYTHING)
    for number in range(100):
        moment = START + timedelta(days=number)
        fact = {
            "card": f"card {number}",
            "shop": None,
            "amount": 1,
            "weight": 1.0,
            "status": "paid",
            "is_night": False,
        }
        state.update(fact | {"available_at": moment})
        state.features(fact, moment)
    assert EVERYTHING.longest_window == 30
    assert len(state._entities) == 31
