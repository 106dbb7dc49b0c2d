"""The benchmark: features, models, chosen on the validation weeks, then judged once by the test weeks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.handbook import features
from pipelines.handbook.protocol import (
    BEST,
    BOOK_MODELS,
    FIGURES,
    FOLDS,
    OUR_MODEL,
    TASK,
    Contestant,
    period,
)
from pipelines.models.families.model import Params
from pipelines.models.training.examples import Examples, examples
from pipelines.models.training.folds import Fold, Folds
from pipelines.models.training.training import Trained, train

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SEEDS = 5


@dataclass(frozen=True)
class Week:
    """A test week.

    Attributes:
        days: its first and last day.
        figures: by name, the mean over the seeds.
    """

    days: str
    figures: dict[str, float]


@dataclass(frozen=True)
class Standing:
    """How a contestant did.

    Attributes:
        contestant: who.
        params: for each figure those chosen on the validation weeks, with the first seed.
        validation: figures of the validation weeks, the mean over weeks and seeds.
        weeks: the test weeks.
        seeds: for each seed the mean of each figure over the test weeks.
        top_features: with the mean size of their contributions in the last test week, greatest first.
    """

    contestant: Contestant
    params: Mapping[str, Params]
    validation: dict[str, float]
    weeks: tuple[Week, ...]
    seeds: tuple[dict[str, float], ...]
    top_features: tuple[tuple[str, float], ...]

    @property
    def figures(self) -> dict[str, float]:
        """Mean over weeks and seeds."""
        return {name: mean(seed[name] for seed in self.seeds) for name in FIGURES}

    @property
    def spread(self) -> dict[str, float]:
        """Standard deviation over the seeds; 0 of a single one."""
        many = len(self.seeds) > 1
        return {name: stdev(seed[name] for seed in self.seeds) if many else 0.0 for name in FIGURES}

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.contestant.name,
            **_rounded(self.figures),
            "spread": _rounded(self.spread),
            "validation": _rounded(self.validation),
            "book": dict(self.contestant.book),
            "params": {name: dict(params) for name, params in self.params.items()},
        }


@dataclass(frozen=True)
class Result:
    """The whole benchmark.

    Attributes:
        ours: our model on our features.
        book: the book's models on its features.
    """

    ours: Standing
    book: tuple[Standing, ...]

    @property
    def features_count(self) -> int:
        """How many features ours learn from."""
        return len(features.OURS)

    def as_json(self) -> dict[str, Any]:
        """As plain values: our figures on top."""
        return {
            **_rounded(self.ours.figures),
            "spread": _rounded(self.ours.spread),
            "weeks": [{"days": week.days, **_rounded(week.figures)} for week in self.ours.weeks],
            "seeds": len(self.ours.seeds),
            "to_beat": BEST,
            "validation": _rounded(self.ours.validation),
            "params": dict(self.ours.params["ap"]),
            "book": [standing.as_json() for standing in self.book],
        }


def benchmark(
    charges: DataFrame,
    seeds: int = SEEDS,
    threads: int = 1,
    telling: Callable[[str], None] = lambda _: None,
    folds: Folds = FOLDS,
    ours: Contestant = OUR_MODEL,
    book: Sequence[Contestant] = BOOK_MODELS,
) -> Result:
    """Run the protocol.

    Args:
        charges: all payments, from silver.charges.
        seeds: how often each model is trained anew, with other chance.
        threads: cores to train with.
        telling: told what is being done, and what each trial reached on the validation weeks.
        folds: the weeks.
        ours: our model, on :data:`pipelines.handbook.features.OURS`.
        book: the book's, on its 15 features.
    """
    paid, (since, until) = features.payments(charges), period(folds)
    # All features before any training: an engine that is left idle for that long closes its session.
    telling("features of the book")
    by_the_book = _examples(features.book_features(paid, since, until), features.BOOK.names)
    telling("our features")
    by_us = _examples(features.our_features(paid, since, until), features.OURS)
    standings = tuple(standing(one, by_the_book, folds, seeds, threads, telling) for one in book)
    telling("our model")
    return Result(standing(ours, by_us, folds, seeds, threads, telling), standings)


def standing(
    contestant: Contestant,
    known: Examples,
    folds: Folds,
    seeds: int,
    threads: int = 1,
    telling: Callable[[str], None] = lambda _: None,
) -> Standing:
    """Train a contestant with each seed. Hyper-parameters are chosen with the first one, and kept."""

    def trained(grid: Sequence[Params], seed: int) -> Trained:
        grids = {contestant.family: grid}
        (found,) = train(TASK, known, folds=folds, grids=grids, seed=seed, threads=threads, telling=telling)
        return found

    first = trained(contestant.grid, 0)
    made = {(json.dumps(first.params), 0): first}
    by_figure: dict[str, list[Trained]] = {}
    params = {
        name: _chosen(first, name) if contestant.is_chosen_by_figure else first.params for name in FIGURES
    }
    for name, seed in product(FIGURES, range(seeds)):
        place = json.dumps(params[name]), seed
        if place not in made:
            made[place] = trained((params[name],), seed)
        by_figure.setdefault(name, []).append(made[place])
    return Standing(
        contestant=contestant,
        params=params,
        validation={
            name: mean(_value(one.figures("validation"), name) for one in found)
            for name, found in by_figure.items()
        },
        weeks=tuple(_week(fold, by_figure) for fold in folds.test),
        seeds=tuple(
            {name: _value(found[seed].figures(), name) for name, found in by_figure.items()}
            for seed in range(seeds)
        ),
        top_features=first.top_features,
    )


def _chosen(found: Trained, name: str) -> Params:
    """Of all that was tried, the first of those that did best in a figure."""
    return max(found.trials, key=lambda trial: trial.figures[FIGURES[name]] or 0.0).params


def _week(fold: Fold, by_figure: Mapping[str, Sequence[Trained]]) -> Week:
    return Week(
        str(fold),
        {
            name: mean(
                _value(result.figures, name)
                for one in found
                for result in one.results
                if result.role == "test" and result.fold == fold
            )
            for name, found in by_figure.items()
        },
    )


def _value(figures: Mapping[str, float | None], name: str) -> float:
    """A figure of the book; NaN where it is not defined."""
    found = figures[FIGURES[name]]
    return float("nan") if found is None else found


def _examples(frame: DataFrame, names: Sequence[str]) -> Examples:
    label = F.when(F.col("is_fraud"), TASK.positive).otherwise(TASK.negative)
    table = frame.withColumn("label", label).select(*TASK.columns, *names).toArrow()
    return examples(table, TASK, tuple(names))


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
