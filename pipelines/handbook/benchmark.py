"""The benchmark: features, models, chosen on the validation weeks, then judged once by the test weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from pipelines.models.examples import Examples, examples
from pipelines.models.model import Params
from pipelines.models.split import Folds
from pipelines.models.training import Trained, train

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
        params: chosen on the validation weeks, with the first seed.
        validation: figures of the validation weeks, the mean over weeks and seeds.
        weeks: the test weeks.
        seeds: for each seed the mean of each figure over the test weeks.
        top_features: with the mean size of their contributions in the last test week, greatest first.
    """

    contestant: Contestant
    params: Params
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
            "params": dict(self.params),
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
            "params": dict(self.ours.params),
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
    grid, found = contestant.grid, list[Trained]()
    for seed in range(seeds):
        grids = {contestant.family: grid}
        found += train(TASK, known, folds=folds, grids=grids, seed=seed, threads=threads, telling=telling)
        grid = (found[0].params,)
    return Standing(
        contestant=contestant,
        params=found[0].params,
        validation=_mean([_named(one.figures("validation")) for one in found]),
        weeks=_weeks(found, folds),
        seeds=tuple(_named(one.figures("test")) for one in found),
        top_features=found[0].top_features,
    )


def _examples(frame: DataFrame, names: Sequence[str]) -> Examples:
    label = F.when(F.col("is_fraud"), TASK.positive).otherwise(TASK.negative)
    table = frame.withColumn("label", label).select(*TASK.columns, *names).toArrow()
    return examples(table, TASK, tuple(names))


def _weeks(found: Sequence[Trained], folds: Folds) -> tuple[Week, ...]:
    of_tests = [[result for result in one.results if result.role == "test"] for one in found]
    return tuple(
        Week(str(fold), _mean([_named(results[number].figures) for results in of_tests]))
        for number, fold in enumerate(folds.test)
    )


def _named(figures: Any) -> dict[str, float]:
    """The figures of the book, by their short names; NaN where one is not defined."""
    return {name: float("nan") if figures[of] is None else figures[of] for name, of in FIGURES.items()}


def _mean(many: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: mean(figures[name] for figures in many) for name in FIGURES}


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
