"""What rules and model decided of payments, and what became of those."""

from __future__ import annotations

from typing import Any

from pipelines.report.figures import Grid, Section, percent
from pipelines.report.models.facts import ModelFacts

SHOWN = 20


def section(facts: ModelFacts) -> Section:
    """The section of the page."""
    return Section("decisions", "Rules and decisions", (_decided(facts),))


def _decided(facts: ModelFacts) -> Grid:
    rows = facts.decisions
    ordered = rows.sort_values(["payments"], ascending=False).head(SHOWN) if len(rows) else rows
    total = int(rows["payments"].sum()) if len(rows) else 0
    days = f" from {facts.decided[0]:%Y-%m-%d} to {facts.decided[1]:%Y-%m-%d}" if facts.decided else ""
    return Grid(
        "decided",
        (
            "Decided by",
            "Action",
            facts.task.entities.capitalize(),
            "Share",
            "Matured",
            f"{_noun(facts)} among these",
            f"Share of {facts.task.positive}",
        ),
        [_row(row, total) for row in ordered.itertuples()],
        title="What was decided",
        text=f"Attempts{days}: the first rule that holds decides, then the model by its score. {_noun(facts)} is "
        f"counted among {facts.task.entities} whose labels have matured. default: no rule held, and there was no "
        "score.",
        numeric=(2, 3, 4, 5, 6),
        nothing=f"No {facts.task.entity} was decided on yet.",
    )


def _noun(facts: ModelFacts) -> str:
    return facts.task.positive.capitalize()


def _row(row: Any, total: int) -> tuple[str, ...]:
    payments, matured, frauds = int(row.payments), int(row.matured), int(row.frauds)
    return (
        str(row.decided_by),
        str(row.action),
        f"{payments:,}",
        percent(payments, total),
        f"{matured:,}",
        f"{frauds:,}",
        percent(frauds, matured),
    )
