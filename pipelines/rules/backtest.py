"""What a rule would have done, on payments of which it is known what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pyspark.sql import functions as F  # noqa: N812

from pipelines.rules.condition import Condition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Label = Literal["fraud", "legitimate", "unknown"]

FRAUD: Label = "fraud"
LEGITIMATE: Label = "legitimate"
UNKNOWN: Label = "unknown"

MOST_EXAMPLES = 3

_MATCHED = "_matched"
_OF_EXAMPLES = ("account", "charge_id", "date", "label", "amount_minor", "currency")


@dataclass(frozen=True)
class Tally:
    """Payments of one label in one currency.

    Attributes:
        matched_count: those for which the rule holds.
        matched_minor: their amount, in the currency's minor unit.
        count: all of them.
        amount_minor: the amount of all of them.
    """

    matched_count: int
    matched_minor: int
    count: int
    amount_minor: int


NOTHING = Tally(0, 0, 0, 0)


@dataclass(frozen=True)
class ByCurrency:
    """What a rule would have done to the payments in one currency."""

    currency: str
    fraud: Tally
    legitimate: Tally
    unknown: Tally


@dataclass(frozen=True)
class Example:
    """A payment for which a rule holds; ``values`` are those of the columns that it looks at."""

    account: str
    charge_id: str
    date: date
    label: Label
    amount_minor: int
    currency: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Backtest:
    """What a rule would have done over a period.

    Payments with an unknown label are counted apart, and are in none of the rates.

    Attributes:
        condition: the rule.
        first, last: the first and the last day with a payment; None where there is none.
        currencies: by currency code; amounts of two are never added.
        examples: frauds that it would have caught, then payments that it would have hurt, of each the latest.
    """

    condition: Condition
    first: date | None
    last: date | None
    currencies: tuple[ByCurrency, ...]
    examples: tuple[Example, ...]

    @property
    def caught(self) -> int:
        """Frauds for which it holds."""
        return self._matched(FRAUD)

    @property
    def hurt(self) -> int:
        """Legitimate payments for which it holds."""
        return self._matched(LEGITIMATE)

    @property
    def undecided(self) -> int:
        """Payments for which it holds and of which it is not known what they were."""
        return self._matched(UNKNOWN)

    @property
    def precision(self) -> float | None:
        """Share of frauds among the payments for which it holds; None where it holds for none."""
        return _share(self.caught, self.caught + self.hurt)

    @property
    def recall(self) -> float | None:
        """Share of all frauds for which it holds; None where there was none."""
        return _share(self.caught, self._all(FRAUD))

    @property
    def false_positive_rate(self) -> float | None:
        """Share of all legitimate payments for which it holds; None where there was none."""
        return _share(self.hurt, self._all(LEGITIMATE))

    @property
    def matched_rate(self) -> float | None:
        """Share of all payments, known and unknown, for which it holds; None where there was none."""
        return _share(self.caught + self.hurt + self.undecided, self.payments)

    @property
    def payments(self) -> int:
        """All payments of the period."""
        return sum(self._all(label) for label in (FRAUD, LEGITIMATE, UNKNOWN))

    def _matched(self, label: Label) -> int:
        return sum(getattr(one, label).matched_count for one in self.currencies)

    def _all(self, label: Label) -> int:
        return sum(getattr(one, label).count for one in self.currencies)


def backtest(
    training: DataFrame, condition: Condition, *, since: date | None = None, until: date | None = None
) -> Backtest:
    """Try a rule on past payments: each with its features as they were at its moment, and its label as known now.

    Args:
        training: gold.training_fraud: ``account``, ``charge_id``, ``date``, ``created_at``, ``currency``,
            ``amount_minor``, ``label``, and the columns that the rule looks at.
        condition: the rule.
        since: first day of payments that count; None for no bound.
        until: last day; None for no bound.
    """
    marked = _between(training, since, until).withColumn(_MATCHED, condition.holds())
    found = _tallied(marked)
    days = [day for row in found for day in (row["first"], row["last"])]
    return Backtest(
        condition,
        first=min(days, default=None),
        last=max(days, default=None),
        currencies=tuple(_by_currency(found)),
        examples=tuple(_examples(marked, condition)),
    )


def _between(training: DataFrame, since: date | None, until: date | None) -> DataFrame:
    rows = training.filter(F.col("date") >= F.lit(since)) if since else training
    return rows.filter(F.col("date") <= F.lit(until)) if until else rows


def _tallied(marked: DataFrame) -> Sequence[Any]:
    figures = (
        F.count_if(_MATCHED).alias("matched_count"),
        F.sum(F.when(F.col(_MATCHED), F.col("amount_minor")).otherwise(F.lit(0))).alias("matched_minor"),
        F.count(F.lit(1)).alias("count"),
        F.sum("amount_minor").alias("amount_minor"),
        F.min("date").alias("first"),
        F.max("date").alias("last"),
    )
    return marked.groupBy("currency", "label").agg(*figures).collect()


def _by_currency(found: Sequence[Any]) -> Iterator[ByCurrency]:
    tallies = {
        (row["currency"], row["label"]): Tally(*(int(row[name]) for name in Tally.__dataclass_fields__))
        for row in found
    }
    for currency in sorted({currency for currency, _ in tallies}):
        labels = (tallies.get((currency, label), NOTHING) for label in (FRAUD, LEGITIMATE, UNKNOWN))
        yield ByCurrency(currency, *labels)


def _examples(marked: DataFrame, condition: Condition) -> Iterator[Example]:
    matched = marked.filter(F.col(_MATCHED))
    for label in (FRAUD, LEGITIMATE):
        latest = matched.filter(F.col("label") == label).orderBy(F.desc("created_at"), "account", "charge_id")
        for row in latest.limit(MOST_EXAMPLES).collect():
            own = {name: row[name] for name in _OF_EXAMPLES}
            yield Example(**own, values={name: row[name] for name in condition.names})


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
