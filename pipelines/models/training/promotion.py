"""Whether a new model takes the place of the one that serves: both are judged by the same matured days."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pipelines.models.families.calibrated import CalibratedModel
from pipelines.models.judging import metrics
from pipelines.models.judging.metrics import Scored
from pipelines.models.task import PromotionRule, Task
from pipelines.models.training.examples import Examples, judged
from pipelines.models.training.folds import Fold


@dataclass(frozen=True)
class Standing:
    """How a model did on the days by which promotion is decided.

    Attributes:
        value: the rule's metric; None where it is not defined.
        frauds: among the payments of those days.
        payments: of those days.
        average_precision: of the same.
    """

    value: float | None
    frauds: int
    payments: int
    average_precision: float | None


@dataclass(frozen=True)
class Decision:
    """What was decided, and why.

    Attributes:
        is_promoted: whether the new model serves from now on.
        reason: in a sentence, with figures.
        metric: what was compared.
        margin: by how much the new one's had to be greater.
        days: the days by which both were judged.
        frauds: among their payments.
        challenger: the new model's figure.
        serving: that of the model which served; None if there was none.
    """

    is_promoted: bool
    reason: str
    metric: str
    margin: float
    days: str
    frauds: int
    challenger: float | None
    serving: float | None

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Decision:
        """From what :meth:`to_json` gave."""
        return cls(**json.loads(text))


def standing(task: Task, model: CalibratedModel, examples: Examples, fold: Fold) -> Standing:
    """How a model does on the test days of a fold.

    Raises:
        ModelError: the examples have not all features of the model.
    """
    rows = examples.where(judged(examples, fold, is_caught_left_out=task.folds.is_caught_left_out))
    probabilities = model.predict(rows.features(model.feature_names))
    scored = Scored(rows.y, probabilities, rows.worth, rows.days, rows.cards)
    figures = metrics.figures(scored, task.alarm_cost)
    return Standing(
        figures[task.promotion.metric], int(rows.y.sum()), len(rows), figures["average_precision"]
    )


def decide(task: Task, fold: Fold, challenger: Standing, serving: Standing | None) -> Decision:
    """Promote a model that beats the serving one by the margin, or the first one that is better than chance.

    With fewer positives than the task's rule asks for, the one that serves goes on: a difference would be luck.
    """
    rule = task.promotion
    is_promoted, reason = (
        _against_chance(rule, challenger) if serving is None else _against(task, challenger, serving)
    )
    return Decision(
        is_promoted=is_promoted,
        reason=f"{reason}; {fold}, {challenger.frauds:,} {task.positive}s",
        metric=rule.metric,
        margin=rule.margin,
        days=str(fold),
        frauds=challenger.frauds,
        challenger=challenger.value,
        serving=serving.value if serving else None,
    )


def _against_chance(rule: PromotionRule, challenger: Standing) -> tuple[bool, str]:
    base = challenger.frauds / challenger.payments if challenger.payments else 0.0
    needed, found = rule.floor * base, challenger.average_precision
    said = f"average precision {_shown(found)}, by chance {base:.4f}, needed {needed:.4f}"
    if found is None or found < needed:
        return False, f"no model serves yet, and this one is not good enough to be the first: {said}"
    return True, f"the first model: {said}"


def _against(task: Task, challenger: Standing, serving: Standing) -> tuple[bool, str]:
    rule = task.promotion
    metric = rule.metric.replace("_", " ")
    said = (
        f"{metric} {_shown(challenger.value)}, serving {_shown(serving.value)}, needed margin {rule.margin}"
    )
    if challenger.frauds < rule.least_frauds:
        return (
            False,
            f"fewer than {rule.least_frauds} {task.positive}s: nothing can be told from so few; {said}",
        )
    if challenger.value is None or serving.value is None:
        return False, f"not comparable; {said}"
    if challenger.value < serving.value + rule.margin:
        return False, f"not better by the margin: {said}"
    return True, f"better by the margin: {said}"


def _shown(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.4f}"
