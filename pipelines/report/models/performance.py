"""How good the scores have been over time, by version: as payments mature, and as far as is known by now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.models.task import Task
from pipelines.report.figures import Chart, Figure, Grid, Section, count_axis, label, percent
from pipelines.report.models import uncertainty
from pipelines.report.models.facts import WINDOW_DAYS, ModelFacts
from pipelines.report.models.uncertainty import Interval

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c7")
_READ = (
    "Solid: days whose labels have all matured. Dotted: all, by what is known now; younger {entities} are still taken "
    f"as good. Each point is the {WINDOW_DAYS} days before, fewer where scoring began within them."
)

Bounds = Callable[[Any], Interval | None]


@dataclass(frozen=True)
class Measure:
    """A figure that is drawn over time.

    Attributes:
        name: id of the chart.
        column: of the performance, as it is called where fraud is told.
        title: heading of the chart.
        text: what it says.
        bounds: how far it may be off; None where nothing simple says so.
    """

    name: str
    column: str
    title: str
    text: str
    bounds: Bounds | None = None


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section(
        "performance",
        "Performance over time",
        (
            *(_over_time(facts, measure) for measure in _measures(facts.task)),
            _counts(facts),
            merchants(facts),
        ),
        about=f"{_READ.format(entities=facts.task.entities)} The shaded band is the 95 % interval of the first "
        "version's matured figures.",
    )


def _measures(task: Task) -> tuple[Measure, ...]:
    one = task.positive
    return (
        Measure(
            "auc",
            "roc_auc",
            "ROC AUC",
            f"Chance that a {one} has a higher score than a good {task.entity}.",
            _auc,
        ),
        Measure(
            "precision",
            "average_precision",
            "Average precision",
            f"Area under precision and recall; by chance it is the share of {one}.",
        ),
        *(
            Measure(
                f"recall-{percent}",
                column := f"recall_at_{percent}_percent_rate",
                f"Recall at {percent} % false alarms",
                f"Share of {one} caught while at most {percent} % of good {task.entities} is flagged.",
                _rate(column),
            )
            for percent in (1, 5)
        ),
    )


def _over_time(facts: ModelFacts, measure: Measure) -> Chart:
    figure = _lines(facts, measure.column, measure.bounds)
    return Chart(
        measure.name,
        measure.title,
        measure.text,
        {"": figure} if figure["data"] else {},
        nothing=_nothing(facts),
    )


def _nothing(facts: ModelFacts) -> str:
    return f"No scored {facts.task.entity} has a label yet."


def _lines(facts: ModelFacts, column: str, bounds: Bounds | None) -> Figure:
    traces: list[dict[str, Any]] = []
    # The first version last: what is drawn last lies on top.
    for place, version in reversed(list(enumerate(facts.versions[: len(COLOURS)]))):
        matured, known = _by_maturity(facts.of(facts.performance, version), column)
        if bounds and not place and len(matured):
            traces += _band(matured, bounds, COLOURS[place])
        name = label(version.short_title)
        for rows, dash in ((matured, "solid"), (known, "dot")):
            if len(rows):
                is_first = rows is matured or matured.empty
                traces.append(
                    _line(facts.task, rows, column, name, COLOURS[place], dash) | {"showlegend": is_first}
                )
    layout = {
        "hovermode": "closest",
        "xaxis": {"type": "date"},
        "yaxis": {"range": [0, 1.02], "tickformat": ".1f"},
        "legend": {"traceorder": "reversed"},
    }
    return {"data": traces, "layout": layout}


def _by_maturity(rows: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The days of whose windows all labels have matured, and those from there on, as far as the figure is defined."""
    if rows.empty:
        return rows, rows
    is_known = rows["label_maturity"] == "known"
    payments = rows[is_known].set_index("date")["payments_count"]
    is_settled = ~is_known & (rows["payments_count"] == rows["date"].map(payments))
    matured, known = (rows[chosen].dropna(subset=[column]) for chosen in (is_settled, is_known))
    return matured, known[known["date"] >= matured["date"].max()] if len(matured) else known


