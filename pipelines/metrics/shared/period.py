"""Stretches of days as people write them: ``last_90_days``, ``2026-03``, ``2026-03-01..2026-03-31``.

What is relative is so to the newest day of the data, not to today: the same question about the same data has the same
answer tomorrow.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.errors import MetricError
from pipelines.metrics.shared.names import quoted

GRAINS = ("day", "week", "month", "quarter", "year")
"""Stretches of time that figures can be grouped by; weeks begin on Monday."""

_HELP = (
    "write last_90_days, last_3_months, this_quarter, 2026, 2026-q1, 2026-03, 2026-03-05, or two of these dates with "
    ".. between them"
)


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both among them; None where there is no bound."""

    first: date | None = None
    last: date | None = None

    @property
    def has_days(self) -> bool:
        """Whether there is a day between the bounds."""
        return not (self.first and self.last) or self.first <= self.last

    def is_one(self, grain: str) -> bool:
        """Whether it is one day, week, month, quarter or year."""
        return self.first is not None and self == _one(start_of(self.first, grain), grain)

    def is_of_whole(self, grain: str) -> bool:
        """Whether it cuts no week, month, quarter or year in two."""
        ends = self.last is None or _one(start_of(self.last, grain), grain).last == self.last
        return ends and (self.first is None or start_of(self.first, grain) == self.first)

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first or "all days")
        return f"{self.first or ''}..{self.last or ''}"


def period_of(text: str | None, newest: date | None) -> Period:
    """The days that a text names; all days where there is none.

    Args:
        text: as it was asked.
        newest: the newest day of the data; None where there is no data, of which all days are then meant.

    Raises:
        MetricError: it names no days, or the last before the first.
    """
    if text is None:
        return Period()
    asked = text.strip().lower()
    if found := re.fullmatch(r"last_(\d{1,4})_(day|week|month|quarter|year)s?", asked):
        return _last(int(found[1]), found[2], newest) if newest else Period()
    if found := re.fullmatch(r"(this|last)_(week|month|quarter|year)", asked):
        return _whole(found[1] == "this", found[2], newest) if newest else Period()
    begin, dots, end = asked.partition("..")
    one, other = _written(begin, text), _written(end, text)
    if not dots:
        if one is None:
            raise _unreadable(text)
        return one
    period = Period(one.first if one else None, other.last if other else None)
    if not period.has_days:
        raise MetricError(f"the time {quoted(text)} ends before it begins", "time")
    return period


def _last(number: int, grain: str, newest: date) -> Period:
    """So many days up to the newest; of longer stretches so many whole ones before that of the newest day."""
    if not number:
        raise MetricError("the last 0 of anything are no days", "time")
    if grain == "day":
        return Period(_bounded(newest.toordinal() - number + 1), newest)
    here = start_of(newest, grain)
    return Period(_moved(here, grain, -number), here - timedelta(days=1))


def _whole(this: bool, grain: str, newest: date) -> Period:
    here = start_of(newest, grain)
    return _one(here if this else _moved(here, grain, -1), grain)


def start_of(day: date, grain: str) -> date:
    """The first day of the stretch that a day is in."""
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def _moved(start: date, grain: str, by: int) -> date:
    """The first day of a stretch so many later, or earlier."""
    if grain == "week":
        return _bounded(start.toordinal() + 7 * by)
    months = start.year * 12 + start.month - 1 + by * {"month": 1, "quarter": 3, "year": 12}[grain]
    return date(max(months // 12, 1), months % 12 + 1, 1)


def _bounded(ordinal: int) -> date:
    return date.fromordinal(max(ordinal, 1))


def _one(start: date, grain: str) -> Period:
    return Period(start, start if grain == "day" else _moved(start, grain, 1) - timedelta(days=1))


def _written(text: str, whole: str) -> Period | None:
    """The days of a date, month, quarter or year; None for no text."""
    text = text.strip()
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            return Period(day, day)
        if found := re.fullmatch(r"(\d{4})-(\d\d)", text):
            year, month = int(found[1]), int(found[2])
            return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        if found := re.fullmatch(r"(\d{4})-?q([1-4])", text):
            return _one(date(int(found[1]), 3 * int(found[2]) - 2, 1), "quarter")
        if re.fullmatch(r"\d{4}", text):
            return Period(date(int(text), 1, 1), date(int(text), 12, 31))
    except ValueError:
        pass
    raise _unreadable(whole)


def _unreadable(text: str) -> MetricError:
    return MetricError(f"the time {quoted(text)} cannot be read: {_HELP}", "time")
