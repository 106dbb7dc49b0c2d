"""How the handbook measures: its weeks, what is left out of them, and what its own models reached.

Of each test day the cards are left out of which a fraud was made since training began and is known by then, which is
what :func:`pipelines.models.training.examples.judged` does. The figures are those of
:mod:`pipelines.models.judging.metrics`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from pipelines.handbook.features import DELAY_DAYS
from pipelines.models.families.model import Params
from pipelines.models.task import Task
from pipelines.models.training.folds import FoldRule, Folds, starting

WEEK = 7

FOLDS = Folds(
    validation=starting(("2018-06-20", "2018-06-27", "2018-07-04", "2018-07-11"), WEEK, DELAY_DAYS, WEEK),
    test=starting(("2018-07-25", "2018-08-01", "2018-08-08", "2018-08-15"), WEEK, DELAY_DAYS, WEEK),
)
"""Four weeks to choose by, four to be judged by; each learns from the week that begins on the day named."""

TASK = Task(
    name="handbook",
    doc="How likely a payment of the Fraud Detection Handbook is fraud.",
    entity="payment",
    key=("account", "charge_id"),
    features_table="the handbook's features",
    labels_table="the handbook's features",
    training_table="the handbook's features",
    label="label",
    positive="fraud",
    negative="legitimate",
    at="at",
    known_at="known_at",
    matures_at="known_at",
    amount="amount_minor",
    currency="currency",
    unit="customer_id",
    segment="account",
    folds=FoldRule(
        train_days=WEEK, least_train_days=WEEK, delay_days=DELAY_DAYS, test_days=WEEK, tests=4, validations=4
    ),
    calibration="none",
)

FIGURES: Mapping[str, str] = {"auc": "roc_auc", "ap": "average_precision", "cp100": "card_precision_100"}
"""Names of the figures here, and in :mod:`pipelines.models.judging.metrics`."""

BEST = {"auc": 0.879, "ap": 0.687, "cp100": 0.305}
"""The best that the book reports of each figure, by whatever model: what is to be beaten."""


@dataclass(frozen=True)
class Contestant:
    """A family of models on a set of features, and what the book says of it.

    Attributes:
        name: as it is printed.
        family: of :mod:`pipelines.models.families.families`.
        grid: hyper-parameters of which the validation weeks choose.
        book: figures that the book reports, by name; empty where it has no such model.
        is_chosen_by_figure: each figure is that of the hyper-parameters that did best in it on the validation weeks,
            as the book has it, and not all of them of one model.
    """

    name: str
    family: str
    grid: Sequence[Params]
    book: Mapping[str, float]
    is_chosen_by_figure: bool = False


def _figures(auc: float, ap: float, cp100: float) -> dict[str, float]:
    return {"auc": auc, "ap": ap, "cp100": cp100}


_EXACT: Params = {"tree_method": "exact", "base_score": 0.5, "subsample": 1.0, "colsample_bytree": 1.0}

BOOK_MODELS = (
    Contestant(
        "decision tree",
        "forest",
        tuple(
            {"trees": 1, "bootstrap": False, "max_features": None, "max_depth": depth}
            for depth in (2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50)
        ),
        _figures(0.797, 0.579, 0.284),
        is_chosen_by_figure=True,
    ),
    Contestant(
        "logistic regression",
        "logistic",
        tuple({"C": c, "is_log": 0, "farthest": 0} for c in (0.1, 1.0, 10.0, 100.0)),
        _figures(0.868, 0.623, 0.297),
        is_chosen_by_figure=True,
    ),
    Contestant(
        "random forest",
        "forest",
        tuple(
            {"trees": trees, "max_features": "sqrt", "max_depth": depth}
            for trees, depth in product((25, 50, 100), (5, 10, 20, 50))
        ),
        _figures(0.870, 0.678, 0.299),
        is_chosen_by_figure=True,
    ),
    Contestant(
        "XGBoost",
        "boosting",
        tuple(
            {**_EXACT, "trees": trees, "max_depth": depth, "eta": eta}
            for trees, depth, eta in product((25, 50, 100), (3, 6, 9), (0.1, 0.3))
        ),
        _figures(0.869, 0.687, 0.303),
        is_chosen_by_figure=True,
    ),
)
"""The book's models on its 15 features, with its grids."""

OUR_MODEL = Contestant(
    "XGBoost, our features",
    "boosting",
    tuple(
        {
            **_EXACT,
            "trees": trees,
            "max_depth": depth,
            "eta": 0.05,
            "subsample": 0.7,
            "colsample_bytree": share,
        }
        | {"min_child_weight": least}
        for depth, trees, share, least in (
            (3, 200, 0.5, 1),
            (4, 200, 0.5, 1),
            (4, 200, 0.5, 3),
            (4, 300, 0.5, 3),
        )
    ),
    {},
)


def period(folds: Folds = FOLDS) -> tuple[datetime, datetime]:
    """First moment that folds look at, and the first that they do not any more."""
    laid = (*folds.validation, *folds.test)
    return min(fold.train_from for fold in laid), max(fold.test_until for fold in laid)
