"""What speaks for fraud in the payments that are flagged."""

from __future__ import annotations

import pandas as pd

from pipelines.report.figures import Chart, Figure, Section, lying_bars
from pipelines.report.models.facts import FLAGGED, REASON_DAYS, ModelFacts

SHOWN = 12


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section("reasons", "Top reasons", (_reasons(facts),), about="Of the version chosen above.")


def _reasons(facts: ModelFacts) -> Chart:
    return Chart(
        "top-reasons",
        "First reason of flagged payments",
        f"Payments of the last {REASON_DAYS} days with a score of at least {FLAGGED}, by the feature that speaks most "
        "for fraud; beside it how many of them are known to be fraud by now.",
        facts.drawn(facts.reasons, _figure),
        scope="version",
        wide=True,
        nothing="This version has flagged no payment of these days.",
    )


def _figure(rows: pd.DataFrame) -> Figure:
    first = rows.sort_values(["payments", "top_reason"], ascending=[False, True]).head(SHOWN)
    texts = [f"{n:,}, {f:,} fraud" for n, f in zip(first["payments"], first["frauds"], strict=True)]
    counts = [int(count) for count in first["payments"]]
    figure = lying_bars(
        list(first["top_reason"]), counts, texts, "c1", "%{y}: %{x:,} payments<extra></extra>"
    )
    layout = {**figure["layout"], "xaxis": {"range": [0, 1.25 * max(counts)], "title": {"text": "Payments"}}}
    return {"data": figure["data"], "layout": layout}
