"""From examples to a model that was chosen on earlier days and judged once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.errors import ModelError
from pipelines.models.families.model import Params
from pipelines.models.judging.metrics import FIGURES
from pipelines.models.task import PromotionRule
from pipelines.models.training.examples import Examples, at_utc, moment
from pipelines.models.training.promotion import Standing, decide
from pipelines.models.training.training import Trained, train
from tests.pipelines.models.history import TASK, day, history

PAST = history()
GRIDS: dict[str, tuple[Params, ...]] = {
    "boosting": ({"trees": 1, "max_depth": 1, "eta": 0.1}, {"trees": 40, "max_depth": 3, "eta": 0.2}),
    "logistic": (
        {"C": 1.0, "is_log": 1},
        {"C": 1.0, "is_log": 1, "positive_weight": 1},
    ),
}


@pytest.fixture(scope="module")
def found() -> tuple[Trained, ...]:
    return train(TASK, PAST, grids=GRIDS)


def by_family(found: tuple[Trained, ...], family: str) -> Trained:
    return next(one for one in found if one.family == family)


def test_every_family_is_trained_and_the_best_on_validation_days_comes_first(
    found: tuple[Trained, ...],
) -> None:
    assert {one.family for one in found} == set(GRIDS)
    first, second = found
    assert (first.validation_score or 0) >= (second.validation_score or 0)


def test_the_best_trial_is_taken_and_of_equal_ones_the_first(found: tuple[Trained, ...]) -> None:
    assert by_family(found, "boosting").params == GRIDS["boosting"][1]
    assert by_family(found, "logistic").params == GRIDS["logistic"][0]
    assert [len(one.trials) for one in sorted(found, key=lambda one: one.family)] == [2, 2]


def test_it_is_judged_by_each_validation_fold_and_then_by_the_test_days(found: tuple[Trained, ...]) -> None:
    results = found[0].results
    assert [result.role for result in results] == ["validation", "validation", "test"]
    assert tuple(results[-1].figures) == FIGURES
    assert found[0].figures()["average_precision"] == results[-1].figures["average_precision"]
    chosen_by = [result.figures["average_precision"] or 0 for result in results[:2]]
    assert found[0].validation_score == pytest.approx(np.mean(chosen_by))
    assert (results[-1].figures["roc_auc"] or 0) > 0.85


def test_the_test_days_decide_nothing(found: tuple[Trained, ...]) -> None:
    tested = PAST.at >= moment(found[0].results[-1].fold.test_from)
    other = replace(
        PAST,
        x=np.where(tested[:, None], -PAST.x, PAST.x),
        y=np.where(tested & PAST.is_settled, ~PAST.y, PAST.y),
        known_at=np.where(tested, PAST.at + 1, PAST.known_at),
    )
    again = train(TASK, other, grids=GRIDS)
    for mine, others in zip(found, again, strict=True):
        assert (mine.family, mine.params, mine.trials) == (others.family, others.params, others.trials)
        assert mine.model.calibration == others.model.calibration
        assert np.array_equal(mine.model.predict(PAST.x), others.model.predict(PAST.x))


def test_what_matters_is_told_by_weight(found: tuple[Trained, ...]) -> None:
    names = [name for name, _ in by_family(found, "logistic").top_features]
    assert set(names[:3]) == {"amount", "declines_1h", "days_since_first"}


def test_probabilities_mean_what_they_say(found: tuple[Trained, ...]) -> None:
    scored = found[0].scored
    assert scored.probabilities.mean() == pytest.approx(scored.y.mean(), abs=0.03)
    assert sum(bin.count for bin in found[0].reliability) == len(scored.y)


def test_what_was_tried_is_told() -> None:
    told: list[str] = []
    train(TASK, PAST, grids={"logistic": GRIDS["logistic"][:1]}, telling=told.append)
    assert len(told) == 1
    assert told[0].startswith("logistic {'C': 1.0, 'is_log': 1}: average_precision 0.")


def silent_until(number: int) -> Examples:
    """The history, with nothing known of the fraud of its first days."""
    early = PAST.at < moment(day(number))
    never = np.datetime64("NaT", "s")
    return replace(PAST, y=PAST.y & ~early, known_at=np.where(early, never, PAST.known_at))


def test_a_validation_fold_that_knew_of_no_fraud_is_left_out_and_told() -> None:
    laid = TASK.folds.folds(at_utc(PAST.at.min()), day(90))
    told: list[str] = []
    (found,) = train(TASK, silent_until(45), grids={"logistic": GRIDS["logistic"][:1]}, telling=told.append)
    assert [result.fold for result in found.results] == [laid.validation[1], laid.test[0]]
    assert told[0].startswith(f"validation days {laid.validation[0]} are left out: no fraud was known")
    with pytest.raises(ModelError, match="no fraud"):  # who names the folds is obeyed
        train(TASK, silent_until(45), folds=laid, grids=GRIDS)


def test_days_without_fraud_are_named() -> None:
    with pytest.raises(ModelError, match=r"task fraud, training days 2026-01-02 to .*known by.*no fraud"):
        train(TASK, silent_until(60), grids=GRIDS)


FOLD = TASK.folds.folds(day(0), day(80)).test[-1]
RULE = PromotionRule(metric="average_precision", margin=0.02, least_frauds=10, floor=2)


@pytest.mark.parametrize(
    ("challenger", "serving", "is_promoted", "said"),
    [
        (Standing(0.50, 20, 1000, 0.50), Standing(0.47, 20, 1000, 0.47), True, "better by the margin"),
        (Standing(0.50, 20, 1000, 0.50), Standing(0.49, 20, 1000, 0.49), False, "not better by the margin"),
        (Standing(0.90, 9, 1000, 0.90), Standing(0.10, 9, 1000, 0.10), False, "fewer than 10 frauds"),
        (Standing(0.50, 20, 1000, 0.50), Standing(None, 20, 1000, None), False, "not comparable"),
        (Standing(0.05, 20, 1000, 0.05), None, True, "the first model"),
        (Standing(0.03, 20, 1000, 0.03), None, False, "not good enough to be the first"),
        (Standing(None, 0, 1000, None), None, False, "not good enough to be the first"),
    ],
)
def test_promotion_follows_the_rule_and_says_why(
    challenger: Standing, serving: Standing | None, is_promoted: bool, said: str
) -> None:
    decision = decide(replace(TASK, promotion=RULE), FOLD, challenger, serving)
    assert decision.is_promoted is is_promoted
    assert said in decision.reason
    assert str(FOLD) in decision.reason
    assert decision.from_json(decision.to_json()) == decision
