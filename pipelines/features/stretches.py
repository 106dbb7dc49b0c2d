"""How many days of features one plan computes: an engine in this process holds all rows of a plan in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate

from pipelines.features.feature import FeatureSet

VALUES = 200_000_000
"""Rows times features that are held at once; some 20 bytes each."""


def stretches(
    asked: Iterable[date], rows: Mapping[date, int], feature_set: FeatureSet, values: int = VALUES
) -> list[list[date]]:
    """Days in order, as many together as can be held with the facts that their windows see.

    At least half as many as the longest window has, whatever they hold: facts of before are read for each stretch.

    Args:
        asked: the days that features are asked of.
        rows: how many facts and probes each day has.
        feature_set: what is computed.
        values: bound of the rows times features of a stretch.
    """
    days = sorted(rows)
    sums = [0, *accumulate(rows[day] for day in days)]
    window, bound = feature_set.longest_window, values // max(1, len(feature_set.features))

    def fits(first: date, last: date) -> bool:
        since = date.fromordinal(first.toordinal() - window)
        held = sums[bisect_right(days, last)] - sums[bisect_left(days, since)]
        return held <= bound or (last - first).days < window // 2

    found: list[list[date]] = []
    for day in sorted(asked):
        if found and fits(found[-1][0], day):
            found[-1].append(day)
        else:
            found.append([day])
    return found
