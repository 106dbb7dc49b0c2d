"""How near each account is to the lines of the card networks' programmes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.gold.risk.network_monitoring_monthly import TABLE
from pipelines.report import wording
from pipelines.report.figures import Cell, Chart, Figure, Grid, Status, month_axis
from pipelines.report.plots import words
from pipelines.report.subject import Special

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

_ROWS = 16
WORST = ("reached", "expected", "possible", "check_amount", "unknown_region", "below")
"""What is shown of an account, the worst first. A line that does not apply is not shown."""

_BAD, _GOOD = WORST[:2], WORST[-1:]
_LINES = {"VAMP": ("Visa VAMP", "c1", "solid"), "ECM": ("Mastercard ECM", "c2", "dash")}
_NEWEST = (
    f"select * from {TABLE.name} where date = (select max(date) from {TABLE.name}) and applies_to = 'merchant' "
    "and status <> 'not_applicable' order by case status "
    + " ".join(f"when '{status}' then {place}" for place, status in enumerate(WORST))
    + f" end, projected_numerator / line desc nulls last, account, programme, level limit {_ROWS}"
)
"""The worst status first, then the largest part of the line that is used up at the month's end."""

_YEAR = (
    f"select account, date, programme, case_rate, limit_rate from {TABLE.name} where applies_to = 'merchant' "
    "and (programme = 'VAMP' or level = 'ECM') "
    f"and date >= (select add_months(max(date), -12) from {TABLE.name}) order by account, programme, date"
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Monitored:
    """What the networks measure.

    Attributes:
        accounts: that can be chosen.
        newest: accounts and levels of programmes in the newest month.
        months: rate and limit by account, month and programme, of a year and of the mildest level for merchants.
    """

    accounts: Sequence[str]
    newest: Sequence[Row]
    months: pd.DataFrame


def read(lake: Lakehouse, accounts: Sequence[str]) -> Monitored | None:
    """What the networks measure of a lakehouse's accounts; None where there is nothing."""
    newest = [row.asDict() for row in lake.sql(_NEWEST).collect()]
    return Monitored(accounts, newest, lake.sql(_YEAR).toPandas()) if newest else None


def show(found: Monitored | None, now: datetime) -> list[Chart | Grid]:
    """The accounts against the lines, and the rates of one by month."""
    del now
    return [_now(found.newest), _over_time(found)] if found else []


LIMITS = Special(read, show)
"""How near accounts are to the lines."""


def _now(rows: Sequence[Row]) -> Grid:
    return Grid(
        "limits",
        ("Account", "Programme", "Cases so far", "Rate", "At the month's end", "Line", "Headroom", "Crossed", "Status"),
        [_cells(row) for row in rows],
        title="Accounts against the networks' lines",
        text="The newest month, those nearest to a line first. At the month's end: at the pace so far, with the "
        "interval in which 90 % of months end. Line: cases from which the level applies; headroom: how many more the "
        "account can take. Reached: crossed even if no case comes any more; expected: at this pace; possible: within "
        "the interval. The table has lines of acquirers, too.",
        numeric=(2, 3, 4, 5, 6),
        of=(TABLE.name, "monitored_cases_rate", "projected_cases_rate", "levels_near_count"),
        query=f'vermeil sql "{_NEWEST}"',
    )  # fmt: skip


def _cells(row: Row) -> list[Cell]:
    level = "" if row["level"] == row["programme"] else f", {row['level']}"
    unit = "" if row["unit"] == "count" else ", in USD"
    low, high = _told(row, "projected_low"), _told(row, "projected_high")
    status = row["status"]
    return [
        row["account"],
        f"{row['programme']}{level}{unit}".replace("_", " "),
        f"{_told(row, 'numerator')} of {_told(row, 'denominator')}",
        wording.NONE if row["case_rate"] is None else wording.rate(row["case_rate"]),
        f"{_told(row, 'projected_numerator')} ({low} to {high})",
        _told(row, "line"),
        _told(row, "headroom"),
        str(row["crossed_on"] or wording.NONE),
        Status(words(status), "bad" if status in _BAD else "good" if status in _GOOD else "warn"),
    ]


def _told(row: Row, name: str) -> str:
    value = row[name]
    if value is None:
        return wording.NONE
    return f"{value:,}" if row["unit"] == "count" else wording.amount(value, "USD")


def _over_time(found: Monitored) -> Chart:
    each = {
        str(place): found.months[found.months["account"] == account]
        for place, account in enumerate(found.accounts, start=1)
    }
    return Chart(
        "programmes-by-month",
        "Visa VAMP and Mastercard ECM by month",
        "Cases / payments as each programme counts them. Thin lines: the rate from which it applies, if there are also "
        "enough cases.",
        {key: _figure(rows) for key, rows in each.items() if rows["case_rate"].notna().any()},
        scope="account",
        wide=True,
        nothing="Choose an account above: the networks measure each merchant by itself.",
        of=(TABLE.name, "monitored_cases_rate"),
    )


def _figure(rows: pd.DataFrame) -> Figure:
    traces = [
        trace
        for programme, (name, colour, dash) in _LINES.items()
        for trace in _lines(rows[rows["programme"] == programme], name, {"color": colour, "dash": dash})
    ]
    layout = {
        "hovermode": "x unified",
        "xaxis": month_axis(rows["date"]),
        "yaxis": {"tickformat": ".2~%", "rangemode": "tozero"},
    }
    return {"data": traces, "layout": layout}


def _lines(rows: pd.DataFrame, name: str, line: Mapping[str, str]) -> list[dict[str, Any]]:
    if rows.empty:
        return []
    shared = {
        "type": "scatter",
        "x": [month.isoformat() for month in rows["date"]],
        "hovertemplate": "%{y:.2%}",
    }
    rate = {
        "name": name,
        "mode": "lines+markers",
        "y": _numbers(rows["case_rate"]),
        "line": {**line, "width": 2},
        "marker": {"color": line["color"], "size": 7},
    }
    limit = {
        "name": f"{name} line",
        "mode": "lines",
        "y": _numbers(rows["limit_rate"]),
        "line": {**line, "width": 1, "shape": "hv"},
    }
    return [shared | rate, shared | limit]


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), 6) for value in values]
