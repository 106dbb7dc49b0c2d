"""What blocking from each score on would have caught and hurt, in numbers and in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.base.money import exponent, to_major
from pipelines.models.judging.performance import LOST_MARGIN_PERCENT
from pipelines.models.task import Task
from pipelines.report import rates
from pipelines.report.figures import Chart, Figure, Section, money_axis
from pipelines.report.models.facts import ModelFacts
from pipelines.report.rates import percent_of
from pipelines.report.wording import amount

SERIES = (
    "caught_fraud_count", "caught_fraud_minor", "missed_fraud_minor", "blocked_good_count", "blocked_good_minor",
    "cost_minor",
)  # fmt: skip

WHOLE = ("payments_count", "fraud_count", "fraud_minor")


@dataclass(frozen=True)
class Line:
    """What a cut does in one currency, as it is shown.

    Attributes:
        currency: ISO 4217 code.
        cells: text by the name of the column.
    """

    currency: str
    cells: Mapping[str, str]


def columns(task: Task) -> dict[str, str]:
    """Headings by the names of cells."""
    noun = task.positive.capitalize()
    return {
        "caught": f"{noun} caught",
        "caught_amount": "Amount",
        "recall": f"Of all {task.positive}",
        "missed_amount": f"{noun} missed",
        "blocked": "Good blocked",
        "blocked_amount": "Amount",
        "hurt": "Of all good",
        "precision": "Right to block",
        "cost": "Cost",
    }


def section(facts: ModelFacts) -> Section:
    """The chart of the section; the slider and its table are in the page's template."""
    return Section("tradeoffs", "Where to block", (_curve(facts),), about=_about(facts))


def start(facts: ModelFacts) -> int:
    """The cut to begin with: the one that costs least in the currency with most payments, for the first version."""
    if not facts.versions or not facts.currencies:
        return 50
    rows = _rows(facts, 0, facts.currencies[0])
    return int(rows["cost_minor"].idxmin()) if len(rows) else 50


def table(facts: ModelFacts, cut: int) -> list[Line]:
    """What a cut does in each currency, for the first version."""
    if not facts.versions:
        return []
    found = ((code, _rows(facts, 0, code)) for code in facts.currencies)
    return [Line(code, _cells(rows.to_dict("index")[cut], code)) for code, rows in found if cut in rows.index]


def data(facts: ModelFacts) -> dict[str, Any]:
    """What the page's script works with: by version and currency, a number for each cut."""
    by_version = {
        str(place): {
            code: {name: _integers(rows[name]) for name in SERIES}
            | {name: int(rows[name].iloc[0]) for name in WHOLE}
            for code in facts.currencies
            if len(rows := _rows(facts, place, code))
        }
        for place in range(len(facts.versions))
    }
    return {"exponents": {code: exponent(code) for code in facts.currencies}, "versions": by_version}


def _about(facts: ModelFacts) -> str:
    rows = facts.of(facts.tradeoffs, facts.versions[0]) if facts.versions else facts.tradeoffs
    whole = rows.groupby("currency")[["payments_count", "fraud_count"]].first().sum() if len(rows) else None
    task = facts.task
    days = (
        f" Of {whole['payments_count']:,} matured {task.entities} from {rows['first_date'].min():%Y-%m-%d} to "
        f"{rows['last_date'].max():%Y-%m-%d}, {whole['fraud_count']:,} of them {task.positive}: the fewer, the rougher."
        if whole is not None
        else ""
    )
    return (
        f"What blocking every {task.entity} with at least this score would have done. Cost: the amount of the "
        f"{task.positive} missed and {LOST_MARGIN_PERCENT} % of the amount of good {task.entities} blocked.{days}"
    )


def _rows(facts: ModelFacts, place: int, currency: str) -> pd.DataFrame:
    rows = facts.of(facts.tradeoffs, facts.versions[place])
    if rows.empty:
        return rows
    return rows[rows["currency"] == currency].sort_values("cut_score").set_index("cut_score")


def _integers(values: pd.Series) -> list[int]:
    return [int(value) for value in values]


def _cells(row: Mapping[Any, Any], currency: str) -> dict[str, str]:
    caught, blocked = int(row["caught_fraud_count"]), int(row["blocked_good_count"])
    return {
        "caught": f"{caught:,}",
        "caught_amount": amount(int(row["caught_fraud_minor"]), currency),
        "recall": percent_of(rates.CUT_RECALL, row),
        "missed_amount": amount(int(row["missed_fraud_minor"]), currency),
        "blocked": f"{blocked:,}",
        "blocked_amount": amount(int(row["blocked_good_minor"]), currency),
        "hurt": percent_of(rates.CUT_FALSE_POSITIVES, row, 2),
        "precision": percent_of(rates.CUT_PRECISION, row),
        "cost": amount(int(row["cost_minor"]), currency),
    }


def _curve(facts: ModelFacts) -> Chart:
    choices = ((place, code) for place in range(len(facts.versions)) for code in facts.currencies)
    return Chart(
        "tradeoff-curve",
        "Money by cut",
        "What each cut would have caught and hurt in the currency chosen above; the line is the cut of the slider.",
        {
            f"{place}/{code}": _figure(facts.task, rows, code)
            for place, code in choices
            if len(rows := _rows(facts, place, code))
        },
        scope="money",
        wide=True,
        nothing=f"No {facts.task.entity} of this version and currency has a matured label yet.",
    )


def _figure(task: Task, rows: pd.DataFrame, currency: str) -> Figure:
    lines = (
        ("caught_fraud_minor", f"{task.positive.capitalize()} caught", "c3", "solid"),
        ("blocked_good_minor", f"Good {task.entities} blocked", "c2", "solid"),
        ("cost_minor", "Cost", "c7", "dot"),
    )
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [int(cut) for cut in rows.index],
            "y": [float(to_major(int(value), currency)) for value in rows[column]],
            "line": {"color": colour, "dash": dash, "width": 2, "shape": "hv"},
            "hovertemplate": "%{y:,.2~f} " + currency,
        }
        for column, name, colour, dash in lines
    ]
    layout = {
        "hovermode": "x unified",
        "xaxis": {"title": {"text": "Cut: block from this score on"}, "range": [0, 100]},
        "yaxis": {**money_axis(currency), "range": [0, _top(rows, currency)]},
    }
    return {"data": traces, "layout": layout}


def _top(rows: pd.DataFrame, currency: str) -> float:
    """What blocking nearly everything hurts would hide all else: the axis ends at twice the amount of all fraud."""
    fraud = int(rows["fraud_minor"].iloc[0])
    largest = int(rows["blocked_good_minor"].max())
    return float(to_major(min(largest, 2 * fraud) if fraud else largest, currency)) * 1.05 or 1.0
