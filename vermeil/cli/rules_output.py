"""How the commands about rules print what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from pipelines.base.money import formatted
from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.rules.backtest import Backtest, Tally
    from pipelines.rules.ruleset import Ruleset
    from vermeil.cli.rule_commands import RuleColumn

_CAUGHT = (("fraud", "caught", "green"), ("legitimate", "hurt", "red"), ("unknown", "not known yet", "dim"))
"""Labels, and what it would mean that a rule holds for a payment."""


def tested(found: Backtest, *, as_json: bool) -> None:
    """What a rule would have done."""
    if as_json:
        print_json(backtest_as_json(found))
        return
    OUT.print(f"[bold]{escape(found.condition.text)}[/]", soft_wrap=True)
    period = f"from {found.first} to {found.last}"
    OUT.print(f"would have held for {_percent(found.matched_rate)} of {found.payments:,} payments {period}.")
    table = table_of("currency", "would have", ">payments", ">of", ">amount", ">of")
    for one in found.currencies:
        for label, meaning, colour in _CAUGHT:
            tally: Tally = getattr(one, label)
            if tally.count:
                table.add_row(one.currency, f"[{colour}]{meaning}[/]", *_figures(tally, one.currency))
    OUT.print(table)
    OUT.print(
        f"Precision {_percent(found.precision)}: {found.caught:,} of {found.caught + found.hurt:,} were fraud. "
        f"Recall {_percent(found.recall)} of all fraud; false positives {_percent(found.false_positive_rate)} of all "
        "legitimate payments.",
        soft_wrap=True,
    )
    _examples(found)


def listed(found: Ruleset, *, as_json: bool) -> None:
    """Rules, and the model's cuts."""
    tried = list(found.tried())
    off = [rule for rule in found.rules if not rule.enabled]
    if as_json:
        rules = [
            {"name": r.name, "action": r.action, "when": r.condition.text, "doc": r.doc, "enabled": r.enabled}
            for r in (*tried, *off)
        ]
        print_json({"version": found.digest, "rules": rules, "model": dict(found.cuts.by_action())})
        return
    table = table_of("action", "rule", "when", "what for")
    for rule in (*tried, *off):
        action = rule.action if rule.enabled else f"[dim]{rule.action} (off)[/]"
        table.add_row(action, rule.name, escape(rule.condition.text), escape(rule.doc))
    if found.rules:
        OUT.print(table)
    else:
        OUT.print("There are no rules: write some to <home>/rules.yaml.")
    cuts = ", ".join(f"{action} from {score} on" for action, score in found.cuts.by_action())
    OUT.print(f"Where none holds, by the model's score: {cuts or 'nothing'}.", soft_wrap=True)


def columns(found: Sequence[RuleColumn], *, as_json: bool) -> None:
    """Columns that rules may use."""
    if as_json:
        print_json([asdict(column) for column in found])
        return
    table = table_of("column", "kind", "meaning")
    for column in found:
        table.add_row(f":{column.name}:", column.kind, escape(column.doc))
    OUT.print(table)


def backtest_as_json(found: Backtest) -> dict[str, Any]:
    """What a rule would have done, for programs."""
    return {
        "rule": found.condition.text,
        "first": found.first,
        "last": found.last,
        "payments": found.payments,
        "caught": found.caught,
        "hurt": found.hurt,
        "unknown": found.undecided,
        "precision": found.precision,
        "recall": found.recall,
        "false_positive_rate": found.false_positive_rate,
        "matched_rate": found.matched_rate,
        "currencies": [asdict(one) for one in found.currencies],
        "examples": [asdict(one) for one in found.examples],
    }


def _examples(found: Backtest) -> None:
    if not found.examples:
        return
    OUT.print("For example:")
    amounts = [f"{formatted(one.amount_minor, one.currency)} {one.currency}" for one in found.examples]
    for one, amount in zip(found.examples, amounts, strict=True):
        values = ", ".join(f"{name} {_shown(one.values[name])}" for name in found.condition.names)
        shown = amount.rjust(max(map(len, amounts)))
        # A line each, however long: in a table of this width, ids would be cut into pieces.
        OUT.print(
            f"{one.date}  {shown}  {one.label:10}  {one.charge_id}  {one.account}: {escape(values)}",
            soft_wrap=True,
        )


def _figures(tally: Tally, currency: str) -> tuple[str, str, str, str]:
    return (
        f"{tally.matched_count:,}",
        f"{tally.count:,}",
        formatted(tally.matched_minor, currency),
        formatted(tally.amount_minor, currency),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.3g} %"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
