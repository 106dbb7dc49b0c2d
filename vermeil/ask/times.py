"""The times of a question: which days, held against which others, by which stretches, and what was known when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from vermeil.ask.calendar import a_year_before, before, until_today, whole
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
        over_time: it asks for a development, without saying by what.
        known_at: it asks for what was known then.
        unclear: two ways to read a date.
        ahead: it asks about days to come.
    """

    text: str
    time: Days | None = None
    against: Days | None = None
    grains: tuple[str, ...] = ()
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
_BY_GRAIN = re.compile(
    r"\b(?:by|per|for each|for every|each|every|a|split by|over the|across)(?: the)?"
    r"(?: (?:calendar|payment|dispute|creation|booking|transaction|refund|charge|signup))? (days?|weeks?|months?|quarters?|years?)\b"
    r"(?! (?:ago|to date|so far))(?: of (?:the )?(?:payment|dispute|transaction|charge|refund|creation))?"
)
_DAY_BY_DAY = re.compile(
    r"\b(day|week|month|quarter|year) by (day|week|month|quarter|year)\b|\b(daily|weekly|monthly|quarterly|yearly|annual)\b"
)
_OVER_TIME = re.compile(
    r"\b(?:over time|trend(?:ed|ing|s)?|time series|develop(?:ed|ing|ment)?|evol(?:ved|ving|ution)|progress(?:ion)?|historically)\b"
)
_AGAINST = re.compile(
    r"\b(?:vs\.?|versus|against|compared? (?:to|with|against)|relative to|than|over|and|with|to|from)\b"
)
_IS_COMPARED = re.compile(
    r"\b(?:vs\.?|versus|against|compar\w*|relative to|growth|grow|grew|grown|change[ds]?|difference|differ|than|up or down)\b"
)
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:the )?same (?:period|days?|week|month|quarter|time)(?: of| in| a)? (?:the )?(?:last|previous|prior|year) ?(?:year|before|earlier|ago)?"
    r"|year[- ]on[- ]year|year[- ]over[- ]year|yoy|y/y|a year (?:ago|before|earlier))(?!\w)"
)
_PERIOD_BEFORE = re.compile(
    r"\b(?:the )?(?:(?:previous|prior|preceding) (?:period|one)|(?:day|week|month|quarter|year|period) (?:before|earlier|prior)"
    r"|(?:month|week|quarter|day)[- ](?:on|over)[- ](?:month|week|quarter|day)|mom|wow|qoq|m/m|w/w|q/q)(?!\w)"
)
_KNOWN = re.compile(
    r"\b(?:think|thought|believed?|knew|know|known|reported|report|assumed?|said|seen?|looked?)\b[^|]*?\b(?:on|at|by|as of|back on|back in)\s*$"
    r"|\bas (?:known|seen|reported|it was known|we knew it) (?:on|at|by|as of)\s*$|\bknown (?:by|on|at)\s*$"
)
_AHEAD = re.compile(
    r"\b(?:tomorrow|next (?:few |\w+ )?(?:days?|weeks?|months?|quarters?|years?)|coming (?:days?|weeks?|months?|quarter|year)|upcoming)\b"
)
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
    for pattern in (_DAY_BY_DAY, _BY_GRAIN):
        for match in pattern.finditer(found.text):
            word = next(filter(None, match.groups()))
            if pattern is _BY_GRAIN and match[0].startswith(("a ", "each", "every")) and word.endswith("s"):
                continue
            grains.append(_GRAINS.get(word, word.removesuffix("s")))
        found.text = pattern.sub(GAP, found.text)
    if _OVER_TIME.search(found.text):
        found.over_time, found.text = True, _OVER_TIME.sub(GAP, found.text)
    found.grains = tuple(dict.fromkeys(grains))


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
    if not parts:
        return
    text, first = found.text, parts[0]
    ahead = text[: first.start]
    rest = parts[1:]
    days, start, end = first.days, first.start, first.end
    between = text[first.end : rest[0].start].strip() if rest else ""
    is_range = re.search(r"\bbetween\s*(?:the\s*)?$", ahead) and between == "and"
    is_range = is_range or between in (
        "to",
        "until",
        "till",
        "through",
        "thru",
        "-",
        "–",
        "up to",
        "..",
        "up until",
        "to the",
    )
    if rest and is_range and not re.search(r"\bcompar|\bchange", ahead):
        days = _range(first.days, rest[0].days)
        end, rest = rest[0].end, rest[1:]
        ahead = re.sub(r"\b(?:between|from)\s*(?:the\s*)?$", "", ahead)
    else:
        days, ahead = _bounded(days, ahead, text[first.end :], today)
    start = len(re.sub(_EDGE, "", ahead))
    found.time = days
    cuts = [(start, end)]
    for one in rest:
        words = text[cuts[-1][1] : one.start]
        if (
            found.against is None
            and (_AGAINST.search(words) or not words.strip())
            and _IS_COMPARED.search(text)
        ):
            found.against = _alike(one.days, days)
            cuts.append((one.start, one.end))
        elif one.days.period == days.period:
            cuts.append((one.start, one.end))
        else:
            found.unclear = found.unclear or (days, one.days)
            cuts.append((one.start, one.end))
    if found.against and re.search(r"\bfrom\s*$", ahead) and not re.search(r"\b(?:vs|versus)\b", text):
        found.time, found.against = found.against, found.time  # from April to May: May is asked about
    for begin, stop in reversed(cuts):
        found.text = found.text[:begin] + GAP + found.text[stop:]


def _range(one: Days, other: Days) -> Days:
    if one.first and other.last and one.first > other.last:
        one = a_year_before(one)
    return Days(first=one.first, last=other.last, named=f"{one.named} to {other.named}")


def _bounded(days: Days, ahead: str, after: str, today: date) -> tuple[Days, str]:
    """The days with what a word before them makes of them: since, after, until, before."""
    if found := re.search(
        r"\b(?:since|starting|beginning|from)(?: the)?(?: start of| beginning of)?\s*$", ahead
    ):
        if "from" not in found[0] or re.match(r"\s*(?:on|onwards?|until now|to now|till now)\b", after):
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
    for pattern, of in ((_YEAR_BEFORE, a_year_before), (_PERIOD_BEFORE, before)):
        if match := pattern.search(found.text):
            found.text = pattern.sub(GAP, found.text)
            if found.time and found.against is None and found.time.first and found.time.last:
                found.against = of(found.time)
            elif found.time is None and not found.grains:
                found.over_time = found.over_time or "mom" in match[0] or "month" in match[0]


def finished(days: Days, today: date) -> Days:
    """Days without an end end today."""
    return until_today(days, today) if days.first and days.last is None else days
