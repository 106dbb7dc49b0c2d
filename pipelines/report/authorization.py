"""What issuers said to card attempts: how often they authorized, where, and why not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from pipelines.metrics.shared.metric import Metric
from pipelines.report.facts import Facts
from pipelines.report.figures import (
    Chart,
    Figure,
    Section,
    days_between,
    lying_bars,
    percent,
    room,
    share,
    shares_over_time,
    weeks,
)
from pipelines.report.rates import AUTHORIZATION, FINAL_OUTCOME, FIRST_ATTEMPTS, percent_of, share_of

TITLES = {
    "network": "By card network",
    "card_country": "By country of the issuer",
    "card_funding": "By funding",
    "three_d_secure": "By 3D Secure result",
    "wallet": "By wallet",
    "attempt_number": "By attempt number",
}

_MEANINGS = {
    "network": "The network that carried the attempt.",
    "card_country": "The ten countries with most attempts.",
    "card_funding": "Credit, debit or prepaid card.",
    "three_d_secure": "none: 3D Secure was not asked for.",
    "wallet": "none: the card was not in a wallet.",
    "attempt_number": "1 is the first charge of a payment, 2 its first retry.",
}

_VALUES = 10
_REASONS = 12
_DAYS = 7


def section(facts: Facts) -> Section:
    """The section of the page."""
    dimensions = (_dimension(facts, name) for name in TITLES)
    return Section(
        "authorization",
        "Authorization",
        (_over_time(facts), *dimensions, _declines(facts), _blocks(facts), _unfinished(facts)),
        about="Authorization rate = authorized / (authorized + declined by the issuer). Attempts that were blocked "
        "before the network and payments whose authentication was not finished are left out and shown apart.",
    )


def _over_time(facts: Facts) -> Chart:
    return Chart(
        "authorization-rate",
        "Authorization rate over time",
        "Over the seven days up to each day: of all attempts, of first attempts, and of payments by their final "
        "outcome (authorized by any attempt within 60 days, on the day of the first).",
        {key: _rates_figure(rows, facts.first, facts.last) for key, rows in facts.choices(facts.attempts)},
        scope="account",
        height=330,
        wide=True,
    )


def _rates_figure(rows: pd.DataFrame, first: date, last: date) -> Figure:
    firsts = rows[rows["is_first"]]
    traces = [
        _rate_line("Payments, final outcome", rows, FINAL_OUTCOME, "c3", "solid", first, last),
        _rate_line("All attempts", rows, AUTHORIZATION, "c1", "dash", first, last),
        _rate_line("First attempts", firsts, FIRST_ATTEMPTS, "c2", "dot", first, last),
    ]
    layout = {"hovermode": "x unified", "xaxis": {"type": "date"}, "yaxis": {"tickformat": ".0~%"}}
    return {"data": traces, "layout": layout}


def _rate_line(
    name: str,
    rows: pd.DataFrame,
    metric: Metric,
    colour: str,
    dash: str,
    first: date,
    last: date,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x0": first.isoformat(),
        "dx": 86_400_000,
        "y": rolling_rate(rows, metric, first, last),
        "line": {"color": colour, "dash": dash, "width": 2},
        "hovertemplate": "%{y:.1%}",
    }


def rolling_rate(rows: pd.DataFrame, metric: Metric, first: date, last: date) -> list[float | None]:
    """A rate over the seven days up to each day; None for days that have fewer days before them."""
    days = days_between(first - timedelta(days=_DAYS - 1), last)
    added = (
        rows.groupby("date")[list(metric.columns)]
        .sum()
        .reindex(days, fill_value=0)
        .rolling(_DAYS)
        .sum()
        .iloc[_DAYS - 1 :]
    )
    known = rows["date"].min() if len(rows) else last
    return [
        share_of(metric, row) if day - timedelta(days=_DAYS - 1) >= known else None
        for day, row in zip(added.index, added.to_dict("records"), strict=True)
    ]


def _dimension(facts: Facts, name: str) -> Chart:
    views = {key: _dimension_figure(rows, name) for key, rows in facts.choices(facts.dimensions[name])}
    return Chart(
        f"by-{name.replace('_', '-')}",
        TITLES[name],
        f"Authorization rate of attempts, and how many it is of. {_MEANINGS[name]}",
        {key: view for key, view in views.items() if view},
        scope="account",
    )


def _dimension_figure(rows: pd.DataFrame, name: str) -> Figure | None:
    added = rows.groupby("value")[list(AUTHORIZATION.columns)].sum()
    added["attempts"] = added.sum(axis=1)
    added = added[added["attempts"] > 0].reset_index()
    if added.empty:
        return None
    by_number = name == "attempt_number"
    order = added["value"].astype(int) if by_number else -added["attempts"]
    shown = added.assign(order=order).sort_values(["order", "value"]).head(_VALUES)
    sums = shown.to_dict("records")
    figure = lying_bars(
        [value.replace("_", " ") for value in shown["value"]],
        [share_of(AUTHORIZATION, row) for row in sums],
        [f"{percent_of(AUTHORIZATION, row)} of {row['attempts']:,}" for row in sums],
        "c1",
        "%{y}: %{text}<extra></extra>",
    )
    axis = {"range": [0, 1], "tickformat": ".0%"}
    return {"data": figure["data"], "layout": {**figure["layout"], "xaxis": axis}}


def _declines(facts: Facts) -> Chart:
    return Chart(
        "declines",
        "Why issuers declined",
        "Attempts that the issuer declined, by the reason it gave, and their share of all issuer declines.",
        _reason_views(facts, facts.declines, "issuer_declined_count", "c2"),
        scope="account",
    )


def _blocks(facts: Facts) -> Chart:
    return Chart(
        "blocks",
        "Blocked before the network",
        "Attempts that were never sent to the issuer because a rule or a risk score stopped them, by reason.",
        _reason_views(facts, facts.blocks, "blocked_count", "c4"),
        scope="account",
    )


def _reason_views(facts: Facts, frame: pd.DataFrame, column: str, colour: str) -> dict[str, Figure]:
    figures = {key: _reasons_figure(rows, column, colour) for key, rows in facts.choices(frame)}
    return {key: figure for key, figure in figures.items() if figure}


def _reasons_figure(rows: pd.DataFrame, column: str, colour: str) -> Figure | None:
    added = rows.groupby("value", as_index=False)[column].sum()
    ordered = added[added[column] > 0].sort_values([column, "value"], ascending=[False, True])
    counts = {str(value): int(n) for value, n in zip(ordered["value"], ordered[column], strict=True)}
    if not counts:
        return None
    whole = sum(counts.values())
    shown = dict(list(counts.items())[:_REASONS])
    if left := whole - sum(shown.values()):
        shown["all other reasons"] = left
    figure = lying_bars(
        [name.replace("_", " ") for name in shown],
        list(shown.values()),
        [f"{n:,} ({percent(n, whole)})" for n in shown.values()],
        colour,
        "%{y}: %{text}<extra></extra>",
    )
    axis = {"range": room(list(shown.values())), "exponentformat": "B"}
    return {"data": figure["data"], "layout": {**figure["layout"], "xaxis": axis}}


def _unfinished(facts: Facts) -> Chart:
    shown = facts.attempts[facts.attempts["date"] >= facts.first]
    return Chart(
        "unfinished",
        "Stopped before the issuer",
        "As a share of all attempts and unfinished payments of each week (from Monday): blocked before the network, "
        "and authentication (3D Secure) that was not finished.",
        {key: _unfinished_figure(rows) for key, rows in facts.choices(shown)},
        scope="account",
        wide=True,
    )


def _unfinished_figure(rows: pd.DataFrame) -> Figure:
    parts = (
        ("blocked_count", "Blocked", "c4", "solid"),
        ("unauthenticated_count", "Authentication not finished", "c5", "dash"),
    )
    names = [*AUTHORIZATION.columns, "blocked_count", "unauthenticated_count"]
    added = rows.groupby(weeks(rows))[names].sum()
    shares = {
        name: [share(*one) for one in zip(added[name], added.sum(axis=1), strict=True)] for name, *_ in parts
    }
    return shares_over_time(added.index, shares, parts, "%{y:.1%}")