def _line(task: Task, rows: pd.DataFrame, column: str, name: str, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) == 1 else "lines",
        "name": name,
        "legendgroup": name,
        "x": [day.isoformat() for day in rows["date"]],
        "y": [round(float(value), 4) for value in rows[column]],
        "customdata": [
            [int(f), int(n)] for f, n in zip(rows["fraud_count"], rows["payments_count"], strict=True)
        ],
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "size": 7},
        "hovertemplate": f"%{{x}}: %{{y:.3f}}<br>%{{customdata[0]:,}} {task.positive}s of %{{customdata[1]:,}}",
    }


def _band(rows: pd.DataFrame, bounds: Bounds, colour: str) -> list[dict[str, Any]]:
    days = [day.isoformat() for day in rows["date"]]
    found = zip(days, map(bounds, rows.itertuples()), strict=True)
    known = [(day, interval) for day, interval in found if interval]
    shared = {
        "type": "scatter",
        "mode": "lines",
        "x": [day for day, _ in known],
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    low, high = ({**shared, "y": [round(interval[side], 4) for _, interval in known]} for side in (0, 1))
    return [low, {**high, "fill": "tonexty", "fillcolor": "band"}]


def _auc(row: Any) -> Interval | None:
    return uncertainty.of_auc(row.roc_auc, int(row.fraud_count), int(row.payments_count - row.fraud_count))


def _rate(column: str) -> Bounds:
    return lambda row: uncertainty.of_rate(getattr(row, column), int(row.fraud_count))


def _counts(facts: ModelFacts) -> Chart:
    """Predicted and found positives of the version that comes first."""
    task = facts.task
    rows = facts.of(facts.performance, facts.versions[0]) if facts.versions else facts.performance
    known = rows[rows["label_maturity"] == "known"] if len(rows) else rows
    return Chart(
        "expected",
        f"{task.positive.capitalize()} expected and found",
        f"Of the {WINDOW_DAYS} days before, in {task.entities}: the sum of the first version's probabilities, and what "
        f"turned out to be {task.positive} so far. The younger the {task.entities}, the more is still to come.",
        {"": _expected(task, known)} if len(known) else {},
        wide=True,
        nothing=_nothing(facts),
    )


def _expected(task: Task, rows: pd.DataFrame) -> Figure:
    parts: Sequence[tuple[str, str, str, str]] = (
        ("expected_fraud_count", "Expected", "c1", "solid"),
        ("fraud_count", "Found so far", "c2", "solid"),
    )
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [day.isoformat() for day in rows["date"]],
            "y": [round(float(value), 2) for value in rows[column]],
            "line": {"color": colour, "dash": dash, "width": 2},
            "hovertemplate": "%{y:,.1f}",
        }
        for column, name, colour, dash in parts
    ]
    largest = max(rows["expected_fraud_count"].max(), rows["fraud_count"].max())
    return {
        "data": traces,
        "layout": {
            "hovermode": "x unified",
            "xaxis": {"type": "date"},
            "yaxis": count_axis(largest, task.entities.capitalize()),
        },
    }


def merchants(facts: ModelFacts) -> Grid:
    """The newest window of each merchant, for the version that comes first."""
    many, one = facts.task.entities.capitalize(), facts.task.positive
    rows = facts.of(facts.merchants, facts.versions[0]) if facts.versions else facts.merchants
    ordered = (
        rows.sort_values(["fraud_count", "payments_count"], ascending=False).head(15) if len(rows) else rows
    )
    return Grid(
        "merchants",
        ("Merchant", "Currency", many, one.capitalize(), "Share", "Expected", "AUC (95 %)"),
        [_merchant(row) for row in ordered.itertuples()],
        title="By merchant",
        text=f"The newest {WINDOW_DAYS} days of each, by what is known now; most {one} first. Few {one}s tell little: "
        "see the interval.",
        numeric=(2, 3, 4, 5, 6),
        nothing=_nothing(facts),
    )


def _merchant(row: Any) -> tuple[str, ...]:
    fraud, payments = int(row.fraud_count), int(row.payments_count)
    interval = None if pd.isna(row.roc_auc) else _auc(row)
    return (
        row.account,
        row.currency,
        f"{payments:,}",
        f"{fraud:,}",
        percent(fraud, payments),
        f"{row.expected_fraud_count:.1f}",
        "–" if interval is None else f"{row.roc_auc:.2f} ({uncertainty.words(interval)})",
    )
