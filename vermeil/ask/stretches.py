"""Stretches of time in a text: what a date, a month, "last 90 days" or "week of 3 June" stand for.

Days are UTC. ``last 90 days`` ends yesterday, what is of this week, month, quarter or year ends today, and a month or
quarter without a year is the newest that has begun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vermeil.ask.calendar import (
    FEASTS,
    MONTHS,
    NUMBERS,
    WEEKDAYS,
    a_year_before,
    last_of,
    number_of,
    until_today,
    weekday_before,
    whole,
)
from vermeil.ask.plan import Days


@dataclass(frozen=True)
class Stretch:
    """Days that a part of a text names.

    Attributes:
        days: the days; of an ambiguous text, the first reading.
        start: where the part begins.
        end: where it ends.
        other: the other reading of a date such as 03/04.
    """

    days: Days
    start: int
    end: int
    other: Days | None = None


_YEAR = r"(?:,? ?(?:of )?(?P<year>20\d\d|last year|this year|the previous year|previous year))?"
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(NUMBERS) + r")(?: of)?"
_UNIT = r"(?P<unit>day|week|month|quarter|year)s?"
_MONTH = r"@m(?P<month>\d{1,2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}

Read = Callable[[re.Match[str], date], Days]


def _year(found: re.Match[str], today: date) -> int | None:
    """The year that is named; None where there is none."""
    said = found["year"]
    if said is None:
        return None
    return int(said) if said.isdigit() else today.year - ("last" in said or "previous" in said)


def _begun(days: Days, year: int | None, today: date) -> Days:
    """Of a year that is named, as it is, and of none, the newest that has begun."""
    if year is None:
        return until_today(days, today)
    ends = min(days.last or today, today)
    return days.model_copy(update={"last": ends}) if days.first and days.first <= ends else days


def _one_day(year: int, month: int, day: int) -> Days:
    found = date(year, month, day)
    return Days(first=found, last=found, named=f"{day} {MONTHS[month - 1].title()} {year}")


def _day_of_month(found: re.Match[str], today: date) -> Days:
    year = _year(found, today)
    days = _one_day(year or today.year, int(found["month"]), int(found["day"]))
    return _begun(days, year, today)


def _month(found: re.Match[str], today: date) -> Days:
    year, month = _year(found, today), int(found["month"])
    first = date(year or today.year, month, 1)
    return _begun(whole(first, "month", MONTHS[month - 1].title()), year, today)


def _iso_month(found: re.Match[str], today: date) -> Days:
    days = whole(date(int(found["y"]), int(found["m"]), 1), "month", found[0].strip())
    return _begun(days, int(found["y"]), today)


def _quarter(found: re.Match[str], today: date) -> Days:
    groups = found.groupdict()
    said = groups.get("q") or groups["nth"]
    number = _NTH.get(said) or int(said)
    year = int(groups["y"]) if groups.get("y") else _year(found, today)
    days = whole(date(year or today.year, 3 * number - 2, 1), "quarter", f"Q{number}")
    return _begun(days, year, today)


def _half(found: re.Match[str], today: date) -> Days:
    number = {"first": 1, "second": 2}.get(found["h"]) or int(found["h"])
    year = _year(found, today) or today.year
    first, last = date(year, 6 * number - 5, 1), date(year, 6, 30) if number == 1 else date(year, 12, 31)
    return _begun(Days(first=first, last=last, named=f"H{number} {year}"), _year(found, today), today)


def _last_some(found: re.Match[str], today: date) -> Days:
    number, unit = number_of(found["n"]), found["unit"]
    return last_of(number, unit, today, f"last {number} {unit}s")


def _last_few(found: re.Match[str], today: date) -> Days:
    return last_of(3, found["unit"], today, f"last 3 {found['unit']}s")


def _ago(found: re.Match[str], today: date) -> Days:
    number, unit = number_of(found["n"]), found["unit"]
    first = last_of(number, unit, today, "").first
    return whole(first or today, unit, f"{number} {unit}s ago")


def _this(found: re.Match[str], today: date) -> Days:
    unit = found["unit"]
    return whole(today, unit, f"this {unit}").model_copy(update={"last": today})


def _last(found: re.Match[str], today: date) -> Days:
    return last_of(1, found["unit"], today, f"last {found['unit']}")


def _to_date(found: re.Match[str], today: date) -> Days:
    unit = {"y": "year", "q": "quarter", "m": "month", "w": "week"}[found[0].strip()[0]]
    return whole(today, unit, f"{unit} to date").model_copy(update={"last": today})


def _days_back(back: int, named: str) -> Read:
    def read(_: re.Match[str], today: date) -> Days:
        day = today - timedelta(days=back)
        return Days(first=day, last=day, named=named)

    return read


def _weekday(found: re.Match[str], today: date) -> Days:
    day = weekday_before(today, found["weekday"])
    return Days(first=day, last=day, named=found["weekday"].title())


def _weekend(_: re.Match[str], today: date) -> Days:
    saturday = weekday_before(today - timedelta(days=1), "saturday")
    return Days(first=saturday, last=saturday + timedelta(days=1), named="last weekend")


def _week_of_day(found: re.Match[str], today: date) -> Days:
    day = _day_of_month(found, today).first or today
    return until_today(whole(day, "week", f"week of {day.day} {MONTHS[day.month - 1].title()}"), today)


def _week_number(found: re.Match[str], today: date) -> Days:
    year = _year(found, today) or today.year
    first = date.fromisocalendar(year, int(found["n"]), 1)
    return _begun(whole(first, "week", f"week {found['n']}"), _year(found, today), today)


def _feast(found: re.Match[str], today: date) -> Days:
    year = _year(found, today)
    day = FEASTS[found["feast"]](year or today.year)
    if year is None and day > today:
        day = FEASTS[found["feast"]](today.year - 1)
    return Days(first=day, last=day, named=found["feast"].title())


def _whole_year(found: re.Match[str], today: date) -> Days:
    return _begun(whole(date(int(found["y"]), 1, 1), "year", found["y"]), int(found["y"]), today)


def _iso_day(found: re.Match[str], _: date) -> Days:
    return _one_day(int(found["y"]), int(found["m"]), int(found["d"]))


def _all(_: re.Match[str], __: date) -> Days:
    return Days(named="all days")


_FEASTS = "|".join(sorted(FEASTS, key=len, reverse=True))

_PATTERNS: tuple[tuple[str, Read], ...] = (
    (r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)", _iso_day),
    (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>20\d\d)", _iso_day),
    (r"(?P<y>20\d\d)-(?P<m>\d\d)(?![-\d])", _iso_month),
    (rf"week (?:of|starting|beginning|from)(?: the)? {_DAY}(?: of)? {_MONTH}{_YEAR}", _week_of_day),
    (rf"week (?:of|starting|beginning|from) {_MONTH} {_DAY}(?!\d){_YEAR}", _week_of_day),
    (rf"(?:calendar )?week (?P<n>\d{{1,2}})(?!\d){_YEAR}", _week_number),
    (rf"(?:the )?{_DAY}(?: of)? {_MONTH}{_YEAR}", _day_of_month),
    (rf"{_MONTH} {_DAY}(?![\d]){_YEAR}", _day_of_month),
    (rf"(?:the )?(?:month of |whole of |all of )?{_MONTH}{_YEAR}", _month),
    (rf"q ?(?P<q>[1-4]){_YEAR}", _quarter),
    (r"(?P<y>20\d\d)[- ]?q(?P<q>[1-4])", _quarter),
    (rf"(?:the )?(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th) quarter{_YEAR}", _quarter),
    (rf"(?:h|the |)(?P<h>(?<=h)[12]|first|second)(?: half)(?: of)?(?: the)?{_YEAR}", _half),
    (rf"h(?P<h>[12]){_YEAR}", _half),
    (rf"(?:the )?(?:last|past|previous|preceding|recent) {_COUNT} {_UNIT}", _last_some),
    (rf"{_COUNT} {_UNIT} ago", _ago),
    (r"(?:the )?day before yesterday", _days_back(2, "the day before yesterday")),
    (r"yesterday", _days_back(1, "yesterday")),
    (r"today", _days_back(0, "today")),
    (r"(?:the )?(?:last|past|previous) 24 (?:hours|h)", _days_back(1, "yesterday")),
    (rf"(?:so far |up to now )?(?:this|the current|current) {_UNIT[:-2]}(?: to date| so far)?", _this),
    (rf"(?:the )?(?:last|previous|past) {_UNIT[:-2]}(?!s)", _last),
    (r"(?:year|quarter|month|week) to date", _to_date),
    (r"ytd|qtd|mtd|wtd", _to_date),
    (r"(?:last |this |the past |past |over the )weekend", _weekend),
    (rf"(?:last |past |on )(?P<weekday>{'|'.join(WEEKDAYS)})", _weekday),
    (rf"(?P<feast>{_FEASTS}){_YEAR}", _feast),
    (rf"(?:since |from )?(?:the )?(?:beginning|start) of (?:the|this) {_UNIT[:-2]}", _this),
    (rf"(?:the )?(?:last|past|recent) {_UNIT[:-2]}s", _last_few),
    (r"all[- ]time|since the beginning|ever since|in all|of all times|all days|whole history", _all),
    (r"(?P<y>20[12]\d)", _whole_year),
)

_COMPILED = tuple((re.compile(rf"(?<![\w@./-]){pattern}(?![\w@/%])"), read) for pattern, read in _PATTERNS)
_SLASHES = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?(?![\w/])")
_MONTH_NAMES = re.compile(
    r"\b("
    + "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in MONTHS)
    + r"|sept)\b\.?"
)
_MAY_BEFORE = (
    r"(?:in|of|for|since|from|to|until|till|during|and|vs|versus|between|last|this|against|with|through|by|,|-"
    r"|\d(?:st|nd|rd|th)?)"
)
_MAY = re.compile(r"(?<=[a-z,?\d] )May\b|\bMay(?= \d)|^May(?= (?:volume|vs|\d))|\bMay(?='s)")
_MAY_PLAIN = re.compile(rf"\b({_MAY_BEFORE}) may\b|\bmay(?=(?: \d|'s|$|\?|,))")


def with_months_marked(text: str) -> str:
    """The text in lower case, with @m5 in the place of May, where the month is meant and not what may be."""
    lower = _MAY.sub("@m5", text).lower()
    lower = _MAY_PLAIN.sub(lambda found: f"{found[1] + ' ' if found[1] else ''}@m5", lower)

    def marked(found: re.Match[str]) -> str:
        name = found[1][:3]
        return found[0] if name == "may" else f"@m{next(n for n, m in enumerate(MONTHS, 1) if m[:3] == name)}"

    return _MONTH_NAMES.sub(marked, lower)


def stretches(text: str, today: date) -> list[Stretch]:
    """All stretches of time in a text in which months are marked, in its order; of those that overlap, the longest."""
    found = sorted(_all_in(text, today), key=lambda one: (one.start - one.end, one.start))
    kept: list[Stretch] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _all_in(text: str, today: date) -> Iterator[Stretch]:
    for pattern, read in _COMPILED:
        for found in pattern.finditer(text):
            try:
                yield Stretch(read(found, today), found.start(), found.end())
            except (ValueError, OverflowError):
                continue  # 31 February is no day
    for found in _SLASHES.finditer(text):
        yield from _slashed(found, today)


def _slashed(found: re.Match[str], today: date) -> Iterator[Stretch]:
    """03/04 is 3 April to some and 4 March to others."""
    year = int(found[3]) % 100 + 2000 if found[3] else None
    readings = []
    for day, month in ((int(found[1]), int(found[2])), (int(found[2]), int(found[1]))):
        try:
            days = _one_day(year or today.year, month, day)
        except ValueError:
            continue
        readings.append(a_year_before(days) if year is None and days.first and days.first > today else days)
    unlike = [one for one in readings[1:] if one.period != readings[0].period]
    if readings:
        yield Stretch(readings[0], found.start(), found.end(), unlike[0] if unlike else None)
