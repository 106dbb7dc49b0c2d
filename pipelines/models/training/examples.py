"""What a model learns from and is judged by: payments with their features, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Codes, Flags, Floats, Moments
from pipelines.models.families.model import check_features
from pipelines.models.training.folds import Fold

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.models.task import Task


@dataclass(frozen=True)
class Examples:
    """Payments, in the order of their moments. All arrays have one element, or row, a payment.

    Attributes:
        feature_names: of the columns of ``x``.
        x: features, as they were known when the payment was made; NaN where not known.
        y: whether something says by now that it was fraud.
        is_settled: whether it is known by now what it was: fraud, or legitimate because it has matured.
        at: when it was made.
        known_at: when it was known that it was fraud; NaT where it is not.
        worth: its amount over the median amount of its currency: amounts that can be compared, without a unit.
        cards: a number a card, or whatever entity is looked into; -1 for none.
    """

    feature_names: tuple[str, ...]
    x: Floats
    y: Flags
    is_settled: Flags
    at: Moments
    known_at: Moments
    worth: Floats
    cards: Codes

    def __len__(self) -> int:
        return len(self.y)

    def where(self, chosen: Flags) -> Examples:
        """Those of which a statement is true."""
        arrays = {field.name: getattr(self, field.name)[chosen] for field in fields(self)[1:]}
        return replace(self, **arrays)

    def features(self, names: Sequence[str]) -> Floats:
        """Some of the features, in the order of their names.

        Raises:
            ModelError: one of them is not there.
        """
        check_features(names, self.feature_names, "model", "the training table")
        places = {name: place for place, name in enumerate(self.feature_names)}
        return self.x[:, [places[name] for name in names]]

    @property
    def days(self) -> Codes:
        """The day of each payment, a number."""
        return self.at.astype("datetime64[D]").astype(np.int64)

    @property
    def settled_until(self) -> Any:
        """The moment, a numpy one, before which it is known of all payments what they were."""
        open_ones = self.at[~self.is_settled]
        return open_ones.min() if len(open_ones) else self.at.max() + np.timedelta64(1, "s")


def examples(table: pa.Table, task: Task, feature_names: tuple[str, ...] | None = None) -> Examples:
    """Examples of a task, from its training table.

    Args:
        table: rows with the columns that the task names.
        task: says which they are.
        feature_names: the features to take; by default those of the task, or all that are doubles where it names none.

    Raises:
        ModelError: a column is missing, there is no row, or none is fraud.
    """
    import pyarrow as pa

    doubles = tuple(field.name for field in table.schema if pa.types.is_floating(field.type))
    names = feature_names or task.features or doubles
    place = f"the training table of the task {task.name!r}"
    check_features(names, doubles, f"task {task.name}", place)
    check_features(task.columns, table.column_names, f"task {task.name}", place)
    _check_labels(table, task)
    table = table.sort_by([(task.at, "ascending"), *((name, "ascending") for name in task.key)])
    label = np.asarray(table[task.label].to_pylist(), object)
    at, known_at = (table[name].to_numpy().astype("datetime64[s]") for name in (task.at, task.known_at))
    y = label == task.positive
    return Examples(
        feature_names=tuple(names),
        x=np.column_stack([_doubles(table, name) for name in names]),
        y=y,
        is_settled=y | (label == task.negative),
        at=at,
        known_at=np.where(y, known_at, np.datetime64("NaT", "s")),
        worth=comparable(_doubles(table, task.amount), table[task.currency].to_pylist()),
        cards=codes(table[task.unit].to_pylist()),
    )


def _doubles(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].to_numpy(), np.float64)


def codes(names: Sequence[object]) -> Codes:
    """A number for each name, equal for equal ones; -1 for None."""
    known = np.array([name is not None for name in names], bool)
    found = np.full(len(names), -1)
    found[known] = np.unique([str(name) for name in names if name is not None], return_inverse=True)[1]
    return found


def comparable(amounts: Floats, currencies: Sequence[str | None]) -> Floats:
    """Amounts over the median amount of their currency, so that none of two currencies are added."""
    names, place = np.unique(np.array([name or "" for name in currencies]), return_inverse=True)
    found = np.zeros(len(amounts))
    for number in range(len(names)):
        own = place == number
        found[own] = amounts[own] / (np.median(amounts[own]) or 1.0)
    return found


def learnt(examples: Examples, fold: Fold) -> tuple[Flags, Flags]:
    """Which payments a fold learns from, and which of all payments were known to be fraud when it did."""
    within = (examples.at >= moment(fold.train_from)) & (examples.at < moment(fold.train_until))
    return within, known_fraud(examples, fold.test_from)


def judged(examples: Examples, fold: Fold, *, is_caught_left_out: bool) -> Flags:
    """Which payments a fold is judged by: settled ones, in the test days.

    Args:
        examples: all payments.
        fold: the fold.
        is_caught_left_out: leave out, of each test day, the cards of which a fraud was made since training began and
            was known before that day.
    """
    within = (examples.at >= moment(fold.test_from)) & (examples.at < moment(fold.test_until))
    chosen = within & examples.is_settled
    return chosen & ~_caught(examples, fold, chosen) if is_caught_left_out else chosen


def known_fraud(examples: Examples, at: datetime) -> Flags:
    """Which payments were known to be fraud at a moment."""
    return examples.y & (examples.known_at <= moment(at))


def _caught(examples: Examples, fold: Fold, chosen: Flags) -> Flags:
    fraud = examples.y & (examples.at >= moment(fold.train_from)) & (examples.at < moment(fold.test_until))
    carded, day = examples.cards >= 0, examples.at.astype("datetime64[D]")
    found = np.zeros(len(examples), bool)
    for today in np.unique(day[chosen]):
        cards = examples.cards[carded & fraud & (examples.known_at < today.astype("datetime64[s]"))]
        found |= chosen & (day == today) & np.isin(examples.cards, cards)
    return found


def moment(at: datetime) -> np.datetime64:
    """As numpy has it: UTC, of one-second resolution."""
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "s")


def at_utc(at: np.datetime64) -> datetime:
    """As Python has it."""
    found: datetime = at.astype("datetime64[s]").item()
    return found.replace(tzinfo=UTC)


def _check_labels(table: pa.Table, task: Task) -> None:
    import pyarrow.compute as pc

    counts = {row["values"]: row["counts"] for row in pc.value_counts(table[task.label]).to_pylist()}
    if not counts.get(task.positive):
        said = ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "no row at all"
        raise ModelError(
            f"task {task.name}: no row of {task.training_table} is {task.positive!r} by {task.label} ({said}); "
            "take in disputes, early fraud warnings, refunds or reviews, or name the task's label"
        )
