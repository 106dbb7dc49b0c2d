"""What is said to be more than noise: seldom where nothing has changed, mostly where much has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipelines.metrics.shared.decomposition import Sides
from pipelines.metrics.shared.noise import SURE, judged

DAYS, TRIALS = 14, 400
Days = Callable[[], list[Sides]]
RANDOM = np.random.default_rng(5)


def sums(values: np.ndarray) -> list[Sides]:
    return [Sides.of(float(value)) for value in values]


def shares(up: np.ndarray, down: np.ndarray) -> list[Sides]:
    return [Sides.of(int(one), int(other), is_rate=True) for one, other in zip(up, down, strict=True)]


def counts(mean: float) -> list[Sides]:
    return sums(RANDOM.poisson(mean, DAYS))


def money(mean: float) -> list[Sides]:
    return sums(RANDOM.gamma(4, mean / 4, DAYS))


def rate(share: float, attempts: int = 100) -> list[Sides]:
    down = RANDOM.poisson(attempts, DAYS)
    return shares(RANDOM.binomial(down, share), down)


def refunds(share: float) -> list[Sides]:
    taken = RANDOM.gamma(4, 25_000, DAYS).astype(int)
    return shares((taken * RANDOM.beta(4, 4 / share - 4, DAYS)).astype(int), taken)


@pytest.mark.parametrize(
    ("one", "other", "is_count"),
    [
        (lambda: counts(50), lambda: counts(70), True),
        (lambda: money(10_000), lambda: money(26_000), False),
        (lambda: rate(0.90), lambda: rate(0.82), True),
        (lambda: refunds(0.04), lambda: refunds(0.12), False),
    ],
    ids=["counts", "money", "rate", "rate of money"],
)
def test_noise_is_seldom_taken_for_a_change_and_a_change_seldom_for_noise(
    one: Days, other: Days, is_count: bool
) -> None:
    false = sum(judged(one(), one(), counts=is_count).verdict == "more than noise" for _ in range(TRIALS))
    found = sum(judged(one(), other(), counts=is_count).verdict == "more than noise" for _ in range(TRIALS))
    assert false <= TRIALS * SURE * 2.5
    assert found >= TRIALS * 0.9


def test_what_weekdays_differ_by_is_told_from_noise_in_pairs() -> None:
    week = 50 * np.array([1.3, 1.2, 1, 1, 1, 0.7, 0.6])[np.arange(DAYS) % 7]

    def found(share: float, *, pairs: bool) -> float:
        verdicts = [
            judged(
                sums(RANDOM.poisson(week)), sums(RANDOM.poisson(week * share)), counts=True, pairs=pairs
            ).verdict
            for _ in range(TRIALS)
        ]
        return verdicts.count("more than noise") / TRIALS

    assert found(1, pairs=True) <= SURE * 2.5
    assert found(0.75, pairs=True) > 0.85
    assert found(0.75, pairs=False) < 0.5


def test_days_that_differ_more_than_by_chance_are_believed() -> None:
    wild = [10, 200, 15, 180, 5, 220, 12]
    assert (
        judged(sums(np.array(wild)), sums(np.array(wild) + 30), counts=True).verdict == "no more than noise"
    )
    even = [90] * 7
    assert judged(sums(np.array(even)), sums(np.array(even) + 30), counts=True).verdict == "more than noise"


def test_a_week_with_few_payments_says_nothing() -> None:
    found = judged(sums(np.array([1, 0, 0, 0, 0, 1, 0])), sums(np.array([2, 0, 1, 0, 1, 1, 1])), counts=True)
    assert found.verdict == "too little to say"
    assert found.chance is None
    assert found.why.startswith("8 in both periods together")
    more = judged(sums(np.array([1, 0, 1, 2, 0, 1, 0])), sums(np.array([2, 0, 1, 0, 3, 1, 1])), counts=True)
    assert more.verdict == "no more than noise"


def test_money_of_few_days_says_nothing_and_counts_do() -> None:
    one, other = sums(np.array([5000])), sums(np.array([9000]))
    assert judged(one, other, counts=False).verdict == "too little to say"
    assert judged(one, other, counts=True).verdict == "more than noise"


def test_no_denominator_says_nothing() -> None:
    nothing = shares(np.zeros(7), np.zeros(7))
    assert judged(nothing, rate(0.5), counts=True).verdict == "too little to say"


def test_days_that_are_all_alike() -> None:
    same = sums(np.array([5.0] * 5))
    assert judged(same, same, counts=False).chance == 1
    assert judged(same, sums(np.array([6.0] * 5)), counts=False).chance == 0
