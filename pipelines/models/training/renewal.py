"""A model anew: train, keep, compare with the one that serves, decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import ModelError
from pipelines.models.registry import Registry, Version
from pipelines.models.task import Task
from pipelines.models.training.examples import Examples
from pipelines.models.training.folds import Fold
from pipelines.models.training.promotion import Decision, Standing, decide, standing
from pipelines.models.training.provenance import Provenance
from pipelines.models.training.training import Trained, train


@dataclass(frozen=True)
class Renewal:
    """What came of it.

    Attributes:
        version: the new one, as it stands after the decision.
        decision: whether it serves, and why.
        trained: of each family, the best first, which is the version.
    """

    version: Version
    decision: Decision
    trained: tuple[Trained, ...]


def renew(
    task: Task,
    examples: Examples,
    registry: Registry,
    made: Provenance,
    *,
    threads: int = 1,
    telling: Callable[[str], None] = lambda _: None,
) -> Renewal:
    """Train a task's families, keep the best as a new version, and promote it if it deserves to be.

    Args:
        task: what to predict.
        examples: of it, with all features of the training table: the serving model may use others than the new one.
        registry: where models are kept.
        made: what the examples come from.
        threads: how many cores to use.
        telling: told what was tried and what was decided.

    Raises:
        ModelError: too little history or no fraud; nothing was changed then.
    """
    trained = train(task, examples, threads=threads, telling=telling)
    best = trained[0]
    fold = best.results[-1].fold
    serving = registry.serving(task.name)
    decision = _decision(task, examples, fold, best, serving)
    version = registry.decided(registry.record(trained, made), decision)
    telling(f"{version.name}: {'promoted' if decision.is_promoted else 'not promoted'}: {decision.reason}")
    return Renewal(version, decision, trained)


def _decision(task: Task, examples: Examples, fold: Fold, best: Trained, serving: Version | None) -> Decision:
    challenger = standing(task, best.model, examples, fold)
    if serving is None:
        return decide(task, fold, challenger, None)
    try:
        champion = standing(task, serving.model, examples, fold)
    except ModelError as error:
        # A model that can no longer be scored cannot go on serving: the new one is held to what a first one is.
        first = decide(task, fold, challenger, None)
        return Decision(
            **{**vars(first), "reason": f"{serving.name} cannot be used: {error}; {first.reason}"}
        )
    if datetime.fromisoformat(serving.tags["learnt_until"]) > fold.test_from:
        champion = Standing(None, champion.frauds, champion.payments, None)  # it has seen these days
    return decide(task, fold, challenger, champion)
