"""How a change is printed that was taken apart: its parts add up to it also where they are rounded for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.markup import escape

from pipelines.metrics.shared.metric import CURRENCY
from vermeil.cli.metrics_output import shown
from vermeil.cli.output import OUT, or_dash, table_of

if TYPE_CHECKING:
    from pipelines.metrics.shared.change import Change, Comparison, Split
    from vermeil.support.why import Why

MOST_VALUES = 5
"""Values of a dimension that are printed; the others are added up."""

MOST_DIMENSIONS = 4


def why(found: Why) -> None:
    """A change, with what explains most of it first."""
    comparison = found.comparison
    metric = comparison.metric
    OUT.print(f"[bold]{metric.name}[/] {comparison.after} against {comparison.before}")
    OUT.print(f"[dim]{escape(metric.meaning)}[/]", soft_wrap=True)
    for change in found.changes:
        _Change(comparison, change).print()
    if not found.changes:
        OUT.print("No row of either period counts.")
    for note in comparison.notes:
        OUT.print(f"[yellow]{escape(note)}[/]", soft_wrap=True)
    if found.happened:
        OUT.print("[bold]What else happened[/]")
        for one in found.happened:
            OUT.print(f"  {one.day}  {one.kind}: {escape(one.what)}", soft_wrap=True)


@dataclass(frozen=True)
class _Change:
    comparison: Comparison
    change: Change

    @property
    def currency(self) -> object:
        return self.change.currency or self.comparison.question.condition.pinned.get(CURRENCY)

    def figure(self, value: Fraction | None) -> str:
        if value is None:
            return "–"
        exact = value.numerator if value.denominator == 1 else float(value)
        return shown(self.comparison.metric, exact, self.currency)

    def difference(self, value: Fraction | None) -> str:
        """A difference with its sign; that of two shares is in points, not in percent."""
        if value is None:
            return "–"
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        if self.comparison.metric.unit == "rate":
            return f"{sign}{abs(float(value)) * 100:.2f} points"
        return f"{sign}{self.figure(abs(value))}"

    def print(self) -> None:
        change, noise = self.change, self.change.noise
        chance = "" if noise.chance is None else f" (chance {noise.chance:.2g})"
        before, after = self.figure(change.before.figure), self.figure(change.after.figure)
        OUT.print(
            f"{f'{change.currency}: ' if change.currency else ''}{before} → {after}, "
            f"[bold]{self.difference(change.change)}[/]: {noise.verdict}{chance}, {noise.why}.",
            soft_wrap=True,
        )
        telling = [one for one in change.splits if len(one.parts) > 1]
        for split in telling[:MOST_DIMENSIONS]:
            self.split(split)
        if left := [one.dimension for one in telling[MOST_DIMENSIONS:]]:
            OUT.print(f"[dim]Less stands out by {', '.join(left)}: --by gives these.[/]", soft_wrap=True)

    def split(self, split: Split) -> None:
        rates = ("of its rate", "of the mix") if self.comparison.is_rate else ()
        table = table_of(split.dimension, ">before", ">after", ">explains", *(f">{name}" for name in rates))
        for part in split.parts[:MOST_VALUES]:
            figures = [self.figure(part.before.figure), self.figure(part.after.figure)]
            table.add_row(or_dash(part.value), *figures, *self.parts([part.whole], [part.rate], [part.mix]))
        if others := split.parts[MOST_VALUES:]:
            whole, rate, mix = zip(*((one.whole, one.rate, one.mix) for one in others), strict=True)
            table.add_row(
                f"{len(others):,} other{'s' if len(others) > 1 else ''}",
                "",
                "",
                *self.parts(whole, rate, mix),
            )
        OUT.print(table)

    def parts(self, *each: Sequence[Fraction]) -> list[str]:
        columns = each if self.comparison.is_rate else each[:1]
        return [self.difference(sum(one, Fraction(0))) for one in columns]
