"""How models are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.models.task import Task
    from pipelines.models.training.renewal import Renewal
    from pipelines.models.training.training import FoldResult
    from vermeil.cli.model_commands import Demonstration, Listed


def trained(done: Renewal, *, as_json: bool) -> None:
    """What a training came to."""
    if as_json:
        print_json(
            {
                "version": done.version.name,
                "family": done.trained[0].family,
                "promoted": done.decision.is_promoted,
                "decision": done.decision.reason,
                "families": {
                    one.family: {"validation": one.figures("validation"), "test": one.figures()}
                    for one in done.trained
                },
                "test_payments": sum(one.judged_count for one in _tests(done)),
                "test_frauds": sum(one.judged_fraud_count for one in _tests(done)),
                "tables": done.version.tables,
            }
        )
        return
    table = table_of("family", ">validation AP", ">test AUC", ">test AP", ">recall at 1 %", ">recall at 5 %")
    for one in done.trained:
        test = one.figures()
        shown = (
            test[name]
            for name in ("roc_auc", "average_precision", "recall_at_1_percent", "recall_at_5_percent")
        )
        table.add_row(
            one.family, _figure(one.figures("validation")["average_precision"]), *map(_figure, shown)
        )
    OUT.print(table)
    summary(done)


def summary(done: Renewal) -> None:
    """A training in three lines."""
    task, test = done.trained[0].task, done.trained[0].figures()
    payments = sum(one.judged_count for one in _tests(done))
    frauds = sum(one.judged_fraud_count for one in _tests(done))
    learnt = _tests(done)[-1]
    OUT.print(
        f"Model: [bold]{escape(done.version.name)}[/], {done.trained[0].family}, learnt from {learnt.learnt_count:,} "
        f"{task.entities} with {learnt.learnt_fraud_count:,} {task.positive}s.",
        soft_wrap=True,
    )
    OUT.print(
        f"Held-out days {_days(_tests(done))}, {frauds:,} {task.positive}s of {payments:,} {task.entities}: "
        f"AUC {_figure(test['roc_auc'])}, average precision {_figure(test['average_precision'])} "
        f"(by chance {_figure(test['fraud_rate'])}), {_share(test['recall_at_1_percent'])} of {task.positive} caught "
        f"at 1 % false alarms, {_share(test['recall_at_5_percent'])} at 5 %.",
        soft_wrap=True,
    )
    word = "[green]serves[/]" if done.decision.is_promoted else "[yellow]does not serve[/]"
    OUT.print(f"It {word}: {escape(done.decision.reason)}.", soft_wrap=True)


def demonstrated(found: Demonstration) -> None:
    """What the demo did with models."""
    if found.missing:
        OUT.print(f"[yellow]No model was trained[/]: {escape(str(found.missing))}.", soft_wrap=True)
    if found.done:
        summary(found.done)
        OUT.print(
            f"Scores written: {found.scores:,}. 'vermeil models' lists versions, 'vermeil rule list' rules."
        )


def listed(task: Task, found: Sequence[Listed], *, as_json: bool) -> None:
    """Versions of a task's model."""
    if as_json:
        print_json([one.as_json() for one in found])
        return
    if not found:
        OUT.print("No model was trained yet: 'vermeil train' trains one.")
        return
    table = table_of("version", "role", "family", "trained (UTC)", ">AUC", ">AP", f">{task.positive}s")
    for one in found:
        table.add_row(
            one.version.name,
            ", ".join(one.version.aliases) or "–",
            one.version.tags["family"],
            one.version.tags["trained_at"][:16].replace("T", " "),
            _figure(one.figures.get("roc_auc")),
            _figure(one.figures.get("average_precision")),
            _counts(one.figures),
        )
    OUT.print(table)
    for one in found:
        if decision := one.version.decision:
            word = "[green]promoted[/]" if decision.is_promoted else "[yellow]not promoted[/]"
            OUT.print(f"{one.version.name} {word}: {escape(decision.reason)}.", soft_wrap=True)


def _tests(done: Renewal) -> list[FoldResult]:
    return [one for one in done.trained[0].results if one.role == "test"]


def _days(tests: Sequence[FoldResult]) -> str:
    return "; ".join(str(one.fold) for one in tests)


def _counts(figures: Mapping[str, float]) -> str:
    return f"{int(figures.get('frauds', 0)):,} of {int(figures.get('payments', 0)):,}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
