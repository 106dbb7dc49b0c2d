"""Figures of many windows from one sort each are those that metrics define, and a window holds its days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.models.judging import metrics
from pipelines.models.judging.performance import Outcomes, figures, windows


def outcomes(rows: list[tuple[int, int, bool, int, int]]) -> Outcomes:
    """Rows of day, score, whether it is fraud, amount and card."""
    days, scores, fraud, amounts, cards = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return Outcomes(days, scores / 100, scores, fraud.astype(bool), amounts, cards)


ROWS = st.tuples(
    st.integers(0, 40), st.integers(0, 100), st.booleans(), st.integers(0, 10_000), st.integers(-1, 6)
)
OUTCOMES = st.lists(ROWS, min_size=1, max_size=80).map(outcomes)


@settings(deadline=None)  # the first example imports scikit-learn
@given(OUTCOMES)
def test_figures_are_those_of_the_definitions(found: Outcomes) -> None:
    got = figures(found, money=True)
    y, p, amounts = found.is_fraud, found.probabilities, found.amounts.astype(float)
    assert got["roc_auc"] == pytest.approx(metrics.roc_auc(y, p))
    assert got["average_precision"] == pytest.approx(metrics.average_precision(y, p))
    assert got["recall_at_1_percent_rate"] == metrics.recall_at_false_positive_rate(y, p, 0.01)
    assert got["recall_at_5_percent_rate"] == metrics.recall_at_false_positive_rate(y, p, 0.05)
    assert got["value_detected_rate"] == metrics.value_detected(y, p, amounts)
    flagged = p >= 0.5
    caught = int((y & flagged).sum())
    assert (got["flagged_at_50_count"], got["caught_at_50_count"]) == (flagged.sum(), caught)
    assert got["precision_at_50_rate"] == (caught / flagged.sum() if flagged.any() else None)
    assert got["recall_at_50_rate"] == (caught / y.sum() if y.any() else None)
    assert got["cost_at_50_minor"] == amounts[y & ~flagged].sum() + amounts[~y & flagged].sum() // 10


@given(OUTCOMES, st.integers(1, 30))
def test_a_window_holds_the_payments_of_its_days(found: Outcomes, length: int) -> None:
    asked = range(-2, 75)
    got = {day: window.days.tolist() for day, window in windows(found, asked, length)}
    expected = {day: [one for one in found.days.tolist() if day - length < one <= day] for day in asked}
    assert got == {day: days for day, days in expected.items() if days}


def test_what_is_not_defined_is_none_and_money_needs_one_currency() -> None:
    good = figures(outcomes([(1, 20, False, 500, 1), (1, 5, False, 100, 2)]), money=False)
    undefined = {
        "roc_auc", "average_precision", "recall_at_1_percent_rate", "recall_at_5_percent_rate", "value_detected_rate",
        "calibration_ratio", "precision_at_50_rate", "precision_at_90_rate", "recall_at_10_rate", "recall_at_50_rate",
        "recall_at_90_rate",
    }  # fmt: skip
    assert {
        name for name, value in good.items() if value is None and not name.endswith("_minor")
    } == undefined
    assert {value for name, value in good.items() if name.endswith("_minor")} == {None}
    assert good["expected_fraud_count"] == pytest.approx(0.25)


def test_payments_without_a_card_are_no_card() -> None:
    found = outcomes([(1, 99, True, 1, -1), (1, 98, True, 1, -1), (1, 50, True, 1, 3)])
    assert figures(found, money=True)["card_precision_100_rate"] == 0.01
