"""Days by the names that people give them: months, quarters, weeks and feasts, as seen from a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from pipelines.metrics.shared.period import start_of
from vermeil.ask.numerals import NUMERALS
from vermeil.ask.plan import Days

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

NUMBERS: Mapping[str, int] = {"a": 1, "couple": 2, "few": 3, **NUMERALS}

LENGTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}


def number_of(text: str) -> int:
    """A number in digits, or in words up to twelve."""
    word = text.split()[0]
    return NUMBERS[word] if word in NUMBERS else int(word)


def moved(start: date, grain: str, by: int) -> date:
    """The first day of a week, month, quarter or year, so many of them later, or earlier."""
    if grain in ("day", "week"):
        return start + timedelta(days=by * (7 if grain == "week" else 1))
    months = start.year * 12 + start.month - 1 + by * LENGTHS[grain]
    return date(months // 12, months % 12 + 1, 1)


def whole(day: date, grain: str, named: str = "") -> Days:
    """The week, month, quarter or year that a day is in."""
    first = start_of(day, grain)
    return Days(first=first, last=moved(first, grain, 1) - timedelta(days=1), named=named)


def last_of(number: int, grain: str, today: date, named: str) -> Days:
    """So many whole ones before that of today; of days, up to yesterday."""
    here = start_of(today, grain)
    return Days(first=moved(here, grain, -number), last=here - timedelta(days=1), named=named)


def until_today(days: Days, today: date) -> Days:
    """What has begun ends today; what has not begun is that of a year before."""
    if days.first and days.first > today:
        return a_year_before(days)
    return days.model_copy(update={"last": min(days.last or today, today)})


def a_year_before(days: Days) -> Days:
    """The same days of the year before."""
    first, last = (_year_before(one) if one else None for one in (days.first, days.last))
    if days.last and (days.last + timedelta(days=1)).day == 1 and last:
        last = whole(last, "month").last
    return Days(first=first, last=last, named=f"{days.named} a year before".strip())


def before(days: Days) -> Days:
    """The week, month, quarter or year before one, or as many days before as there are."""
    first, last = days.first, days.last
    if first is None or last is None:
        raise ValueError("days without a bound have none before")
    for grain in ("week", "month", "quarter", "year"):
        if whole(first, grain).period == days.period:
            return last_of(1, grain, first, f"the {grain} before")
    number = (last - first).days + 1
    return Days(
        first=first - timedelta(days=number),
        last=first - timedelta(days=1),
        named=f"the {number} days before",
    )


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def weekday_before(today: date, name: str) -> date:
    """The newest such day before today."""
    back = (today.weekday() - WEEKDAYS.index(name)) % 7 or 7
    return today - timedelta(days=back)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian rule (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    ell = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


FEASTS: Mapping[str, Callable[[int], date]] = {
    "good friday": lambda year: easter(year) - timedelta(days=2),
    "easter monday": lambda year: easter(year) + timedelta(days=1),
    "easter sunday": easter,
    "easter": easter,
    "whit monday": lambda year: easter(year) + timedelta(days=50),
    "ascension day": lambda year: easter(year) + timedelta(days=39),
    "black friday": lambda year: _thanksgiving(year) + timedelta(days=1),
    "cyber monday": lambda year: _thanksgiving(year) + timedelta(days=4),
    "thanksgiving": _thanksgiving,
    "christmas eve": lambda year: date(year, 12, 24),
    "christmas day": lambda year: date(year, 12, 25),
    "christmas": lambda year: date(year, 12, 25),
    "new year's eve": lambda year: date(year, 12, 31),
    "new year's day": lambda year: date(year, 1, 1),
    "new year": lambda year: date(year, 1, 1),
    "valentine's day": lambda year: date(year, 2, 14),
    "labour day": lambda year: date(year, 5, 1),
}
