"""Whether a probability means what it says, and how scores are spread."""

from __future__ import annotations

from functools import partial
from math import log10
from typing import Any

import pandas as pd

from pipelines.models.task import Task
from pipelines.report.figures import Chart, Figure, Section
from pipelines.report.models import uncertainty
from pipelines.report.models.facts import EDGES, ModelFacts

LEAST = 0.0005
"""The least share on the axes, which are logarithmic: most payments have a small probability."""


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section(
        "calibration",
        "Calibration",
        (_curve(facts), _spread(facts)),
        about="Of the version chosen above.",
    )


def _curve(facts: ModelFacts) -> Chart:
    task = facts.task
    return Chart(
        "calibration-curve",
        "Predicted and observed",
        f"Matured {task.entities} by score: the mean probability of each group, and the share that was {task.positive} "
        "with its 95 % interval; hollow where none was. On the line a probability means what it says; above it, "
        f"{task.positive} is underrated. Logarithmic.",
        facts.drawn(facts.calibration, partial(_curve_figure, task)),
        scope="version",
        nothing=f"No {task.entity} that this version has scored has a matured label yet.",
    )


def _curve_figure(task: Task, rows: pd.DataFrame) -> Figure:
    ordered = rows.sort_values("bin")
    predicted = ordered["predicted"] / ordered["payments"]
    observed = ordered["frauds"] / ordered["payments"]
    bounds = [
        uncertainty.of_rate(rate, count) or (0.0, 1.0)
        for rate, count in zip(observed, ordered["payments"], strict=True)
    ]
    points: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": f"{task.entities.capitalize()} by score",
        "x": [max(round(float(value), 6), LEAST) for value in predicted],
        "y": [max(round(float(value), 6), LEAST) for value in observed],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [
                round(high - max(rate, LEAST), 6) for rate, (_, high) in zip(observed, bounds, strict=True)
            ],
            "arrayminus": [
                round(max(rate, LEAST) - max(low, LEAST), 6)
                for rate, (low, _) in zip(observed, bounds, strict=True)
            ],
            "color": "c1",
            "thickness": 1.2,
        },
        "customdata": [[int(f), int(n)] for f, n in zip(ordered["frauds"], ordered["payments"], strict=True)],
        "marker": {
            "color": "c1",
            "size": 9,
            "symbol": ["circle" if frauds else "circle-open" for frauds in ordered["frauds"]],
        },
        "hovertemplate": "predicted %{x:.2%}, observed %{y:.2%}<br>"
        f"%{{customdata[0]:,}} {task.positive}s of %{{customdata[1]:,}}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "As predicted",
        "x": [LEAST, 1],
        "y": [LEAST, 1],
        "line": {"color": "c7", "dash": "dash", "width": 1},
        "hoverinfo": "skip",
    }
    axis = {"type": "log", "tickformat": ".2~%", "range": [-3.4, 0.05], "tickvals": [0.001, 0.01, 0.1, 1]}
    layout = {
        "xaxis": {**axis, "title": {"text": "Predicted"}},
        "yaxis": {**axis, "title": {"text": "Observed"}},
    }
    return {"data": [line, points], "layout": layout}


def _spread(facts: ModelFacts) -> Chart:
    return Chart(
        "scores",
        "Scores",
        f"{facts.task.entities.capitalize()} that were scored, by score; a group ends where the next one begins. "
        "The axis of counts is logarithmic.",
        facts.drawn(facts.spread, partial(_spread_figure, facts.task)),
        scope="version",
        nothing="This version has scored nothing yet.",
    )


def _spread_figure(task: Task, rows: pd.DataFrame) -> Figure:
    counted = rows.groupby("bin")["payments"].sum()
    counts = [int(counted.get(place, 0)) for place in range(len(EDGES) - 1)]
    bars = {
        "type": "bar",
        "x": list(range(len(counts))),
        "y": counts,
        "customdata": [between(place) for place in range(len(counts))],
        "marker": {"color": "c1"},
        "hovertemplate": "score %{customdata}: %{y:,}<extra></extra>",
    }
    top = log10(max([10, *counts])) + 0.1
    # From a half on: a bar of one would have no height.
    axis = {
        "title": {"text": task.entities.capitalize()}, "type": "log", "dtick": 1, "exponentformat": "B",
        "range": [log10(0.5), top],
    }  # fmt: skip
    scores = {
        "title": {"text": "Score, from"},
        "tickvals": list(range(len(counts))),
        "ticktext": [str(edge) for edge in EDGES[:-1]],
        "tickangle": 0,
    }
    return {
        "data": [bars],
        "layout": {"xaxis": scores, "yaxis": axis},
    }


def between(place: int) -> str:
    """The scores of a bin, in words."""
    first, last = EDGES[place], EDGES[place + 1] - 1
    return str(first) if first == last else f"{first}–{last}"
