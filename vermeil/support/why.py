"""Why a metric changed, answered by the latest release."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.metrics.shared.change import Asked, Change, Comparison, changes, compared
from pipelines.metrics.shared.decomposition import Part, Sides
from pipelines.metrics.shared.query import Data
from vermeil.support.happened import Happened, happened

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Why:
    """The answer.

    Attributes:
        comparison: what was compared.
        changes: by currency where it is about money, else one.
        happened: what else happened after the earlier period began.
    """

    comparison: Comparison
    changes: tuple[Change, ...]
    happened: tuple[Happened, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer for programs: sums as they are, figures and parts as numbers."""
        comparison = self.comparison
        return {
            "metric": comparison.metric.name,
            "definition": comparison.metric.definition,
            "before": str(comparison.before),
            "after": str(comparison.after),
            "notes": comparison.notes,
            "changes": [_change(one) for one in self.changes],
            "happened": [vars(one) for one in self.happened],
        }


def why(lake: Lakehouse, asked: Asked) -> Why:
    """Why a metric differs between two periods.

    Args:
        lake: as it was released.
        asked: the question.

    Raises:
        MetricError: the answer would be wrong, or there is none.
    """
    comparison = compared(asked, lake.tables, Data(lake.sql))
    # Written from trees of which every node was looked at.
    found = changes(comparison, lambda query: lake.sql(query, unsafe=True).toArrow().to_pylist())
    first, last = comparison.before.first, max(filter(None, (comparison.before.last, comparison.after.last)))
    assert first is not None
    return Why(comparison, tuple(found), tuple(happened(lake, first, last)))


def _change(one: Change) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "before": _sides(one.before),
        "after": _sides(one.after),
        "change": _number(one.change),
        "noise": vars(one.noise),
        "by": [
            {"dimension": split.dimension, "parts": [_part(part) for part in split.parts]}
            for split in one.splits
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "value": part.value,
        "before": _sides(part.before),
        "after": _sides(part.after),
        "part": _number(part.whole),
        "of_rate": _number(part.rate),
        "of_mix": _number(part.mix),
    }


def _sides(sides: Sides) -> dict[str, Any]:
    return {"figure": _number(sides.figure), "up": _number(sides.up), "down": _number(sides.down)}


def _number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)
