"""What is to be predicted: of which entity, from which table, by which label, judged how.

A new task is a declaration: see :mod:`pipelines.tasks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipelines.errors import ModelError
from pipelines.models.families import families
from pipelines.models.families.calibration import METHODS, Method
from pipelines.models.judging.metrics import FIGURES
from pipelines.models.training.folds import FoldRule

Made = Literal["scores", "performance_daily", "drift_daily", "tradeoffs", "decisions"]
"""What is made with a task's models: a table each."""


@dataclass(frozen=True)
class PromotionRule:
    """When a new model takes the place of the one that serves.

    Attributes:
        metric: one of :data:`pipelines.models.judging.metrics.FIGURES`, of which more is better.
        margin: by how much the new model's must be greater on the same matured days.
        least_frauds: frauds among those days, below which nothing is decided.
        floor: how many times the share of fraud the first model's average precision must be.
    """

    metric: str = "average_precision"
    margin: float = 0.01
    least_frauds: int = 30
    floor: float = 2.0


@dataclass(frozen=True)
class Task:
    """What is predicted, from what, and how it is judged.

    Attributes:
        name: snake_case; models, runs and tables are named after it.
        doc: what a score of it means, in a sentence.
        entity: what one score is about; with an s it is several.
        key: the columns that tell entities apart.
        features_table: features as of each entity's moment, to be scored, with the day of the moment as ``date``.
        labels_table: what is known now of each entity, with its ``date`` likewise.
        training_table: the two together.
        label: column that says what it was.
        positive: the label that is predicted, a noun: columns of tables and pages call it so.
        negative: the label of a matured one that is not. Every other label is not known yet.
        at: column of the moment of prediction.
        known_at: column of when the label was known.
        matures_at: column of when silence says that it was negative.
        amount: column of what a missed one costs, in minor units.
        currency: column of the amount's currency.
        unit: column of what is looked into by hand, such as the card.
        segment: column by which performance is also told: the merchant.
        features: the features to use; None for every double column of the training table.
        families: of models that are tried.
        folds: how history is divided.
        seed: of all chance.
        alarm_cost: what a false alarm costs, in median payments.
        calibration: how probabilities are mended.
        chosen_by: the figure by which hyper-parameters and family are chosen.
        promotion: when a new model takes over.
        names: tables that are not called after the task, by what they hold.
        page: file of the report that is about its models; by default it is called after the task.

    Raises:
        ModelError: a family, calibration or figure that there is not; it names those there are.
    """

    name: str
    doc: str
    entity: str
    key: tuple[str, ...]
    features_table: str
    labels_table: str
    training_table: str
    label: str
    positive: str
    negative: str
    at: str
    known_at: str
    matures_at: str
    amount: str
    currency: str
    unit: str
    segment: str
    folds: FoldRule
    features: tuple[str, ...] | None = None
    families: tuple[str, ...] = families.LIGHT
    seed: int = 0
    alarm_cost: float = 0.1
    calibration: Method = "platt"
    chosen_by: str = "average_precision"
    promotion: PromotionRule = PromotionRule()
    names: Mapping[Made, str] = field(default_factory=dict, hash=False)
    page: str = ""

    def __post_init__(self) -> None:
        allowed = (
            ("families", self.families, families.FAMILIES),
            ("calibration", (self.calibration,), METHODS),
            ("chosen_by", (self.chosen_by,), FIGURES),
            ("promotion.metric", (self.promotion.metric,), FIGURES),
        )
        for place, given, known in allowed:
            if unknown := [name for name in given if name not in known]:
                raise ModelError(f"task {self.name}: {place}: {unknown[0]!r}; there are: {', '.join(known)}")

    def table(self, made: Made) -> str:
        """Name of a table that is made with the task's models; that it is made is for the task's module to say."""
        return self.names.get(made, f"gold.{self.name}_{made}")

    @property
    def file(self) -> str:
        """Name of the file of the page about its models, without a folder."""
        return self.page or f"models-{self.name}.html"

    @property
    def entities(self) -> str:
        """Several of what a score is about."""
        return f"{self.entity}s"

    @property
    def inspected(self) -> str:
        """What is looked into by hand, in a word."""
        return self.unit.rpartition("_")[0] or self.unit

    def column(self, name: str) -> str:
        """A column of the task's tables, by its name where payments and their fraud are told: ``fraud_count``."""
        words = {"payments": self.entities, "fraud": self.positive, "card": self.inspected}
        return "_".join(words.get(word, word) for word in name.split("_"))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the training table must have besides features."""
        named = (
            *self.key,
            self.label,
            self.at,
            self.known_at,
            self.amount,
            self.currency,
            self.unit,
            self.segment,
        )
        return tuple(dict.fromkeys(named))
