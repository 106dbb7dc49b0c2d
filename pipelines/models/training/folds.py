"""What is learnt from, and what is judged by: folds in the order of time, with the label's delay between.

```
train_from         train_until             test_from        test_until
    |---- learnt from ---|------ delay ---------|---- judged by ----|
```

A model of a fold is the one that could have been trained at ``test_from``: of each payment it learns what was known of
it then. A fraud that was found out later is good in its eyes, as it was in everyone's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.errors import ModelError


@dataclass(frozen=True)
class Fold:
    """One period to learn from and a later one to be judged by.

    Attributes:
        train_from: first moment that is learnt from, UTC.
        train_days: days that are learnt from.
        delay_days: days between, in which most of the fraud becomes known.
        test_days: days that are judged by.

    Raises:
        ModelError: there are no days to learn from or to be judged by, or the delay is negative.
    """

    train_from: datetime
    train_days: int
    delay_days: int
    test_days: int

    def __post_init__(self) -> None:
        if self.train_days < 1 or self.test_days < 1 or self.delay_days < 0:
            raise ModelError(
                f"a fold of {self.train_days} days of training, {self.delay_days} of delay and {self.test_days} of "
                "test: training and test need at least one day, and no delay is negative"
            )

    @property
    def train_until(self) -> datetime:
        """The first moment that is not learnt from any more."""
        return self.train_from + timedelta(days=self.train_days)

    @property
    def test_from(self) -> datetime:
        """The moment of training, and the first that is judged by."""
        return self.train_until + timedelta(days=self.delay_days)

    @property
    def test_until(self) -> datetime:
        """The first moment that is not judged by any more."""
        return self.test_from + timedelta(days=self.test_days)

    def __str__(self) -> str:
        return f"{self.test_from:%Y-%m-%d} to {self.test_until - timedelta(days=1):%Y-%m-%d}"


@dataclass(frozen=True)
class Folds:
    """Earlier folds on which everything is chosen, and later ones that are looked at once.

    Attributes:
        validation: in the order of time.
        test: in the order of time; the last one's model is the one that is kept.
        is_caught_left_out: whether payments of cards that are known to be compromised are not judged by: they are
            blocked without a model.

    Raises:
        ModelError: there are none, or a validation fold's labels were not known when the first test fold begins.
    """

    validation: tuple[Fold, ...]
    test: tuple[Fold, ...]
    is_caught_left_out: bool = True

    def __post_init__(self) -> None:
        if not self.validation or not self.test:
            raise ModelError("folds: at least one validation fold and one test fold are needed")
        begun = min(fold.test_from for fold in self.test)
        for fold in self.validation:
            known = fold.test_until + timedelta(days=fold.delay_days)
            if known > begun:
                raise ModelError(
                    f"folds: what is chosen on {fold} is known on {known:%Y-%m-%d}, after the first test day, "
                    f"{begun:%Y-%m-%d}: validate on earlier weeks"
                )


@dataclass(frozen=True)
class FoldRule:
    """How folds are laid over whatever history there is: the test folds at the end of what has matured.

    Attributes:
        train_days: days that are learnt from, at most; with less history fewer, but at least ``least_train_days``.
        least_train_days: fewer days are not enough to learn from.
        delay_days: days after which most fraud is known. Younger payments are not learnt from; older ones without a
            sign of fraud are taken to be good.
        test_days: days of each fold that are judged by.
        tests: number of test folds.
        validations: number of validation folds; one that knew of nothing positive is left out when training begins.
        is_caught_left_out: see :class:`Folds`.
    """

    train_days: int
    least_train_days: int
    delay_days: int
    test_days: int
    tests: int = 1
    validations: int = 2
    is_caught_left_out: bool = True

    @property
    def needed_days(self) -> int:
        """Days of history, all matured, without which nothing can be trained."""
        judged = self.test_days * (self.tests + self.validations)
        return self.least_train_days + 2 * self.delay_days + judged

    def folds(self, first: datetime, until: datetime) -> Folds:
        """Folds from whole days between the first payment and the moment until which labels have matured.

        Raises:
            ModelError: the history is too short; it says by how much.
        """
        begin, end = _midnight(first + timedelta(days=1, seconds=-1)), _midnight(until)
        if (end - begin).days < self.needed_days:
            raise ModelError(
                f"{max((end - begin).days, 0)} whole days of payments with matured labels, {begin:%Y-%m-%d} to "
                f"{end:%Y-%m-%d}; training needs {self.needed_days}: {self.least_train_days} to learn from, "
                f"{self.delay_days} twice until labels are known, and {self.validations} + {self.tests} times "
                f"{self.test_days} to be judged by"
            )
        tests = self._before(end, self.tests, begin)
        last = tests[0].test_from - timedelta(days=self.delay_days)
        return Folds(self._before(last, self.validations, begin), tests, self.is_caught_left_out)

    def _before(self, end: datetime, count: int, begin: datetime) -> tuple[Fold, ...]:
        starts = [end - timedelta(days=self.test_days * (count - number)) for number in range(count)]
        return tuple(self._fold(start, begin) for start in starts)

    def _fold(self, test_from: datetime, begin: datetime) -> Fold:
        until = test_from - timedelta(days=self.delay_days)
        days = min(self.train_days, (until - begin).days)
        return Fold(until - timedelta(days=days), days, self.delay_days, self.test_days)


def starting(starts: Sequence[str], train_days: int, delay_days: int, test_days: int) -> tuple[Fold, ...]:
    """Folds that begin training on some days (ISO dates)."""
    days = (datetime.fromisoformat(start).replace(tzinfo=UTC) for start in starts)
    return tuple(Fold(day, train_days, delay_days, test_days) for day in days)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
