"""Times in questions, seen from Wednesday, 17 June 2026."""

from __future__ import annotations

from datetime import date

import pytest

from vermeil.ask.calendar import easter
from vermeil.ask.stretches import with_months_marked
from vermeil.ask.times import Times, times_of

TODAY = date(2026, 6, 17)


def read(text: str) -> Times:
    return times_of(with_months_marked(text), TODAY)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("yesterday", "2026-06-16..2026-06-16"),
        ("the day before yesterday", "2026-06-15..2026-06-15"),
        ("last 90 days", "2026-03-19..2026-06-16"),
        ("past two weeks", "2026-06-01..2026-06-14"),
        ("last week", "2026-06-08..2026-06-14"),
        ("last month", "2026-05-01..2026-05-31"),
        ("last 12 months", "2025-06-01..2026-05-31"),
        ("last quarter", "2026-01-01..2026-03-31"),
        ("this quarter", "2026-04-01..2026-06-17"),
        ("last year", "2025-01-01..2025-12-31"),
        ("year to date", "2026-01-01..2026-06-17"),
        ("so far this year", "2026-01-01..2026-06-17"),
        ("since the beginning of the month", "2026-06-01..2026-06-17"),
        ("since Easter Monday", "2026-04-06..2026-06-17"),
        ("on Black Friday 2025", "2025-11-28..2025-11-28"),
        ("week of 3 June", "2026-06-01..2026-06-07"),
        ("week 23", "2026-06-01..2026-06-07"),
        ("in March", "2026-03-01..2026-03-31"),
        ("in August", "2025-08-01..2025-08-31"),
        ("in May 2025", "2025-05-01..2025-05-31"),
        ("Q2", "2026-04-01..2026-06-17"),
        ("the first quarter of 2025", "2025-01-01..2025-03-31"),
        ("H1 2025", "2025-01-01..2025-06-30"),
        ("2026-05", "2026-05-01..2026-05-31"),
        ("June 3rd", "2026-06-03..2026-06-03"),
        ("25/12", "2025-12-25..2025-12-25"),
        ("between 3 May and 17 May", "2026-05-03..2026-05-17"),
        ("from 3 May to 17 May", "2026-05-03..2026-05-17"),
        ("from 3 May on", "2026-05-03..2026-06-17"),
        ("until March", "..2026-03-31"),
        ("before May", "..2026-04-30"),
        ("after 10 June", "2026-06-11..2026-06-17"),
        ("last weekend", "2026-06-13..2026-06-14"),
        ("three months ago", "2026-03-01..2026-03-31"),
    ],
)
def test_days_are_read(text: str, days: str) -> None:
    found = read(f"volume {text}").time
    assert found is not None
    assert found.text == days


@pytest.mark.parametrize(
    ("text", "days", "against"),
    [
        ("Q2 against Q2 last year", "2026-04-01..2026-06-17", "2025-04-01..2025-06-30"),
        ("in May vs last year", "2026-05-01..2026-05-31", "2025-05-01..2025-05-31"),
        ("this month vs last month", "2026-06-01..2026-06-17", "2026-05-01..2026-05-31"),
        ("changed from April to May", "2026-05-01..2026-05-31", "2026-04-01..2026-04-30"),
        ("in May compared to the same period last year", "2026-05-01..2026-05-31", "2025-05-01..2025-05-31"),
        ("in May compared with the month before", "2026-05-01..2026-05-31", "2026-04-01..2026-04-30"),
    ],
)
def test_days_are_held_against_others(text: str, days: str, against: str) -> None:
    found = read(f"volume {text}")
    assert (found.time and found.time.text, found.against and found.against.text) == (days, against)


@pytest.mark.parametrize("text", ["how much may we lose", "above 2000 payments", "version 1.2.3"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read(text).time is None or read(text).time == read("February").time


def test_a_date_that_is_two_dates_is_unclear() -> None:
    assert [str(days.period) for days in read("payments on 03/04").unclear] == ["2026-04-03", "2026-03-04"]


def test_what_was_known_is_another_time_than_what_is_asked_about() -> None:
    found = read("What did we think on 3 June that May's volume was?")
    assert str(found.known_at) == "2026-06-03 23:59:59+00:00"
    assert found.time
    assert found.time.text == "2026-05-01..2026-05-31"


@pytest.mark.parametrize(
    ("text", "grains"),
    [
        ("per week", ("week",)),
        ("by month", ("month",)),
        ("day by day", ("day",)),
        ("monthly", ("month",)),
        ("", ()),
    ],
)
def test_stretches_to_group_by_are_read(text: str, grains: tuple[str, ...]) -> None:
    assert read(f"volume {text}").grains == grains


def test_days_to_come_are_told() -> None:
    assert read("payouts next month").ahead


@pytest.mark.parametrize(("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))])
def test_easter_is_when_it_is(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)
