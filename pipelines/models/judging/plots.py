"""Plots of how good a model is, as one page of HTML that needs nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.models.families.arrays import Codes, Floats
from pipelines.models.judging import metrics
from pipelines.models.training.training import Trained

POINTS = 300
"""Points of a curve, at most."""

TOP = 15
"""Features that are shown by weight."""


def plots(trained: Trained) -> dict[str, Any]:
    """Plotly figures by name, of the last test days."""
    import plotly.graph_objects as go

    found = metrics.curve(trained.scored.y, trained.scored.probabilities)
    few = _few(len(found.cuts))
    caught, hurt = found.caught[few], found.hurt[few]
    recall, rate = caught / max(found.caught[-1], 1), hurt / max(found.hurt[-1], 1)
    precision = np.where(caught + hurt > 0, caught / np.maximum(caught + hurt, 1), 1.0)
    bins = trained.reliability
    top = trained.top_features[:TOP][::-1]
    good, fraud = (trained.scored.probabilities[trained.scored.y == is_fraud] for is_fraud in (False, True))
    made = {
        "precision_recall": (go.Scatter(x=recall, y=precision, mode="lines"), "recall", "precision"),
        "roc": (go.Scatter(x=rate, y=recall, mode="lines"), "false-positive rate", "recall"),
        "calibration": (
            go.Scatter(x=[b.predicted for b in bins], y=[b.observed for b in bins], mode="lines+markers"),
            "predicted",
            f"were {trained.task.positive}",
        ),
        "top_features": (
            go.Bar(x=[size for _, size in top], y=[name for name, _ in top], orientation="h"),
            "mean size of contributions",
            "",
        ),
    }
    figures = {
        name: go.Figure(trace, {"title": name.replace("_", " "), "xaxis_title": x, "yaxis_title": y})
        for name, (trace, x, y) in made.items()
    }
    figures["scores"] = go.Figure(
        [_histogram(go, good, "good"), _histogram(go, fraud, trained.task.positive)],
        {
            "title": "scores",
            "xaxis_title": "probability",
            "yaxis_title": trained.task.entities,
            "yaxis_type": "log",
        },
    )
    return figures


def page(trained: Trained, title: str) -> str:
    """All plots on one page."""
    parts = [
        figure.to_html(full_html=False, include_plotlyjs="inline" if number == 0 else False)
        for number, figure in enumerate(plots(trained).values())
    ]
    return f"<!doctype html><meta charset='utf-8'><title>{title}</title>{''.join(parts)}"


def _histogram(go: Any, probabilities: Floats, name: str) -> Any:
    counts, edges = np.histogram(probabilities, bins=20, range=(0, 1))
    return go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, name=name)


def _few(count: int) -> Codes:
    return np.unique(np.linspace(0, count - 1, min(count, POINTS)).astype(np.int64))
