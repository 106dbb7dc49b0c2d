"""From examples to a model: hyper-parameters chosen on earlier folds, refitted, judged once on the test days.

Of the test days nothing is ever used to choose: not hyper-parameters, not the family, not the calibration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families import families
from pipelines.models.families.arrays import Flags, Floats
from pipelines.models.families.calibrated import CalibratedModel
from pipelines.models.families.calibration import Calibration, calibrate
from pipelines.models.families.model import Model, Params
from pipelines.models.judging import metrics
from pipelines.models.judging.metrics import Bin, Scored
from pipelines.models.task import Task
from pipelines.models.training.examples import Examples, at_utc, judged, learnt
from pipelines.models.training.folds import Fold, Folds

Figures = Mapping[str, float | None]

EXPLAINED = 2000
"""Rows of the test days, at most, whose contributions say which features matter."""


@dataclass(frozen=True)
class Trial:
    """Hyper-parameters that were tried, and how they did.

    Attributes:
        params: the hyper-parameters.
        figures: mean of each figure over the validation folds that define it, None where none does.
        chosen_by: the figure that counts.
    """

    params: Params
    figures: Mapping[str, float | None]
    chosen_by: str

    @property
    def score(self) -> float | None:
        """The figure that counts."""
        return self.figures[self.chosen_by]


@dataclass(frozen=True)
class FoldResult:
    """How a model did on a fold.

    Attributes:
        fold: the fold.
        role: whether anything was chosen by it.
        learnt_count: payments that were learnt from.
        learnt_fraud_count: those that were known to be fraud.
        judged_count: payments that it was judged by.
        judged_fraud_count: those that were fraud.
        figures: by the names of :data:`pipelines.models.judging.metrics.FIGURES`.
    """

    fold: Fold
    role: Literal["validation", "test"]
    learnt_count: int
    learnt_fraud_count: int
    judged_count: int
    judged_fraud_count: int
    figures: Figures


@dataclass(frozen=True)
class Trained:
    """A model, and all that is known of how it was made and how good it is.

    Attributes:
        task: what it predicts.
        model: of the last test fold, calibrated on the validation folds.
        params: the hyper-parameters that were chosen.
        seed: of all chance.
        trials: all that was tried, in the grid's order.
        results: of the validation folds, then of the test folds.
        top_features: mean size of each feature's contribution to the scores of the last test days, greatest first.
        reliability: predicted and observed over the last test days.
        scored: payments of the last test days, with probabilities, for curves.
        learnt_x: what the model was fitted on, for later comparison.
    """

    task: Task
    model: CalibratedModel
    params: Params
    seed: int
    trials: tuple[Trial, ...]
    results: tuple[FoldResult, ...]
    top_features: tuple[tuple[str, float], ...]
    reliability: tuple[Bin, ...]
    scored: Scored = field(repr=False)
    learnt_x: Floats = field(repr=False)

    @property
    def family(self) -> str:
        """Name of its family."""
        return self.model.family

    @property
    def validation_score(self) -> float | None:
        """What it was chosen by."""
        return _best(self.trials).score

    def figures(self, role: Literal["validation", "test"] = "test") -> dict[str, float | None]:
        """Mean of each figure over the folds that define it."""
        own = [result.figures for result in self.results if result.role == role]
        return {name: _mean([figures[name] for figures in own]) for name in metrics.FIGURES}


def train(
    task: Task,
    examples: Examples,
    *,
    folds: Folds | None = None,
    grids: Mapping[str, Sequence[Params]] | None = None,
    seed: int | None = None,
    threads: int = 1,
    telling: Callable[[str], None] = lambda _: None,
) -> tuple[Trained, ...]:
    """A model of each of the task's families, the one that did best on the validation folds first.

    Args:
        task: what to predict.
        examples: the payments.
        folds: how they are divided; by default as the task lays folds over what has matured.
        grids: hyper-parameters to try, by family; by default the task's families and their own grids.
        seed: of all chance; by default the task's.
        threads: how many cores to use.
        telling: told what was tried and how it did.

    Raises:
        ModelError: too little history, or a fold without fraud to learn from; it says which. Of the folds that the task
            lays itself, a validation fold without one is left out, and told, as long as there is another.
    """
    if folds is None:
        whole = task.folds.folds(at_utc(examples.at.min()), at_utc(examples.settled_until))
        folds = _instructive(whole, examples, telling)
    tried = grids or {name: families.family(name).GRID for name in task.families}
    chance = task.seed if seed is None else seed
    found = [
        _trained(_Trainer(task, examples, folds, name, chance, threads), tuple(grid), telling)
        for name, grid in tried.items()
    ]
    return tuple(sorted(found, key=lambda one: -_rank(one.validation_score)))


def _instructive(folds: Folds, examples: Examples, telling: Callable[[str], None]) -> Folds:
    """Without the validation folds that knew of no fraud: the first weeks of a small archive may have had none."""

    def has_fraud(fold: Fold) -> bool:
        within, fraud = learnt(examples, fold)
        return bool((within & fraud).any())

    kept = tuple(fold for fold in folds.validation if has_fraud(fold))
    if not kept or kept == folds.validation:
        return folds
    for fold in folds.validation:
        if fold not in kept:
            telling(f"validation days {fold} are left out: no fraud was known of the days to learn from")
    return replace(folds, validation=kept)


@dataclass(frozen=True)
class _Trainer:
    """What stays the same while one family is trained."""

    task: Task
    examples: Examples
    folds: Folds
    family: str
    seed: int
    threads: int

    def fit(self, fold: Fold, params: Params) -> Model:
        within, fraud = learnt(self.examples, fold)
        x, y, names = self.examples.x[within], fraud[within], self.examples.feature_names
        try:
            return families.fit(self.family, x, y, names, params, self.seed, self.threads)
        except ModelError as error:
            place = f"{fold.train_from:%Y-%m-%d} to {fold.train_until:%Y-%m-%d}, known by {fold.test_from:%Y-%m-%d}"
            raise ModelError(f"task {self.task.name}, training days {place}: {error}") from None

    def judged(self, fold: Fold) -> Flags:
        return judged(self.examples, fold, is_caught_left_out=self.folds.is_caught_left_out)

    def scored(self, fold: Fold, probabilities: Floats) -> Scored:
        rows = self.examples.where(self.judged(fold))
        return Scored(rows.y, probabilities, rows.worth, rows.days, rows.cards)

    def result(self, fold: Fold, role: Literal["validation", "test"], scored: Scored) -> FoldResult:
        within, fraud = learnt(self.examples, fold)
        return FoldResult(
            fold=fold,
            role=role,
            learnt_count=int(within.sum()),
            learnt_fraud_count=int((within & fraud).sum()),
            judged_count=len(scored.y),
            judged_fraud_count=int(scored.y.sum()),
            figures=metrics.figures(scored, self.task.alarm_cost),
        )


def _trained(trainer: _Trainer, grid: tuple[Params, ...], telling: Callable[[str], None]) -> Trained:
    validation, test = trainer.folds.validation, trainer.folds.test
    tried = [_try(trainer, params, telling) for params in grid]
    trials = tuple(trial for trial, _ in tried)
    best = _best(trials)
    raw = next(outputs for trial, outputs in tried if trial is best)
    curve = _calibration(trainer, raw)
    results = [
        trainer.result(fold, "validation", trainer.scored(fold, curve(outputs)))
        for fold, outputs in zip(validation, raw, strict=True)
    ]
    for fold in test:
        model = CalibratedModel(trainer.fit(fold, best.params), curve)
        scored = trainer.scored(fold, model.predict(trainer.examples.x[trainer.judged(fold)]))
        results.append(trainer.result(fold, "test", scored))
    return Trained(
        task=trainer.task,
        model=model,
        params=best.params,
        seed=trainer.seed,
        trials=trials,
        results=tuple(results),
        top_features=_top_features(model, trainer.examples.x[trainer.judged(test[-1])]),
        reliability=metrics.reliability(scored.y, scored.probabilities),
        scored=scored,
        learnt_x=trainer.examples.x[learnt(trainer.examples, test[-1])[0]],
    )


def _try(
    trainer: _Trainer, params: Params, telling: Callable[[str], None]
) -> tuple[Trial, tuple[Floats, ...]]:
    """A trial, and what its models say of the validation folds."""
    outputs = tuple(
        trainer.fit(fold, params).predict(trainer.examples.x[trainer.judged(fold)])
        for fold in trainer.folds.validation
    )
    of_folds = [
        metrics.figures(trainer.scored(fold, output), trainer.task.alarm_cost)
        for fold, output in zip(trainer.folds.validation, outputs, strict=True)
    ]
    found = {name: _mean([figures[name] for figures in of_folds]) for name in metrics.FIGURES}
    trial = Trial(params, found, trainer.task.chosen_by)
    said = "not defined" if trial.score is None else f"{trial.score:.4f}"
    telling(f"{trainer.family} {dict(params)}: {trainer.task.chosen_by} {said}")
    return trial, outputs


def _calibration(trainer: _Trainer, outputs: Sequence[Floats]) -> Calibration:
    truth = [trainer.examples.y[trainer.judged(fold)] for fold in trainer.folds.validation]
    try:
        return calibrate(np.concatenate(truth), np.concatenate(outputs), trainer.task.calibration)
    except ModelError as error:
        weeks = "; ".join(map(str, trainer.folds.validation))
        raise ModelError(f"task {trainer.task.name}, validation days {weeks}: {error}") from None


def _top_features(model: CalibratedModel, x: Floats) -> tuple[tuple[str, float], ...]:
    step = max(len(x) // EXPLAINED, 1)
    size = np.abs(model.contributions(x[::step]).values).mean(axis=0) if len(x) else np.zeros(x.shape[1])
    order = np.argsort(-size, kind="stable")
    return tuple((model.feature_names[number], float(size[number])) for number in order)


def _best(trials: Sequence[Trial]) -> Trial:
    """The first of the best ones: the plainest where others do no better."""
    return max(trials, key=lambda trial: _rank(trial.score))


def _rank(score: float | None) -> float:
    return -1.0 if score is None else score


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
