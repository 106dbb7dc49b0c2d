"""The times of a question: which days, held against which others, by which stretches, and what was known when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from vermeil.ask.calendar import a_year_before, before, until_today, whole
from vermeil.ask.patterns import pattern
from vermeil.ask.plan import Days
from vermeil.ask.stretches import Stretch, stretches

GAP = " | "
"""Stands in a text where something was that is understood."""


@dataclass
class Times:
    """What a text says about time.

    Attributes:
        text: what is left of it.
        time: the days; None where it names none.
        against: other days.
        grains: stretches to group by.
        which: it asks which of these it is.
        over_time: it asks for a development, without saying by what.
        known_at: it asks for what was known then.
        unclear: two ways to read a date.
        ahead: it asks about days to come.
    """

    text: str
    time: Days | None = None
    against: Days | None = None
    grains: tuple[str, ...] = ()
    which: bool = False
    over_time: bool = False
    known_at: datetime | None = None
    unclear: tuple[Days, ...] = field(default_factory=tuple)
    ahead: bool = False


_GRAINS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annual": "year",
}
_BY_GRAIN = pattern("by_grain")
_WHICH = re.compile(
    r"\b(?:which|what|on which|in which|in what) (day|week|month|quarter|year)s?\b(?! (?:of|is|to))"
)
_DAY_BY_DAY = pattern("day_by_day")
_OVER_TIME = pattern("over_time")
_AGAINST = pattern("against")
_IS_COMPARED = pattern("is_compared")
_YEAR_BEFORE = pattern("year_before")
_PERIOD_BEFORE = pattern("period_before")
_KNOWN = pattern("known")
_AHEAD = pattern("ahead")
_TO = ("to", "until", "till", "through", "thru", "-", "up to", "..", "up until", "to the")
_EDGE = r"(?:\b(?:in|on|for|during|of|over|within|at|from|the|through|throughout|dated|as of|by|around)\s+)*$"


def times_of(text: str, today: date) -> Times:
    """What a text, in which months are marked, says about time."""
    found = Times(text)
    found.ahead = bool(_AHEAD.search(text))
    _read_grains(found)
    parts = stretches(found.text, today)
    parts = _take_known(found, parts)
    found.unclear = next(((one.days, one.other) for one in parts if one.other), ())
    _read_days(found, parts, today)
    _read_relative(found)
    return found


def _read_grains(found: Times) -> None:
    grains: list[str] = []
    for form in (_DAY_BY_DAY, _BY_GRAIN):
        for match in form.finditer(found.text):
            word = next(filter(None, match.groups()))
            if form is _BY_GRAIN and match[0].startswith(("a ", "each", "every")) and word.endswith("s"):
                continue
            grains.append(_GRAINS.get(word, word.removesuffix("s")))
        found.text = form.sub(_basis, found.text)
    if asked := _WHICH.search(found.text):
        grains.append(asked[1])
        found.which, found.text = True, _WHICH.sub(GAP, found.text)
    if _OVER_TIME.search(found.text):
        found.over_time, found.text = True, _OVER_TIME.sub(GAP, found.text)
    found.grains = tuple(dict.fromkeys(grains))


def _basis(match: re.Match[str]) -> str:
    """What is left of by payment month: it says by whose day, which is another figure."""
    of = re.search(r"\b(payment|dispute)\b", match[0])
    return (f"{GAP}by payment{GAP}" if of[1] == "payment" else f"{GAP}by dispute date{GAP}") if of else GAP


def _take_known(found: Times, parts: list[Stretch]) -> list[Stretch]:
    """Take the time at which something was known out of the others."""
    for one in parts:
        ahead = found.text[: one.start]
        if one.days.last and (match := _KNOWN.search(ahead)):
            found.known_at = datetime.combine(one.days.last, time(23, 59, 59), UTC)
            length = len(found.text)
            found.text = ahead[: match.start()] + " " * (one.end - match.start()) + found.text[one.end :]
            assert len(found.text) == length
            return [other for other in parts if other is not one]
    return parts


def _read_days(found: Times, parts: list[Stretch], today: date) -> None:
    """The days, and those that they are held against; what is read is cut out of the text."""
    if not parts:
        return
    text, first, rest = found.text, parts[0], parts[1:]
    ahead, end = text[: first.start], first.end
    if rest and _is_range(ahead, text[first.end : rest[0].start].strip()):
        found.time = _range(first.days, rest[0].days)
        end, rest = rest[0].end, rest[1:]
        ahead = re.sub(r"\b(?:between|from)\s*(?:the\s*)?$", "", ahead)
    else:
        found.time, ahead = _bounded(first.days, ahead, text[first.end :], today)
    cuts = [(len(re.sub(_EDGE, "", ahead)), end)]
    for one in rest:
        _read_other(found, one, text[cuts[-1][1] : one.start])
        cuts.append((one.start, one.end))
    if found.against and re.search(r"\bfrom\s*$", ahead) and not re.search(r"\b(?:vs|versus)\b", text):
        found.time, found.against = found.against, found.time  # from April to May: May is asked about
    for begin, stop in reversed(cuts):
        found.text = found.text[:begin] + GAP + found.text[stop:]


def _is_range(ahead: str, between: str) -> bool:
    """Whether two stretches are the ends of one."""
    of_two = re.search(r"\bbetween\s*(?:the\s*)?$", ahead) and between == "and"
    return bool(of_two or between in _TO) and not re.search(r"\bcompar|\bchange", ahead)


def _read_other(found: Times, one: Stretch, words: str) -> None:
    """A further stretch: it is held against the first, or is the same, or nobody knows which is meant."""
    days = found.time or one.days
    joined = _AGAINST.search(words) or not words.strip()
    if found.against is None and joined and _IS_COMPARED.search(found.text):
        found.against = _alike(one.days, days)
    elif one.days.period != days.period:
        found.unclear = found.unclear or (days, one.days)


def _range(one: Days, other: Days) -> Days:
    if one.first and other.last and one.first > other.last:
        one = a_year_before(one)
    return Days(first=one.first, last=other.last, named=f"{one.named} to {other.named}")


def _bounded(days: Days, ahead: str, after: str, today: date) -> tuple[Days, str]:
    """The days with what a word before them makes of them: since, after, until, before."""
    if (
        found := re.search(
            r"\b(?:since|starting|beginning|from)(?: the)?(?: start of| beginning of)?\s*$", ahead
        )
    ) and ("from" not in found[0] or re.match(r"\s*(?:on|onwards?|until now|to now|till now)\b", after)):
        return Days(first=days.first, last=today, named=f"since {days.named}"), ahead[: found.start()]
    if (found := re.search(r"\bafter(?: the)?\s*$", ahead)) and days.last:
        first = days.last + timedelta(days=1)
        return Days(first=min(first, today), last=today, named=f"after {days.named}"), ahead[: found.start()]
    if found := re.search(r"\b(?:until|up to|till|through)(?: the)?(?: end of)?\s*$", ahead):
        return Days(last=days.last, named=f"until {days.named}"), ahead[: found.start()]
    if (found := re.search(r"\b(?:before|prior to)(?: the)?\s*$", ahead)) and days.first:
        return Days(last=days.first - timedelta(days=1), named=f"before {days.named}"), ahead[: found.start()]
    return days, ahead


def _alike(other: Days, days: Days) -> Days:
    """Last year, held against May, is the May of last year."""
    a_year = other.first and whole(other.first, "year").period == other.period
    is_year = days.first and whole(days.first, "year").period.first == days.first and "year" in days.named
    if a_year and not is_year and days.first and other.first:
        moved = days
        while moved.first and moved.first.year > other.first.year:
            moved = a_year_before(moved)
        return moved.model_copy(update={"named": f"{days.named} {other.first.year}"})
    return other


def _read_relative(found: Times) -> None:
    """Days that are named by others: the same period last year, the month before."""
    for form, of in ((_YEAR_BEFORE, a_year_before), (_PERIOD_BEFORE, before)):
        if match := form.search(found.text):
            found.text = form.sub(GAP, found.text)
            if found.time and found.against is None and found.time.first and found.time.last:
                found.against = of(found.time)
            elif found.time is None and not found.grains:
                found.over_time = found.over_time or "mom" in match[0] or "month" in match[0]


def finished(days: Days, today: date) -> Days:
    """Days without an end end today."""
    return until_today(days, today) if days.first and days.last is None else days
