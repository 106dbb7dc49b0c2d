"""Chargebacks: what is raised, what share of payments ends in one, and how near the networks' limits that is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipelines.report import limits
from pipelines.report.facts import Facts
from pipelines.report.figures import Chart, Figure, Section, count_axis, month_axis, months, weeks
from pipelines.report.rates import DISPUTE_ACTIVITY, DISPUTES, share_of

KINDS = (
    ("fraud_chargebacks_count", "Fraud", "c2"),
    ("consumer_chargebacks_count", "Goods or contract", "c1"),
    ("processing_chargebacks_count", "Processing", "c5"),
    ("other_chargebacks_count", "Other", "c7"),
)

OUTCOMES = (("won_count", "Won", "c3"), ("lost_count", "Lost", "c2"), ("open_count", "Open", "c7"))

NOTICES = (
    ("early_fraud_warnings_count", "Early fraud warnings", "c4", "solid"),
    ("inquiries_count", "Inquiries", "c6", "dash"),
)


def section(facts: Facts) -> Section:
    """The section of the page."""
    return Section(
        "disputes",
        "Disputes",
        (
            _raised(facts),
            _rates(facts),
            limits.now(facts),
            limits.over_time(facts),
            _outcomes(facts),
            _notices(facts),
        ),
        about="Card payments only. An inquiry is not a chargeback, nor is a dispute that was prevented.",
    )


def _raised(facts: Facts) -> Chart:
    shown = facts.disputes[facts.disputes["date"] >= facts.first]
    return Chart(
        "chargebacks",
        "Chargebacks raised",
        "Per week (from Monday) in which they were raised, by kind of reason.",
        {key: _stacks(rows, weeks(rows), KINDS) for key, rows in facts.choices(shown) if _any(rows, KINDS)},
        scope="account",
    )


def _rates(facts: Facts) -> Chart:
    shown = facts.disputes[facts.disputes["date"] >= facts.first]
    return Chart(
        "dispute-rate",
        "Dispute rate",
        "Chargebacks as a share of captured card payments: by month of payment (payments of the month with a "
        "chargeback so far; recent months still grow) and by month of dispute (chargebacks raised in the month / "
        "payments captured in it).",
        {
            key: _rates_figure(rows)
            for key, rows in facts.choices(shown)
            if rows["cohort_captured_count"].any()
        },
        scope="account",
    )


def _rates_figure(rows: pd.DataFrame) -> Figure:
    parts = (
        (DISPUTES, "By month of payment", "c1", "solid"),
        (DISPUTE_ACTIVITY, "By month of dispute", "c2", "dot"),
    )
    columns = dict.fromkeys(name for metric, *_ in parts for name in metric.columns)
    added = rows.groupby(months(rows))[list(columns)].sum()
    sums = added.to_dict("records")
    traces = [
        {
            **_line(added[metric.columns[0]], name, colour, dash),
            "y": [share_of(metric, row) for row in sums],
            "hovertemplate": "%{y:.2%}",
        }
        for metric, name, colour, dash in parts
    ]
    layout = _layout(0) | {"xaxis": month_axis(added.index)}
    return {"data": traces, "layout": layout | {"yaxis": {"tickformat": ".2~%", "rangemode": "tozero"}}}


def _outcomes(facts: Facts) -> Chart:
    shown = facts.disputes[facts.disputes["date"] >= facts.first]
    return Chart(
        "dispute-outcomes",
        "What became of chargebacks",
        "Per month in which they were raised, as known now.",
        {key: _by_month(rows) for key, rows in facts.choices(shown) if _any(rows, OUTCOMES)},
        scope="account",
    )


def _notices(facts: Facts) -> Chart:
    shown = facts.disputes[facts.disputes["date"] >= facts.first]
    return Chart(
        "warnings",
        "Early fraud warnings and inquiries",
        "Per week (from Monday) in which they came in; about four in five warnings become a fraud chargeback if "
        "nothing is done.",
        {key: _notices_figure(rows) for key, rows in facts.choices(shown) if _any(rows, NOTICES)},
        scope="account",
    )


def _notices_figure(rows: pd.DataFrame) -> Figure:
    added = rows.groupby(weeks(rows))[[column for column, *_ in NOTICES]].sum()
    traces = [_line(added[column], name, colour, dash) for column, name, colour, dash in NOTICES]
    return {"data": traces, "layout": _layout(added.to_numpy().max())}


def _any(rows: pd.DataFrame, parts: tuple[tuple[str, ...], ...]) -> bool:
    return bool(rows[[column for column, *_ in parts]].to_numpy().any())


def _stacks(rows: pd.DataFrame, periods: pd.Series, parts: tuple[tuple[str, str, str], ...]) -> Figure:
    added = rows.groupby(periods)[[column for column, *_ in parts]].sum()
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "x": [day.isoformat() for day in added.index],
            "y": [int(value) for value in added[column]],
            "marker": {"color": colour},
            "hovertemplate": "%{y:,}",
        }
        for column, name, colour in parts
        if added[column].any()
    ]
    return {"data": traces, "layout": {"barmode": "stack", **_layout(added.sum(axis=1).max())}}


def _by_month(rows: pd.DataFrame) -> Figure:
    figure = _stacks(rows, months(rows), OUTCOMES)
    axis = month_axis(months(rows))
    return {"data": figure["data"], "layout": {**figure["layout"], "xaxis": axis}}


def _line(values: pd.Series, name: str, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [day.isoformat() for day in values.index],
        "y": [int(value) for value in values],
        "line": {"color": colour, "dash": dash},
        "marker": {"color": colour, "size": 5},
        "hovertemplate": "%{y:,}",
    }


def _layout(largest: float) -> dict[str, Any]:
    return {
        "hovermode": "x unified",
        "xaxis": {"type": "date"},
        "yaxis": count_axis(largest),
    }
