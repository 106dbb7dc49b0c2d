"""How good scores are, in the figures that people compare.

Arrays of equal length go in, one element a payment: ``y`` is true for fraud, ``scores`` are greater the more likely a
payment is fraud (any scale, except where a probability is asked for), ``amounts`` are of one currency. A figure that is
not defined, such as a recall where there is no fraud, is None. What is flagged at a cut is every score at or above it:
equal scores are flagged together, so no figure depends on the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.models.families.arrays import Codes, Flags, Floats


def roc_auc(y: Flags, scores: Floats) -> float | None:
    """Chance that a random fraud has a higher score than a random good payment. None unless there are both."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, scores)) if y.any() and not y.all() else None


def average_precision(y: Flags, scores: Floats) -> float | None:
    """Precision at each cut, weighted by the recall that the cut adds. None without fraud."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(y, scores)) if y.any() else None


def card_precision(y: Flags, scores: Floats, days: Codes, cards: Codes, k: int = 100) -> float | None:
    """Of the k highest-scored cards of each day, the share that is compromised; the mean of the days.

    A card's score is that of its highest payment of the day, and it is compromised if any of its payments of the day
    is fraud. A card that was found on one day is left out of later ones: it is blocked. A day with fewer than k cards
    counts as if the rest of them were good. Cards of equal scores are taken in the order of their codes.
    From the Fraud Detection Handbook, "Card Precision top-k".

    Args:
        y: whether a payment is fraud.
        scores: greater is more likely fraud.
        days: a number a day, ascending in time.
        cards: a number a card.
        k: how many cards can be looked into a day.
    """
    if not len(y):
        return None
    found: set[int] = set()
    shares = []
    for day in np.unique(days):
        today = (days == day) & ~np.isin(cards, list(found))
        caught = _caught_cards(y[today], scores[today], cards[today], k)
        found.update(caught)
        shares.append(len(caught) / k)
    return float(np.mean(shares))


def _caught_cards(y: Flags, scores: Floats, cards: Codes, k: int) -> list[int]:
    names, place = np.unique(cards, return_inverse=True)
    highest, compromised = np.full(len(names), -np.inf), np.zeros(len(names), bool)
    np.maximum.at(highest, place, scores)
    np.logical_or.at(compromised, place, y)
    first = np.lexsort((names, -highest))[:k]
    return [int(name) for name in names[first][compromised[first]]]


@dataclass(frozen=True)
class Curve:
    """What each possible cut flags, from the highest cut to the lowest.

    Attributes:
        cuts: the distinct scores, descending; before them infinity, which flags nothing.
        caught: flagged payments that are fraud.
        hurt: flagged payments that are good.
        caught_amount: amount of the flagged fraud.
        hurt_amount: amount of the flagged good payments.
    """

    cuts: Floats
    caught: Floats
    hurt: Floats
    caught_amount: Floats
    hurt_amount: Floats

    @property
    def area(self) -> float | None:
        """Area under the receiver operating characteristic; None unless there are fraud and good payments."""
        if not self.caught[-1] or not self.hurt[-1]:
            return None
        return float(np.trapezoid(self.caught, self.hurt) / (self.caught[-1] * self.hurt[-1]))

    @property
    def average_precision(self) -> float | None:
        """Precision at each cut, weighted by the recall that the cut adds; None without fraud."""
        if not self.caught[-1]:
            return None
        precision = self.caught[1:] / (self.caught[1:] + self.hurt[1:])
        return float((np.diff(self.caught) * precision).sum() / self.caught[-1])

    def recall(self, rate: float) -> float | None:
        """Share of fraud that is caught where at most this share of good payments is flagged.

        None unless there are fraud and good payments.
        """
        if not self.caught[-1] or not self.hurt[-1]:
            return None
        return float(self.caught[self.hurt <= rate * self.hurt[-1]].max() / self.caught[-1])

    def value_detected(self, ratio: float) -> float | None:
        """Share of the fraud's amount that is caught where there are at most this many false alarms a caught fraud.

        None unless fraud has an amount.
        """
        if self.caught_amount[-1] <= 0:
            return None
        within = self.hurt <= ratio * self.caught
        return float(self.caught_amount[within].max() / self.caught_amount[-1])


def curve(y: Flags, scores: Floats, amounts: Floats | None = None) -> Curve:
    """What each possible cut flags. Without amounts each payment counts as one."""
    weights = np.ones(len(y)) if amounts is None else np.asarray(amounts, float)
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.diff(ranked, append=-np.inf) != 0)
    fraud, worth = y[order].astype(float), weights[order]
    sums = (fraud, 1 - fraud, fraud * worth, (1 - fraud) * worth)
    return Curve(
        np.concatenate([[np.inf], ranked[last]]),
        *(np.concatenate([[0.0], np.cumsum(values)[last]]) for values in sums),
    )


def recall_at_false_positive_rate(y: Flags, scores: Floats, rate: float) -> float | None:
    """Share of fraud that is caught where at most this share of good payments is flagged. None unless there are both.

    Args:
        y: whether a payment is fraud.
        scores: greater is more likely fraud.
        rate: flagged good payments over all good ones, 0 to 1, that must not be exceeded.
    """
    return curve(y, scores).recall(rate)


def value_detected(y: Flags, scores: Floats, amounts: Floats, ratio: float = 5.0) -> float | None:
    """Share of the fraud's amount that is caught where there are at most this many false alarms a caught fraud.

    Known as the value detection rate at a false-positive ratio, 5 : 1 by custom. None unless fraud has an amount.
    """
    return curve(y, scores, amounts).value_detected(ratio)


def least_cost(y: Flags, scores: Floats, amounts: Floats, alarm_cost: float) -> tuple[float, float] | None:
    """The cut at which fraud costs least, and that cost; the highest of equal ones. None without rows.

    Args:
        y: whether a payment is fraud.
        scores: greater is more likely fraud.
        amounts: what a missed fraud costs.
        alarm_cost: what a false alarm costs, in the amounts' unit.
    """
    if not len(y):
        return None
    found = curve(y, scores, amounts)
    costs = found.caught_amount[-1] - found.caught_amount + alarm_cost * found.hurt
    best = int(np.argmin(costs))
    return float(found.cuts[best]), float(costs[best])


def brier_score(y: Flags, probabilities: Floats) -> float | None:
    """Mean squared difference of probability and outcome: 0 is perfect. None without rows."""
    return float(np.mean((probabilities - y) ** 2)) if len(y) else None


@dataclass(frozen=True)
class Bin:
    """Payments of similar probability: a point of the reliability curve.

    Attributes:
        count: how many.
        predicted: mean of their probabilities.
        observed: share of fraud among them.
    """

    count: int
    predicted: float
    observed: float


def reliability(y: Flags, probabilities: Floats, bins: int = 10) -> tuple[Bin, ...]:
    """Payments by ascending probability, in about equal numbers. Equal probabilities are never parted.

    Bins of equal width would put nearly every payment into the first: fraud is rare.
    """
    if not len(y):
        return ()
    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, probabilities, side="left")
    groups = [place == number for number in np.unique(place)]
    return tuple(
        Bin(int(group.sum()), float(probabilities[group].mean()), float(y[group].mean())) for group in groups
    )


def calibration_error(y: Flags, probabilities: Floats, bins: int = 10) -> float | None:
    """Expected calibration error: mean difference of predicted and observed over the bins of :func:`reliability`.

    0 is perfect. None without rows.
    """
    found = reliability(y, probabilities, bins)
    return sum(bin.count * abs(bin.predicted - bin.observed) for bin in found) / len(y) if found else None


@dataclass(frozen=True)
class Scored:
    """Payments with their scores and outcomes, which all figures are made from.

    Attributes:
        y: whether a payment is fraud.
        probabilities: of fraud, calibrated.
        amounts: of one currency or made comparable.
        days: a number a day.
        cards: a number a card, or whatever entity is looked into; -1 for none, which card precision leaves out.
    """

    y: Flags
    probabilities: Floats
    amounts: Floats
    days: Codes
    cards: Codes


FIGURES = (
    "roc_auc", "average_precision", "card_precision_100", "recall_at_1_percent", "recall_at_5_percent",
    "value_detected", "least_cost_rate", "brier_score", "calibration_error", "fraud_rate",
)  # fmt: skip
"""Names of what :func:`figures` gives, in order."""


def figures(scored: Scored, alarm_cost: float = 0.0) -> dict[str, float | None]:
    """The figures by which models are compared.

    Args:
        scored: payments that the model has not seen.
        alarm_cost: what a false alarm costs, in the amounts' unit. The least cost is given as a share of the fraud's
            amount: 1 is as bad as no model.
    """
    y, p = scored.y, scored.probabilities
    lost, carded = float(scored.amounts[y].sum()), scored.cards >= 0
    least = least_cost(y, p, scored.amounts, alarm_cost)
    found = (
        roc_auc(y, p),
        average_precision(y, p),
        card_precision(y[carded], p[carded], scored.days[carded], scored.cards[carded], 100),
        recall_at_false_positive_rate(y, p, 0.01),
        recall_at_false_positive_rate(y, p, 0.05),
        value_detected(y, p, scored.amounts),
        _share(least[1], lost) if least else None,
        brier_score(y, p),
        calibration_error(y, p),
        _share(float(y.sum()), len(y)),
    )
    return dict(zip(FIGURES, found, strict=True))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
