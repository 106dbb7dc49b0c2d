"""Many days in a few stretches: what finds the files that may hold them, in a length that does not grow with them.

A stretch is a ``range``, of numbers or of days as their ordinals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise

MAX_SPANS = 16
"""Stretches that a condition names at most: engines nest it so deep without trouble."""


def ordinals(days: Iterable[date | str]) -> list[int]:
    """Days, or their ISO texts, as numbers, each once and in order."""
    return sorted({_as_date(day).toordinal() for day in days})


def stretches(numbers: Iterable[int], before: int = 0, after: int = 0) -> list[range]:
    """The numbers, and so many before and after each of them, as stretches without a gap, in order."""
    found: list[range] = []
    for number in sorted(set(numbers)):
        first, stop = number - before, number + after + 1
        if found and first <= found[-1].stop:
            found[-1] = range(found[-1].start, stop)
        else:
            found.append(range(first, stop))
    return found


def joined(spans: Sequence[range], at_most: int = MAX_SPANS) -> list[range]:
    """Stretches in order, of which those that are nearest to each other are joined until they are few enough."""
    gaps = [(later.start - earlier.stop, n) for n, (earlier, later) in enumerate(pairwise(spans), 1)]
    starts = sorted(n for _, n in sorted(gaps, reverse=True)[: at_most - 1])
    bounds = [0, *starts, len(spans)] if spans else []
    return [range(spans[first].start, spans[stop - 1].stop) for first, stop in pairwise(bounds)]


def noted_days(days: Iterable[date | str]) -> list[list[str]]:
    """Days in a note: few stretches of a first and a last day, as ISO texts; of scattered days, with some between."""
    spans = joined(stretches(ordinals(days)))
    return [[date.fromordinal(day).isoformat() for day in (span.start, span.stop - 1)] for span in spans]


def listed_days(noted: Iterable[str | Sequence[str]]) -> list[str]:
    """The days (ISO texts) of a note, which may also have them one by one."""
    bounds = [ordinals([stretch] if isinstance(stretch, str) else stretch) for stretch in noted]
    return [date.fromordinal(day).isoformat() for span in bounds for day in range(span[0], span[-1] + 1)]


def near_days(column: str, days: Iterable[date | str]) -> str:
    """SQL that is true for some days, may be for days between them, and is no longer for many days than for a few.

    It is there to leave files out: what it is joined to says which days are meant.
    """
    return within_spans(column, joined(stretches(ordinals(days))))


def near_numbers(column: str, numbers: Iterable[int]) -> str:
    """The same for whole numbers."""
    return _within(column, joined(stretches(numbers)), str)


def within_spans(column: str, spans: Iterable[range]) -> str:
    """SQL that is true for the days of some stretches; false where there is none."""
    return _within(column, spans, lambda number: f"date '{date.fromordinal(number)}'")


def _within(column: str, spans: Iterable[range], literal: Callable[[int], str]) -> str:
    conditions = [_bounds(column, literal(span.start), literal(span.stop - 1)) for span in spans]
    return f"({' or '.join(conditions)})" if conditions else "false"


def _bounds(column: str, first: str, last: str) -> str:
    return f"{column} = {first}" if first == last else f"({column} >= {first} and {column} <= {last})"


def _as_date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
