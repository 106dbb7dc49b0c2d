"""The versions of a model: which serves, how each did when it was judged, and why it was promoted or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.report.figures import Grid, Status
from pipelines.report.models import uncertainty

if TYPE_CHECKING:
    from pipelines.models import registry as registered
    from pipelines.models.drift.reference import Reference
    from pipelines.models.registry import Registry
    from pipelines.models.task import Task

SHOWN = 12
"""Versions that are listed."""

_KINDS: Mapping[str, Status] = {
    "serving": Status("serving", "good"),
    "shadow": Status("shadow", "warn"),
}


@dataclass(frozen=True)
class Version:
    """A version as the page shows it.

    Attributes:
        name: as in the scores.
        family: of models, such as xgboost.
        role: serving, shadow, or empty where it does neither.
        trained_at: when, UTC.
        figures: means over the test days, by name; counts ``payments`` and ``frauds`` among them.
        days: by which it was judged.
        is_promoted: what was decided when it was trained; None where nothing was.
        reason: why.
        tables: Delta versions that it was made from.
        card: in Markdown.
        references: how each feature was spread in what it has learnt from.
    """

    name: str
    family: str
    role: str
    trained_at: datetime
    figures: Mapping[str, float] = field(default_factory=dict)
    days: str = ""
    is_promoted: bool | None = None
    reason: str = ""
    tables: Mapping[str, int] = field(default_factory=dict)
    card: str = ""
    references: Mapping[str, Reference] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        """Name and role."""
        return f"{self.name} ({self.role})" if self.role else self.name

    @property
    def short_name(self) -> str:
        """Task and number, without the digest that keeps it apart from those of other registries."""
        return self.name.rpartition("-")[0] or self.name

    @property
    def short_title(self) -> str:
        """Short name and role."""
        return f"{self.short_name} ({self.role})" if self.role else self.short_name


def versions(registry: Registry, task: str) -> tuple[Version, ...]:
    """Versions of a task's model, the one that serves first, then the newest."""
    newest = [_version(registry, one) for one in registry.versions(task)[::-1][:SHOWN]]
    return tuple(sorted(newest, key=lambda one: one.role != "serving"))


def _version(registry: Registry, one: registered.Version) -> Version:
    decision = one.decision
    return Version(
        name=one.name,
        family=one.tags["family"],
        role=next((role for role in ("serving", "shadow") if role in one.aliases), ""),
        trained_at=datetime.fromisoformat(one.tags["trained_at"]),
        figures=registry.figures(one),
        days=decision.days if decision else "",
        is_promoted=decision.is_promoted if decision else None,
        reason=decision.reason if decision else "",
        tables=one.tables,
        card=one.card,
        references=one.references,
    )


def listed(task: Task, shown: Sequence[Version]) -> Grid:
    """All versions, with how they did on their test days."""
    return Grid(
        "versions",
        ("Version", "Role", "Family", "Trained", "Test days",
         f"{task.positive.capitalize()} in them", "AUC", "Average precision",
         "Recall at 1 %", "Recall at 5 %"),
        [_row(one) for one in shown],
        text="Nothing was chosen by the test days. Recall at 1 %: the share of "
        f"{task.positive} that is caught while at most 1 % of good {task.entities} is flagged. With few "
        f"{task.positive}s, figures are rough: in brackets are 95 % intervals.",
        numeric=(5, 6, 7, 8, 9),
        nothing="No model was trained yet.",
    )  # fmt: skip


def promotions(shown: Sequence[Version]) -> Grid:
    """What was decided of each version when it was trained, and why."""
    words: Mapping[bool | None, str | Status] = {
        True: Status("promoted", "good"),
        False: Status("not promoted", "warn"),
        None: "–",
    }
    return Grid(
        "promotions",
        ("Version", "Decision", "Why", "Made from"),
        [(one.name, words[one.is_promoted], one.reason or "–", _tables(one)) for one in shown],
        title="Promotion",
        text="A new version serves if it beats the serving one on the same matured days by the margin that the task "
        "declares; otherwise it shadows it. Made from: versions of the tables.",
        nothing="No model was trained yet.",
    )


def _tables(one: Version) -> str:
    gold = [f"{name} {number}" for name, number in one.tables.items() if name.startswith("gold.")]
    others = len(one.tables) - len(gold)
    return ", ".join([*gold, *([f"and {others} more"] if others else [])]) or "–"


def _row(one: Version) -> tuple[str | Status, ...]:
    payments, frauds = (int(one.figures.get(name, 0)) for name in ("payments", "frauds"))
    return (
        one.name,
        _KINDS.get(one.role, "–"),
        one.family,
        f"{one.trained_at:%Y-%m-%d}",
        one.days.replace("-", "\u2011") or "–",  # hyphens at which no browser breaks a date
        f"{frauds:,} of {payments:,}",
        auc(one),
        _shown(one.figures.get("average_precision")),
        recall(one, 1),
        recall(one, 5),
    )


def auc(one: Version) -> str:
    """The area under the curve, with its interval."""
    value, frauds = one.figures.get("roc_auc"), int(one.figures.get("frauds", 0))
    if value is None:
        return "–"
    good = int(one.figures.get("payments", 0)) - frauds
    return f"{value:.3f} ({uncertainty.words(uncertainty.of_auc(value, frauds, good))})"


def recall(one: Version, percent: int) -> str:
    """Share of fraud caught at a rate of false alarms, with its interval."""
    value = one.figures.get(f"recall_at_{percent}_percent")
    if value is None:
        return "–"
    return f"{value:.2f} ({uncertainty.words(uncertainty.of_rate(value, one.figures.get('frauds', 0)))})"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
