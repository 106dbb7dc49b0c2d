"""What moved the balance, what was paid out, and whether the two agree."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipelines.base.money import to_major
from pipelines.report.facts import Facts
from pipelines.report.figures import Chart, Figure, Grid, Section, Status, money_axis, weeks

MOVEMENTS = (
    ("charges_minor", "Payments", "c1"),
    ("refunds_minor", "Refunds", "c2"),
    ("disputes_minor", "Disputes", "c4"),
    ("fees_minor", "Fees", "c5"),
    ("payouts", "Payouts", "c7"),
    ("else", "Other", "c6"),
)

_PAYOUTS = ["payout_transactions_minor", "payout_reversals_minor"]
_ELSE = [
    "transfers_minor",
    "platform_earnings_minor",
    "billed_fees_minor",
    "adjustments_minor",
    "other_minor",
]
_ROWS = 12
_NOTHING = "No balance in this currency: its payments are settled in another."


def section(facts: Facts) -> Section:
    """The section of the page."""
    return Section(
        "balance",
        "Balance and payouts",
        (_movements(facts), _running(facts), _ties(facts), _differences(facts)),
        about="From balance transactions, in the currency of settlement, by the day (UTC) on which they were made.",
    )


def _movements(facts: Facts) -> Chart:
    return Chart(
        "movements",
        "What moved the balance",
        "Per week (from Monday): above the line what came in, below it what went out.",
        {
            key: _movements_figure(rows, currency)
            for key, currency, rows in facts.money_choices(
                facts.balances[facts.balances["date"] >= facts.first]
            )
            if rows["transactions_count"].any()
        },
        scope="currency",
        height=340,
        nothing=_NOTHING,
    )


def _movements_figure(rows: pd.DataFrame, currency: str) -> Figure:
    parts = rows.assign(
        payouts=rows[_PAYOUTS].sum(axis=1),
        **{"else": rows[_ELSE].sum(axis=1)},
        fees_minor=-rows["fees_minor"],
    )
    added = parts.groupby(weeks(parts))[[column for column, _, _ in MOVEMENTS]].sum()
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "x": [day.isoformat() for day in added.index],
            "y": _majors(added[column], currency),
            "marker": {"color": colour},
            "hovertemplate": "%{y:,.2~f}",
        }
        for column, name, colour in MOVEMENTS
        if added[column].any()
    ]
    return {"data": traces, "layout": {"barmode": "relative", **_money_layout(currency)}}


def _running(facts: Facts) -> Chart:
    return Chart(
        "running-balance",
        "Balance",
        "Sum of all balance transactions (net of fees) up to each day, from the first that is known: a balance from "
        "before the archive is not in it.",
        {
            key: _running_figure(rows, currency)
            for key, currency, rows in facts.money_choices(facts.balances)
            if rows["transactions_count"].any()
        },
        scope="currency",
        height=340,
        nothing=_NOTHING,
    )


def _running_figure(rows: pd.DataFrame, currency: str) -> Figure:
    balance = rows.groupby("date")["net_minor"].sum().cumsum()
    line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": "Balance",
        "x": [day.isoformat() for day in balance.index],
        "y": _majors(balance, currency),
        "line": {"color": "c1", "shape": "hv", "width": 2},
        "hovertemplate": "%{y:,.2~f}<extra></extra>",
    }
    return {"data": [line], "layout": _money_layout(currency)}


def _money_layout(currency: str) -> dict[str, Any]:
    return {
        "hovermode": "x unified",
        "xaxis": {"type": "date"},
        "yaxis": money_axis(currency),
    }


def _majors(minor: pd.Series, currency: str) -> list[float]:
    return [float(to_major(int(value), currency)) for value in minor]


def _ties(facts: Facts) -> Grid:
    columns = [
        "net_minor",
        "payouts_count",
        "payouts_minor",
        "payout_transactions_minor",
        "payout_difference_minor",
    ]
    added = facts.balances.groupby("currency")[columns].sum()
    return Grid(
        "ties",
        ("Currency", "Balance", "Payouts", "Amount paid out", "As the balance saw it", "Difference"),
        [_tie_row(str(code), {name: int(row[name]) for name in columns}) for code, row in added.iterrows()],
        title="Do payouts agree with the balance?",
        text="Over all accounts and days: the amount of the payouts, and of the balance transactions that they made. "
        "The two must cancel out.",
        numeric=(1, 2, 3, 4, 5),
        nothing="No balance transaction or payout is known.",
    )


def _tie_row(currency: str, row: dict[str, int]) -> tuple[str | Status, ...]:
    difference = row["payout_difference_minor"]
    kind: Any = "bad" if difference else "good"
    return (
        currency,
        amount(row["net_minor"], currency),
        f"{row['payouts_count']:,}",
        amount(row["payouts_minor"], currency),
        amount(row["payout_transactions_minor"], currency),
        Status(amount(difference, currency), kind),
    )


def _differences(facts: Facts) -> Grid:
    found = facts.differences
    rows = [
        (
            row["account"],
            f"{row['date']:%Y-%m-%d}",
            amount(int(row["payouts_minor"]), row["currency"], unit=True),
            _difference(row["payout_difference_minor"], row["currency"]),
            _difference(row["payable_difference_minor"], row["currency"]),
        )
        for row in found.tail(_ROWS).iloc[::-1].to_dict("records")
    ]
    more = f" The latest {_ROWS} of {len(found):,} are shown." if len(found) > _ROWS else ""
    return Grid(
        "differences",
        ("Account", "Date", "Payouts", "Less what the balance saw", "Automatic less what was available"),
        rows,
        title="Days that do not agree",
        text="Days on which payouts differ from their balance transactions, or an automatic payout from what had "
        f"become available since the one before.{more}",
        numeric=(2, 3, 4),
        nothing="There is none: on every day the payouts are what the balance says.",
    )


def _difference(minor: float | None, currency: str) -> str:
    return "–" if minor is None or pd.isna(minor) else amount(int(minor), currency)


def amount(minor: int, currency: str, *, unit: bool = False) -> str:
    """An amount as it is shown: 1234567 of USD is 12,345.67."""
    shown = f"{to_major(minor, currency):,}".replace("-", "−")
    return f"{shown} {currency}" if unit else shown
