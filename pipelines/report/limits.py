"""How near each account is to the card networks' limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from pipelines.gold.shared.programmes import card_networks, monthly_status
from pipelines.report.figures import Chart, Figure, Grid, Status, month_axis
from pipelines.report.subject import Special

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

NEAR = 0.75
"""Share of a limit's rate from which an account is shown as near it."""

_NAMES = {"VAMP": "Visa VAMP", "ECM": "Mastercard ECM"}
_STYLES = {"VAMP": ("c1", "solid"), "ECM": ("c2", "dash")}
_QUIET = ("below", "unknown_region")
_ROWS = 16


@dataclass(frozen=True)
class Programmes:
    """What the networks measure.

    Attributes:
        accounts: that can be chosen.
        last: the last month with a payment, by its last known day; None where there is no payment.
        months: rate and limit of each account by month and programme, of a year; of accounts that cannot be chosen, the
            last two months.
    """

    accounts: Sequence[str]
    last: date
    months: pd.DataFrame


def read(lake: Lakehouse, accounts: Sequence[str]) -> Programmes | None:
    """What the networks measure of a lakehouse's accounts; None where there is no payment."""
    [[last]] = lake.table("gold.disputes_daily").agg(F.max("date")).collect()
    if last is None:
        return None
    sources = (lake.table("gold.disputes_daily"), lake.table("silver.accounts"))
    status = monthly_status(*sources, card_networks(), default_country=lake.settings.country)
    wanted = F.col("account").isin(list(accounts)) | (F.col("month") >= F.lit(_month_before(last)))
    first = (last - timedelta(days=365)).replace(day=1)
    shown = status.filter(wanted & F.col("month").between(F.lit(first), F.lit(last))).toPandas()
    return Programmes(accounts, last, shown.sort_values(["account", "programme", "month"], ignore_index=True))


def show(found: Programmes | None, now: datetime) -> list[Chart | Grid]:
    """The accounts against the limits, and the rates of one by month."""
    del now
    return [_now(found), _over_time(found)] if found else []


LIMITS = Special(read, show)
"""How near accounts are to the limits."""


def _over_time(found: Programmes) -> Chart:
    each = {
        str(place): found.months[found.months["account"] == account]
        for place, account in enumerate(found.accounts, start=1)
    }
    return Chart(
        "programmes-by-month",
        "Card network programmes by month",
        "Visa VAMP: (early fraud warnings + chargebacks) / card-not-present payments of the month. Mastercard ECM: "
        "chargebacks of the month / payments of the month before. Thin lines: the rate from which a programme applies, "
        "if there are also enough cases.",
        {key: _figure(rows) for key, rows in each.items() if rows["case_rate"].notna().any()},
        scope="account",
        wide=True,
        nothing="Choose an account above: the networks measure each merchant by itself.",
        of=("gold.disputes_daily", "visa_vamp_rate"),
    )


def _now(found: Programmes) -> Grid:
    """Accounts against the limits, the nearest first."""
    rows = sorted(_pairs(found.months, found.last), key=lambda pair: (-_nearness(pair), pair[-1]["account"]))
    return Grid(
        "limits",
        ("Account", "Programme", "Month before", "This month so far", "Applies from", "Status"),
        [_row(pair) for pair in rows[:_ROWS]],
        title="Accounts against the limits",
        text="By count, cases / payments; a programme applies where rate and number of cases are both reached. The "
        f"status is the worse of the two months; near is from {NEAR:.0%} of the limit's rate.",
        numeric=(2, 3, 4),
        nothing="No account has payments or cases with these networks.",
        of=("gold.disputes_daily", "visa_vamp_rate"),
    )


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _figure(rows: pd.DataFrame) -> Figure:
    traces = [trace for name in _NAMES for trace in _lines(name, rows[rows["programme"] == name])]
    layout = {
        "hovermode": "x unified",
        "xaxis": month_axis(rows["month"]),
        "yaxis": {"tickformat": ".2~%", "rangemode": "tozero"},
    }
    return {"data": traces, "layout": layout}


def _lines(name: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    if rows.empty:
        return []
    ordered = rows.sort_values("month")
    colour, dash = _STYLES[name]
    shared = {
        "type": "scatter",
        "x": [month.isoformat() for month in ordered["month"]],
        "hovertemplate": "%{y:.2%}",
    }
    rate = {
        "name": _NAMES[name],
        "mode": "lines+markers",
        "y": _numbers(ordered["case_rate"]),
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "size": 7},
    }
    limit = {
        "name": f"{_NAMES[name]} limit",
        "mode": "lines",
        "y": _numbers(ordered["limit_rate"]),
        "line": {"color": colour, "dash": dash, "width": 1, "shape": "hv"},
    }
    return [shared | rate, shared | limit]


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), 6) for value in values]


def _pairs(programmes: pd.DataFrame, last: date) -> list[list[dict[str, Any]]]:
    """For each account and programme the rows of the month before and of this month, those there are."""
    this = last.replace(day=1)
    recent = programmes[programmes["month"].isin([_month_before(last), this])]
    marked = recent.assign(is_this=recent["month"] == this).sort_values("month")
    groups = (rows.to_dict("records") for _, rows in marked.groupby(["account", "programme"]))
    return [[{str(name): value for name, value in row.items()} for row in rows] for rows in groups]


def _nearness(pair: Sequence[dict[str, Any]]) -> float:
    return max(_level(row)[0] for row in pair)


def _level(row: dict[str, Any]) -> tuple[float, Status]:
    """How much a row matters, and its status in words."""
    rate = 0.0 if pd.isna(row["case_rate"]) else float(row["case_rate"])
    if row["status"] not in _QUIET:
        return 4 + rate, Status(str(row["status"]).replace("_", " "), "bad")
    if row["status"] == "unknown_region" or pd.isna(row["limit_rate"]):
        return 1 + rate, Status("region unknown", "warn")
    reached = rate / float(row["limit_rate"])
    if reached >= 1:
        return 2 + rate, Status("rate above, few cases", "warn")
    return (1 + rate, Status("near", "warn")) if reached >= NEAR else (rate, Status("below", "good"))


def _row(pair: Sequence[dict[str, Any]]) -> tuple[str | Status, ...]:
    worst = max(pair, key=lambda row: _level(row)[0])
    return (
        str(worst["account"]),
        _NAMES[worst["programme"]],
        *(next((_rate(row) for row in pair if row["is_this"] == is_this), "–") for is_this in (False, True)),
        "–"
        if pd.isna(worst["limit_rate"])
        else f"{worst['limit_rate']:.2%} and {int(worst['limit_count']):,} cases",
        _level(worst)[1],
    )


def _rate(row: dict[str, Any]) -> str:
    cases, payments = int(row["cases_count"]), int(row["payments_count"])
    return f"{cases / payments:.2%} ({cases:,} / {payments:,})" if payments else f"{cases:,} / 0"
