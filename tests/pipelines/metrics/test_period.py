"""Stretches of days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.errors import MetricError
from pipelines.metrics.shared.period import Period, period_of

NEWEST = date(2026, 5, 13)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "all days"),
        ("last_90_days", "2026-02-13..2026-05-13"),
        ("last_1_day", "2026-05-13"),
        ("last_2_weeks", "2026-04-27..2026-05-10"),
        ("last_3_months", "2026-02-01..2026-04-30"),
        ("last_1_quarter", "2026-01-01..2026-03-31"),
        ("last_2_years", "2024-01-01..2025-12-31"),
        ("this_week", "2026-05-11..2026-05-17"),
        ("last_week", "2026-05-04..2026-05-10"),
        ("this_month", "2026-05-01..2026-05-31"),
        ("Last_Month", "2026-04-01..2026-04-30"),
        ("this_quarter", "2026-04-01..2026-06-30"),
        ("last_year", "2025-01-01..2025-12-31"),
        ("2024", "2024-01-01..2024-12-31"),
        ("2024-q3", "2024-07-01..2024-09-30"),
        ("2024Q4", "2024-10-01..2024-12-31"),
        ("2024-02", "2024-02-01..2024-02-29"),
        ("2026-03-05", "2026-03-05"),
        ("2026-03-01..2026-03-31", "2026-03-01..2026-03-31"),
        ("2026-01 .. 2026-q2", "2026-01-01..2026-06-30"),
        ("2026-03..", "2026-03-01.."),
        ("..2026-03", "..2026-03-31"),
        ("..", "all days"),
        ("0001", "0001-01-01..0001-12-31"),
        ("9999", "9999-01-01..9999-12-31"),
    ],
)
def test_what_is_read(text: str | None, expected: str) -> None:
    assert str(period_of(text, NEWEST)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-13", "2026-02-30", "2026-q5", "last_0_days", "last_-1_days", "0000", "9999-q4x",
        "2026-03-31..2026-03-01", "2026..2025", "2026-03-01...2026-03-31", "1..2..3", "last_90_fortnights", "03/2026",
    ],
)  # fmt: skip
def test_what_is_not(text: str) -> None:
    with pytest.raises(MetricError) as found:
        period_of(text, NEWEST)
    assert found.value.reason == "time"


def test_without_data_all_days_are_meant() -> None:
    assert period_of("last_90_days", None) == period_of("this_month", None) == Period()
    assert period_of("2026-03", None) == Period(date(2026, 3, 1), date(2026, 3, 31))


def test_more_days_than_there_are() -> None:
    assert period_of("last_9999_years", NEWEST).first == date(1, 1, 1)
    assert period_of("last_9999_weeks", NEWEST).has_days
