"""How the scores of a model have turned out, day by day and over trailing windows.

Everything is counted from payments in the order of their days, with one sort for each window: there are many windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.models.families.arrays import Codes, Flags, Floats
from pipelines.models.judging.metrics import brier_score, calibration_error, card_precision, curve

CUTS = (10, 50, 90)
"""Scores at which the figures say what flagging every payment from there on would have done."""

LOST_MARGIN_PERCENT = 10
"""What a good payment that is turned away costs, of its amount. A missed fraud costs all of it."""

FALSE_ALARMS = 5
"""How many good payments may be flagged for one caught fraud, where the value that is detected is measured."""

Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Outcomes:
    """Scored payments whose outcome is known, or taken to be known.

    Attributes:
        days: since 1970, ascending.
        probabilities: of fraud, calibrated.
        scores: whole numbers from 0 to 100.
        is_fraud: how it turned out.
        amounts: in minor units, all of one currency or not used.
        cards: a number for each card, -1 for none.
    """

    days: Codes
    probabilities: Floats
    scores: Codes
    is_fraud: Flags
    amounts: Codes
    cards: Codes

    def __len__(self) -> int:
        return len(self.days)

    def of(self, chosen: slice | Flags) -> Outcomes:
        """Some of the payments."""
        return Outcomes(
            self.days[chosen],
            self.probabilities[chosen],
            self.scores[chosen],
            self.is_fraud[chosen],
            self.amounts[chosen],
            self.cards[chosen],
        )


def windows(outcomes: Outcomes, days: Sequence[int], length: int) -> Iterator[tuple[int, Outcomes]]:
    """The payments of so many days up to each of some days, where there are any."""
    for day in days:
        first, last = np.searchsorted(outcomes.days, [day - length + 1, day + 1])
        if first < last:
            yield day, outcomes.of(slice(first, last))


def figures(outcomes: Outcomes, *, money: bool) -> Figures:
    """What became of some payments, by the names that columns have where payments and their fraud are told.

    Args:
        outcomes: at least one payment.
        money: whether the amounts are of one currency; without, figures of money are None.
    """
    fraud = outcomes.is_fraud
    found = curve(fraud, outcomes.probabilities, outcomes.amounts.astype(float))
    carded = outcomes.of(outcomes.cards >= 0)
    expected = float(outcomes.probabilities.sum())
    fraud_count = int(fraud.sum())
    return {
        "payments_count": len(outcomes),
        "fraud_count": fraud_count,
        "expected_fraud_count": expected,
        "payments_minor": _sum(outcomes.amounts) if money else None,
        "fraud_minor": _sum(outcomes.amounts[fraud]) if money else None,
        "fraud_rate": fraud_count / len(outcomes),
        "roc_auc": found.area,
        "average_precision": found.average_precision,
        "recall_at_1_percent_rate": found.recall(0.01),
        "recall_at_5_percent_rate": found.recall(0.05),
        "card_precision_100_rate": card_precision(
            carded.is_fraud, carded.probabilities, carded.days, carded.cards, 100
        ),
        "value_detected_rate": found.value_detected(FALSE_ALARMS) if money else None,
        "calibration_ratio": expected / fraud_count if fraud_count else None,
        "calibration_error": calibration_error(fraud, outcomes.probabilities),
        "brier_score": brier_score(fraud, outcomes.probabilities),
        **{name: value for cut in CUTS for name, value in _at(outcomes, cut, money=money).items()},
    }


def _at(outcomes: Outcomes, cut: int, *, money: bool) -> Figures:
    flagged, fraud = outcomes.scores >= cut, outcomes.is_fraud
    caught = flagged & fraud
    missed, hurt = _sum(outcomes.amounts[fraud & ~flagged]), _sum(outcomes.amounts[flagged & ~fraud])
    flagged_count, caught_count = int(flagged.sum()), int(caught.sum())
    return {
        f"flagged_at_{cut}_count": flagged_count,
        f"caught_at_{cut}_count": caught_count,
        f"precision_at_{cut}_rate": caught_count / flagged_count if flagged_count else None,
        f"recall_at_{cut}_rate": caught_count / int(fraud.sum()) if fraud.any() else None,
        f"caught_at_{cut}_minor": _sum(outcomes.amounts[caught]) if money else None,
        f"cost_at_{cut}_minor": missed + hurt * LOST_MARGIN_PERCENT // 100 if money else None,
    }


def _sum(amounts: Codes) -> int:
    return int(amounts.sum())
