"""What speaks for a positive in those that are flagged."""

from __future__ import annotations

from functools import partial

import pandas as pd

from pipelines.models.task import Task
from pipelines.report.figures import Chart, Figure, Section, lying_bars
from pipelines.report.models.facts import FLAGGED, REASON_DAYS, ModelFacts

SHOWN = 12


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section("reasons", "Top reasons", (_reasons(facts),), about="Of the version chosen above.")


def _reasons(facts: ModelFacts) -> Chart:
    task = facts.task
    return Chart(
        "top-reasons",
        f"First reason of flagged {task.entities}",
        f"{task.entities.capitalize()} of the last {REASON_DAYS} days with a score of at least {FLAGGED}, by the "
        f"feature that speaks most for {task.positive}; beside it how many of them are known to be {task.positive} by "
        "now.",
        facts.drawn(facts.reasons, partial(_figure, task)),
        scope="version",
        wide=True,
        nothing=f"This version has flagged no {task.entity} of these days.",
    )


def _figure(task: Task, rows: pd.DataFrame) -> Figure:
    first = rows.sort_values(["payments", "top_reason"], ascending=[False, True]).head(SHOWN)
    texts = [f"{n:,}, {f:,} {task.positive}" for n, f in zip(first["payments"], first["frauds"], strict=True)]
    counts = [int(count) for count in first["payments"]]
    figure = lying_bars(
        list(first["top_reason"]), counts, texts, "c1", f"%{{y}}: %{{x:,}} {task.entities}<extra></extra>"
    )
    layout = {
        **figure["layout"],
        "xaxis": {"range": [0, 1.25 * max(counts)], "title": {"text": task.entities.capitalize()}},
    }
    return {"data": figure["data"], "layout": layout}
