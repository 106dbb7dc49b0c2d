"""The page about a task's models as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from pipelines.catalog import all_tables
from pipelines.models.registry import Registry
from pipelines.models.task import Made, Task
from pipelines.report.document import Head, Page, document
from pipelines.report.figures import Chart, Grid, Link, Section, Tile
from pipelines.report.models import (
    calibration,
    cards,
    decisions,
    drift,
    performance,
    reasons,
    tradeoffs,
    versions,
)
from pipelines.report.models.facts import ModelFacts, read_facts
from pipelines.report.models.versions import Version

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.lakehouse import Lakehouse


RANK = 70
"""Place of pages about models among all pages."""


def page(task: Task) -> Page[ModelFacts]:
    """The page about the models of a task."""
    return Page(_title(task), task.file, partial(_read, task), render, RANK)


def _title(task: Task) -> str:
    return f"{task.name.replace('_', ' ').capitalize()} models"


def _read(task: Task, lake: Lakehouse) -> ModelFacts:
    return read_facts(lake, task, versions.versions(Registry(lake.settings), task.name))


def render(facts: ModelFacts, now: datetime, pages: Sequence[Link] = ()) -> str:
    """The page. Without a model it says that there is none, and what rules decided."""
    sections = _sections(facts) if facts.versions else []
    if not facts.versions and len(facts.decisions):
        sections = [decisions.section(facts)]
    cut = tradeoffs.start(facts)
    serving = _serving(facts)
    return document(
        "models.html.j2",
        Head(_title(facts.task), _lead(facts, serving), _empty(facts.task), now, pages),
        sections,
        ("tradeoffs.js",),
        {"cuts-data": tradeoffs.data(facts)},
        has_model=bool(facts.versions),
        tiles=_tiles(facts, facts.versions[0]) if facts.versions else [],
        versions=[version.title for version in facts.versions],
        currencies=facts.currencies,
        cut=cut,
        columns=tradeoffs.columns(facts.task),
        entities=facts.task.entities,
        lines=tradeoffs.table(facts, cut),
        cards=[(one.title, cards.blocks(one.card)) for one in facts.versions if one.card],
    )


def _sections(facts: ModelFacts) -> list[Section]:
    task = facts.task
    history = Section(
        "history", "Versions", (versions.listed(task, facts.versions), versions.promotions(facts.versions))
    )
    parts: tuple[tuple[ModuleType, Made], ...] = (
        (tradeoffs, "tradeoffs"),
        (performance, "performance_daily"),
        (calibration, "scores"),
        (drift, "drift_daily"),
        (reasons, "scores"),
        (decisions, "decisions"),
    )
    made = [(module, task.table(name)) for module, name in parts if task.table(name) in all_tables()]
    return [*(_of(module.section(facts), table) for module, table in made), history]


def _of(section: Section, table: str) -> Section:
    """A section that says which table it shows."""
    return replace(
        section,
        parts=[replace(part, of=(table,)) for part in section.parts if isinstance(part, Chart | Grid)],
    )


def _serving(facts: ModelFacts) -> Version | None:
    return next((one for one in facts.versions if one.role == "serving"), None)


def _lead(facts: ModelFacts, serving: Version | None) -> str:
    if not facts.versions:
        return "No model was trained yet."
    if serving is None:
        return (
            f"No version serves; {facts.versions[0].name} is the newest. Scores are kept, and decide nothing."
        )
    return f"{serving.name}, {serving.family}, trained {serving.trained_at:%Y-%m-%d}, gives the scores that count."


def _empty(task: Task) -> str:
    return (
        f"Training needs {task.entities} that are old enough for their labels to have matured, and {task.positive} "
        "among them. "
        "'vermeil train' trains a model, or says how much history is missing."
    )


def _tiles(facts: ModelFacts, first: Version) -> list[Tile]:
    figures, caught = first.figures, f"{facts.task.positive.capitalize()} caught"
    frauds, payments = (int(figures.get(name, 0)) for name in ("frauds", "payments"))
    precision, chance = figures.get("average_precision"), figures.get("fraud_rate")
    scored = facts.of(facts.spread, first)
    return [
        Tile(
            "version",
            "Version",
            first.short_name,
            f"{first.family}, {first.role or 'neither serving nor shadow'}",
        ),
        Tile("auc", "ROC AUC, test days", *_split(versions.auc(first))),
        Tile(
            "precision",
            "Average precision, test days",
            "–" if precision is None else f"{precision:.3f}",
            "–"
            if chance is None
            else f"by chance {chance:.3f}; {frauds:,} {facts.task.positive}s of {payments:,}",
        ),
        Tile(
            "recall-1",
            f"{caught} at 1 % false alarms",
            *_split(versions.recall(first, 1)),
        ),
        Tile(
            "recall-5",
            f"{caught} at 5 % false alarms",
            *_split(versions.recall(first, 5)),
        ),
        Tile(
            "scored",
            f"{facts.task.entities.capitalize()} scored",
            f"{_total(scored):,}",
            "attempts, by this version",
        ),
    ]


def _split(text: str) -> tuple[str, str]:
    """A figure and its interval, from how they are shown together."""
    figure, _, interval = text.partition(" ")
    return figure, f"95 %: {interval.strip('()')}" if interval else "not defined"


def _total(spread: pd.DataFrame) -> int:
    return int(spread["payments"].sum()) if len(spread) else 0
