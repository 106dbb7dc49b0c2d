"""Whether what is scored lately still looks like what a version has learnt from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log10
from typing import Any

import pandas as pd

from pipelines.models.drift.reference import NOTEWORTHY, PROBABILITY, SERIOUS
from pipelines.report.figures import Bars, Chart, Figure, Grid, Section, Status, label, percent
from pipelines.report.models.facts import WINDOW_DAYS, ModelFacts
from pipelines.report.models.versions import Version

SHOWN_POINTS, SHOWN_ROWS = 12, 15
"""Columns that are drawn and listed."""

LEAST = 0.01
"""The least index on the axes, which are logarithmic."""

_COLOUR_OF = {"bad": "bad", "warn": "warn", "good": "c1"}
_COLOURS = ("c1", "c2", "c3", "c4", "c5", "c7")
_NOTHING = "This version has scored nothing yet, or what it has learnt from was not kept."


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section(
        "drift",
        "Drift",
        (_columns(facts), _over_time(facts), _probabilities(facts), table(facts)),
        about=f"What a version scored over the last {WINDOW_DAYS} days of its scores, next to what it has learnt from; "
        "its probabilities, next to those of its test days. The measure is the population stability index: below "
        f"{NOTEWORTHY:g} nothing has happened, above {SERIOUS:g} the column has shifted. It needs no labels.",
    )


def _columns(facts: ModelFacts) -> Chart:
    return Chart(
        "drift-columns",
        "What has moved most",
        f"The columns of the version chosen above with the greatest index; the lines are at {NOTEWORTHY:g} and "
        f"{SERIOUS:g}. Logarithmic.",
        facts.drawn(facts.drift, _columns_figure),
        scope="version",
        wide=True,
        nothing=_NOTHING,
    )


def _columns_figure(rows: pd.DataFrame) -> Figure:
    first = _moved_most(rows).head(SHOWN_POINTS)
    values = [_drawn(value) for value in first["stability_index"]]
    points = {
        "type": "scatter",
        "mode": "markers+text",
        "x": values,
        "y": [label(name) for name in first["column_name"]],
        "text": [f"{value:.2f}" for value in first["stability_index"]],
        "textposition": "middle right",
        "cliponaxis": False,
        "marker": {
            "size": 12,
            "color": [_COLOUR_OF[_reading(value).kind] for value in first["stability_index"]],
        },
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    layout = {
        "xaxis": {
            **_axis(max(values, default=1.0)),
            # On a phone there is no room for one between 0.1 and 1.
            "tickvals": [0.01, NOTEWORTHY, 1, 10],
            "ticktext": ["0.01", f"{NOTEWORTHY:g}", "1", "10"],
            "tickangle": 0,
            "title": {"text": "Stability index"},
        },
        "yaxis": {"autorange": "reversed", "type": "category"},
        "shapes": _limits("x"),
        "height": 56 + 30 * max(len(first), 2),
    }
    return {"data": [points], "layout": layout}


def _over_time(facts: ModelFacts) -> Chart:
    return Chart(
        "drift-over-time",
        "The same over time",
        "Those that have moved most, and the probability; the lines as above.",
        facts.drawn(facts.moves, _over_time_figure),
        scope="version",
        nothing=_NOTHING,
    )


def _over_time_figure(rows: pd.DataFrame) -> Figure:
    newest = rows[rows["date"] == rows["date"].max()]
    names = [name for name in _moved_most(newest)["column_name"] if name != PROBABILITY]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(own) == 1 else "lines",
            "name": label(name, 36),
            "x": [day.isoformat() for day in own["date"]],
            "y": [_drawn(value) for value in own["stability_index"]],
            "line": {"color": colour, "width": 2, "dash": "dot" if name == PROBABILITY else "solid"},
            "hovertemplate": "%{x}: %{y:.2f}",
        }
        for name, colour in zip([*names, PROBABILITY], _COLOURS[-len(names) - 1 :], strict=False)
        if len(own := rows[rows["column_name"] == name].sort_values("date"))
    ]
    largest = _drawn(newest["stability_index"].max() if len(newest) else 1.0)
    layout = {
        "hovermode": "closest",
        "xaxis": {"type": "date"},
        "yaxis": _axis(largest),
        "shapes": _limits("y"),
        "height": 380,
    }
    return {"data": traces, "layout": layout}


def _probabilities(facts: ModelFacts) -> Chart:
    views = {
        str(place): _probabilities_figure(version, rows)
        for place, version in enumerate(facts.versions)
        if PROBABILITY in version.references and len(rows := _of_probability(facts, version))
    }
    return Chart(
        "drift-probability",
        "Probabilities then and now",
        f"Share of {facts.task.entities} by probability, on the test days and lately. The groups had about equal "
        f"numbers of {facts.task.entities} then; a group ends at the probability below it.",
        views,
        scope="version",
        nothing=_NOTHING,
    )


def _of_probability(facts: ModelFacts, version: Version) -> pd.DataFrame:
    rows = facts.of(facts.drift, version)
    return rows[rows["column_name"] == PROBABILITY] if len(rows) else rows


def _probabilities_figure(version: Version, rows: pd.DataFrame) -> Figure:
    learnt = version.references[PROBABILITY]
    ends = [*(f"{100 * edge:.2g}" for edge in learnt.edges), "100"]
    now = json.loads(rows["bin_counts"].iloc[0])
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(ends))),
            "y": [round(value, 5) for value in _shares(counts)],
            "text": [f"up to {end} %" for end in ends],
            "textposition": "none",
            "marker": {"color": colour},
            "hovertemplate": "%{text}: %{y:.1%}",
        }
        for name, counts, colour in (
            ("Test days", learnt.counts, "c7"),
            (f"Last {WINDOW_DAYS} days", now, "c1"),
        )
    ]
    axis = {"title": {"text": "Probability, up to %"}, "tickvals": list(range(len(ends))), "ticktext": ends}
    layout = {"xaxis": axis, "yaxis": {"tickformat": ".1~%", "rangemode": "tozero"}, "height": 380}
    return {"data": traces, "layout": layout}


def table(facts: ModelFacts) -> Grid:
    """The columns of the first version that have moved most."""
    first = facts.versions[0] if facts.versions else None
    rows = facts.of(facts.drift, first) if first else facts.drift
    return Grid(
        "drift-columns-listed",
        ("Column", "Index", "Reading", "Learnt", "Lately", "Unknown, learnt", "Unknown, lately"),
        [_row(row, first) for row in _moved_most(rows).head(SHOWN_ROWS).itertuples()]
        if first and len(rows)
        else [],
        title=f"Columns of {first.name}" if first else "Columns",
        text="Those that have moved most. The small bars are shares of "
        f"{facts.task.entities} from the lowest values to the highest, in groups that were about equal in what was "
        "learnt from. A window that was not full yet then looks shifted now, too. All columns are in "
        f"{facts.task.table('drift_daily')}.",
        numeric=(1, 5, 6),
        nothing=_NOTHING,
    )


def _row(row: Any, version: Version) -> tuple[str | Status | Bars, ...]:
    learnt = version.references.get(row.column_name)
    then, now = _shares(learnt.counts) if learnt else [], _shares(json.loads(row.bin_counts))
    top = max([*then, *now], default=0.0)
    return (
        str(row.column_name),
        f"{row.stability_index:.2f}",
        _reading(row.stability_index),
        _bars(then, top, "then") if then else "–",
        _bars(now, top, "now"),
        percent(row.learnt_null_rate, 1),
        percent(row.null_rate, 1),
    )


def _bars(shares: Sequence[float], top: float, colour: Any) -> Bars:
    words = ", ".join(f"{100 * value:.0f} %" for value in shares)
    return Bars(tuple(value / top if top else 0.0 for value in shares), words, colour)


def _shares(counts: Sequence[int]) -> list[float]:
    """Share of all payments by bin, without those whose value is not known."""
    return [count / sum(counts) if sum(counts) else 0.0 for count in counts[:-1]]


def _moved_most(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows.dropna(subset=["stability_index"])
    return known.sort_values(["stability_index", "column_name"], ascending=[False, True])


def _reading(index: float) -> Status:
    if index > SERIOUS:
        return Status("shifted", "bad")
    return Status("notable", "warn") if index > NOTEWORTHY else Status("stable", "good")


def _drawn(value: float) -> float:
    return max(round(float(value), 4), LEAST)


def _axis(largest: float) -> dict[str, Any]:
    return {
        "type": "log",
        "range": [log10(LEAST), log10(max(largest, 1.0)) + 0.6],
        "tickvals": [0.01, NOTEWORTHY, SERIOUS, 1, 10],
        "ticktext": ["0.01", f"{NOTEWORTHY:g}", f"{SERIOUS:g}", "1", "10"],
    }


def _limits(axis: str) -> list[dict[str, Any]]:
    """A line at each limit, across a chart whose index is on this axis."""
    other = "y" if axis == "x" else "x"
    return [
        {
            "type": "line",
            f"{axis}0": limit,
            f"{axis}1": limit,
            f"{other}ref": "paper",
            f"{other}0": 0,
            f"{other}1": 1,
            "line": {"color": colour, "width": 1.5, "dash": "dash"},
        }
        for limit, colour in ((NOTEWORTHY, "warn"), (SERIOUS, "bad"))
    ]
