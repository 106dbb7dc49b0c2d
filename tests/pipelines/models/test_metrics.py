"""Each figure against its definition, written out plainly, on random payments with many ties."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.models.judging import metrics
from pipelines.models.judging.metrics import Scored

LEVELS = [0.0, 0.1, 0.25, 0.5, 0.5, 0.9, 1.0]


@st.composite
def scored(draw: st.DrawFn) -> Scored:
    rows = draw(
        st.lists(
            st.tuples(
                st.booleans(),
                st.sampled_from(LEVELS),
                st.integers(0, 500),
                st.integers(1, 3),
                st.integers(1, 6),
            ),
            min_size=1,
            max_size=40,
        )
    )
    y, p, amounts, days, cards = zip(*rows, strict=True)
    return Scored(
        np.array(y), np.array(p), np.array(amounts, float), np.array(days), np.array(cards, np.int64)
    )


def arrays(y: list[int], p: list[float]) -> tuple[metrics.Flags, metrics.Floats]:
    return np.array(y, bool), np.array(p, float)


@settings(deadline=None)  # the first call imports scikit-learn
@given(scored())
def test_roc_auc_is_the_chance_that_fraud_is_ranked_above_good(rows: Scored) -> None:
    fraud, good = rows.probabilities[rows.y], rows.probabilities[~rows.y]
    wins = [(f > g) + (f == g) / 2 for f in fraud for g in good]
    found = metrics.roc_auc(rows.y, rows.probabilities)
    assert found == (pytest.approx(sum(wins) / len(wins)) if wins else None)


@settings(deadline=None)
@given(scored())
def test_average_precision_is_that_of_each_cut_by_the_recall_that_it_adds(rows: Scored) -> None:
    total, before, expected = int(rows.y.sum()), 0.0, 0.0
    for cut in sorted(set(rows.probabilities), reverse=True):
        flagged = rows.probabilities >= cut
        caught = int((rows.y & flagged).sum())
        recall = caught / total if total else 0.0
        expected += (recall - before) * caught / int(flagged.sum())
        before = recall
    found = metrics.average_precision(rows.y, rows.probabilities)
    assert found == (pytest.approx(expected) if total else None)


@given(scored(), st.integers(1, 4))
def test_card_precision_looks_at_the_first_cards_of_each_day_that_are_not_blocked(
    rows: Scored, k: int
) -> None:
    blocked: set[int] = set()
    shares = []
    for day in sorted(set(rows.days)):
        today: dict[int, tuple[float, bool]] = {}
        for y, p, at, card in zip(rows.y, rows.probabilities, rows.days, rows.cards, strict=True):
            if at == day and card not in blocked:
                score, bad = today.get(card, (-1.0, False))
                today[card] = max(score, p), bad or bool(y)
        first = sorted(today, key=lambda card: (-today[card][0], card))[:k]
        caught = {card for card in first if today[card][1]}
        blocked |= caught
        shares.append(len(caught) / k)
    found = metrics.card_precision(rows.y, rows.probabilities, rows.days, rows.cards, k)
    assert found == pytest.approx(sum(shares) / len(shares))


def test_a_card_that_was_found_is_left_out_of_later_days() -> None:
    y, p = arrays([1, 1, 0], [0.9, 0.9, 0.1])
    days, cards = np.array([1, 2, 2]), np.array([7, 7, 8])
    assert metrics.card_precision(y, p, days, cards, k=1) == 0.5
    assert metrics.card_precision(y, p, days, np.array([7, 9, 8]), k=1) == 1.0


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


@given(scored(), st.sampled_from([0.0, 0.01, 0.05, 0.3, 1.0]))
def test_recall_at_a_false_positive_rate_is_the_best_of_all_cuts_that_keep_it(
    rows: Scored, rate: float
) -> None:
    found = metrics.recall_at_false_positive_rate(rows.y, rows.probabilities, rate)
    y, recalls = rows.y, []
    if y.all() or not y.any():
        assert found is None
        return
    for cut in [*LEVELS, math.inf]:
        flagged = rows.probabilities >= cut
        if share((~y & flagged).sum(), (~y).sum()) <= rate:
            recalls.append((y & flagged).sum() / y.sum())
    assert found == pytest.approx(max(recalls))


@given(scored(), st.sampled_from([0.0, 0.5, 1.0, 5.0]))
def test_value_detected_is_the_best_of_all_cuts_that_keep_the_ratio(rows: Scored, ratio: float) -> None:
    y, lost, shares = rows.y, rows.amounts[rows.y].sum(), []
    for cut in [*LEVELS, math.inf]:
        flagged = rows.probabilities >= cut
        if (~y & flagged).sum() <= ratio * (y & flagged).sum():
            shares.append(share(rows.amounts[y & flagged].sum(), lost))
    found = metrics.value_detected(y, rows.probabilities, rows.amounts, ratio)
    assert found == (pytest.approx(max(shares)) if lost else None)


@given(scored())
def test_no_cut_costs_less_than_the_least_cost(rows: Scored) -> None:
    least = metrics.least_cost(rows.y, rows.probabilities, rows.amounts, 10)
    assert least is not None

    def cost(cut: float) -> float:
        flagged = rows.probabilities >= cut
        return float(rows.amounts[rows.y & ~flagged].sum() + 10 * (~rows.y & flagged).sum())

    assert least[1] == pytest.approx(min(cost(cut) for cut in [*LEVELS, math.inf]))
    assert cost(least[0]) == pytest.approx(least[1])


@given(scored())
def test_the_reliability_curve_holds_every_payment_once_and_rises(rows: Scored) -> None:
    bins = metrics.reliability(rows.y, rows.probabilities, 5)
    assert sum(bin.count for bin in bins) == len(rows.y)
    assert sum(bin.count * bin.observed for bin in bins) == pytest.approx(rows.y.sum())
    predicted = [bin.predicted for bin in bins]
    assert predicted == sorted(predicted)


def test_probabilities_that_say_what_happens_have_no_calibration_error() -> None:
    y, p = arrays([1, 0, 0, 0, 1, 1, 1, 1], [0.25] * 4 + [1.0] * 4)
    assert metrics.calibration_error(y, p, 2) == 0
    assert metrics.calibration_error(~y, p, 2) == pytest.approx(0.75)
    assert metrics.brier_score(y, p) == pytest.approx((0.75**2 + 3 * 0.25**2) / 8)


NOTHING = arrays([], [])
GOOD_ONLY = arrays([0, 0, 0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "measure",
    [
        metrics.roc_auc,
        metrics.average_precision,
        lambda y, p: metrics.recall_at_false_positive_rate(y, p, 0.05),
        lambda y, p: metrics.value_detected(y, p, np.ones(len(y))),
    ],
)
@pytest.mark.parametrize("rows", [NOTHING, GOOD_ONLY], ids=["no rows", "no fraud"])
def test_what_is_not_defined_is_none(
    measure: Callable[..., float | None], rows: tuple[metrics.Flags, metrics.Floats]
) -> None:
    assert measure(*rows) is None


def test_all_figures_are_named_and_a_perfect_model_has_the_best_of_them() -> None:
    y, p = arrays([1, 0, 0, 1], [1, 0, 0, 1])
    rows = Scored(y, p, np.full(4, 100.0), np.array([1, 1, 2, 2]), np.array([1, 2, 3, 4]))
    found = metrics.figures(rows, alarm_cost=5)
    assert tuple(found) == metrics.FIGURES
    assert (found["roc_auc"], found["average_precision"], found["value_detected"]) == (1, 1, 1)
    assert (found["least_cost_rate"], found["calibration_error"], found["brier_score"]) == (0, 0, 0)
    assert found["card_precision_100"] == 0.01
