"""What was taken: by day and currency, and what of it was given back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from pipelines.base.money import to_major
from pipelines.report.facts import Facts
from pipelines.report.figures import (
    Chart,
    Figure,
    Section,
    count_axis,
    day_series,
    money_axis,
    shares_over_time,
    weeks,
)
from pipelines.report.rates import CHARGED_BACK, REFUNDS, share_of

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
_NOTHING = "No payment in this currency was captured for this account."


def section(facts: Facts) -> Section:
    """The section of the page."""
    return Section(
        "volume",
        "Volume",
        (_captured(facts), _payments(facts), _given_back(facts)),
        about="Amounts of different currencies are never added: choose one above.",
    )


def _captured(facts: Facts) -> Chart:
    return Chart(
        "captured",
        "Captured per day",
        "Amount captured of the payments made on each day (UTC), in the currency chosen, and the mean of seven days.",
        {
            key: _captured_figure(rows, currency, facts.first, facts.last)
            for key, currency, rows in facts.money_choices(facts.payments)
            if rows["captured_minor"].any()
        },
        scope="currency",
        nothing=_NOTHING,
        wide=True,
    )


def _captured_figure(rows: pd.DataFrame, currency: str, first: date, last: date) -> Figure:
    minor = rows.groupby("date")["captured_minor"].sum()
    days = zip(minor.index, minor, strict=True)
    major = {day: float(to_major(int(value), currency)) for day, value in days}
    series = day_series(major, first, last)
    bars: dict[str, Any] = {
        "type": "bar",
        "name": "Day",
        **series,
        "marker": {"color": "c6"},
        "hovertemplate": "%{y:,.2~f} " + currency + "<extra>Day</extra>",
    }
    line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": "Mean of 7 days",
        **series,
        "y": _means(series["y"]),
        "line": {"color": "c1", "width": 2},
        "hovertemplate": "%{y:,.2~f} " + currency + "<extra>Mean of 7 days</extra>",
    }
    layout = {
        "hovermode": "x unified",
        "xaxis": {"type": "date"},
        "yaxis": {**money_axis(currency), "rangemode": "tozero"},
    }
    return {"data": [bars, line], "layout": layout}


def _means(values: list[float], days: int = 7) -> list[float | None]:
    return [
        round(sum(values[end - days : end]) / days, 3) if end >= days else None
        for end in range(1, len(values) + 1)
    ]


def _payments(facts: Facts) -> Chart:
    return Chart(
        "payments",
        "Payments per week by currency",
        "Charges that succeeded, captured or only authorized, by the week (from Monday) in which they were made.",
        {
            key: _payments_figure(rows, facts)
            for key, rows in facts.choices(_since(facts.payments, facts.first))
        },
        scope="account",
    )


def _payments_figure(rows: pd.DataFrame, facts: Facts) -> Figure:
    counted = rows.groupby([weeks(rows), "currency"])["payments_count"].sum()
    named = {
        code: code if place < len(COLOURS) - 1 else "Other" for place, code in enumerate(facts.currencies)
    }
    traces = []
    for place, name in enumerate(dict.fromkeys(named.values())):
        of_name = (
            counted[[named[code] == name for code in counted.index.get_level_values(1)]]
            .groupby(level=0)
            .sum()
        )
        if of_name.any():
            traces.append(_stacked(name, of_name, COLOURS[place]))
    return {"data": traces, "layout": _stack_layout("Payments", counted.groupby(level=0).sum().max())}


def _stacked(name: str, values: pd.Series, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": [day.isoformat() for day in values.index],
        "y": [int(value) for value in values],
        "marker": {"color": colour},
        "hovertemplate": "%{y:,}",
    }


def _stack_layout(title: str, largest: float) -> dict[str, Any]:
    return {
        "barmode": "stack",
        "hovermode": "x unified",
        "xaxis": {"type": "date"},
        "yaxis": count_axis(largest, title),
    }


def _given_back(facts: Facts) -> Chart:
    return Chart(
        "given-back",
        "Refunded and disputed share",
        "Of the amount captured of each week's payments, the share refunded and the share charged back since, whenever "
        "that happened: recent weeks still grow.",
        {
            key: _given_back_figure(rows)
            for key, _, rows in facts.money_choices(_since(facts.payments, facts.first))
            if rows["captured_minor"].any()
        },
        scope="currency",
        nothing=_NOTHING,
    )


def _given_back_figure(rows: pd.DataFrame) -> Figure:
    added = rows.groupby(weeks(rows))[["captured_minor", "refunded_minor", "disputed_minor"]].sum()
    parts = (
        (REFUNDS.name, "Refunded", "c1", "solid"),
        (CHARGED_BACK.name, "Charged back", "c2", "dot"),
    )
    sums = added.to_dict("records")
    shares = {one.name: [share_of(one, row) for row in sums] for one in (REFUNDS, CHARGED_BACK)}
    return shares_over_time(added.index, shares, parts, "%{y:.2%}")


def _since(rows: pd.DataFrame, first: date) -> pd.DataFrame:
    return rows[rows["date"] >= first]
