"""Whether customers come back: of those who first paid in a month, how many paid in each month since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.report.figures import Chart, Figure, Grid
from pipelines.report.subject import Special

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

MONTHS = 12
"""Cohorts, and months since, at most: newer ones and nearer ones."""

_RATE = "retention_rate"

Rates = Mapping[tuple[date, int], float]


def read(lake: Lakehouse, accounts: Sequence[str]) -> dict[str, Rates]:
    """Retention by cohort and months since, of all accounts and of each that can be chosen, by its place, if any."""
    each = _asked(lake, "account", "month", "months_since")
    found = {"0": _rates(_asked(lake, "month", "months_since"))}
    for place, account in enumerate(accounts, start=1):
        found[str(place)] = _rates(row for row in each if row["account"] == account)
    return {place: rates for place, rates in found.items() if rates}


def _asked(lake: Lakehouse, *by: str) -> list[Mapping[str, Any]]:
    return [row.asDict() for row in lake.metric(_RATE, by=by).collect()]


def _rates(rows: Iterable[Mapping[str, Any]]) -> Rates:
    return {
        (row["month"], row["months_since"]): row[_RATE]
        for row in rows
        if 0 < row["months_since"] <= MONTHS and row[_RATE] is not None
    }


def show(found: Mapping[str, Rates], now: datetime) -> list[Chart | Grid]:
    """A square for each cohort and month."""
    del now
    chart = Chart(
        "cohort-retention",
        "Who comes back",
        "Of the customers who first paid in a month, the share in per cent who paid in each month since. Months that "
        "are not over are left out.",
        {place: _figure(rates) for place, rates in found.items()},
        scope="account",
        wide=True,
        nothing="No month after a first payment is over.",
        of=("gold.cohort_retention_monthly", _RATE),
    )
    return [chart]


RETENTION = Special(read, show)
"""Retention of cohorts."""


def _figure(rates: Rates) -> Figure:
    cohorts = sorted({cohort for cohort, _ in rates})[-MONTHS:]
    since = sorted({months for cohort, months in rates if cohort in cohorts})
    shares = [[rates.get((cohort, months)) for months in since] for cohort in cohorts]
    squares = {
        "type": "heatmap",
        "x": since,
        "y": [f"{cohort:%b %Y}" for cohort in cohorts],
        "z": [[None if share is None else round(100 * share, 1) for share in row] for row in shares],
        "text": [["" if share is None else f"{100 * share:.0f}" for share in row] for row in shares],
        "texttemplate": "%{text}",
        "hovertemplate": "%{y}, %{x} months since: %{z} %<extra></extra>",
        "hoverongaps": False,
        "colorscale": [[0, "card"], [1, "c1"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    layout = {
        "height": 90 + 26 * len(cohorts),
        "xaxis": {"title": {"text": "months since the first payment"}, "dtick": 1, "showgrid": False},
        "yaxis": {"autorange": "reversed", "type": "category", "showgrid": False},
    }
    return {"data": [squares], "layout": layout}
