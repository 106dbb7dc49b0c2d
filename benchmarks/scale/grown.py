"""What the kept points say: series along one size, models of each stage, and what a payment takes on the disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.scale.fitting import Model, errors, exponent, fitted
from benchmarks.scale.points import AGED_PAYMENTS, DAYS, USUAL_DAYS, USUAL_PAYMENTS, Point
from benchmarks.scale.stages import STAGES, by_stage

LOAD, IDLE, DAY, AUDIT = "first load", "nothing new", "one more day", "audit"
STEPS = (LOAD, IDLE, DAY, AUDIT)

DEPENDS = {
    LOAD: ("payments", "days"),
    IDLE: ("payments", "days", "commits"),
    DAY: ("payments", "days", "day_payments", "commits"),
    AUDIT: ("payments", "days"),
}
"""What each step may depend on: of the history, and of the day that comes."""

FEWEST_LOADS = 3
"""Of fewer no model is made and no line is drawn: it would go through any two points."""

ENOUGH_LOADS = 5
ENOUGH_PAYMENTS = 100_000
"""With fewer loads, or none so large, nothing is said of other sizes: tables that are nearly empty grow otherwise."""

WHOLE = "all"
"""Name of a step's whole process, beside its stages: imports and the engine's start are in it."""


@dataclass(frozen=True)
class Seen:
    """A point that was measured.

    Attributes:
        point: which.
        figures: all of it, as it is kept.
    """

    point: Point
    figures: Mapping[str, Any]

    @property
    def row(self) -> Mapping[str, float]:
        """What figures may depend on."""
        one = self.point
        return {
            "payments": one.payments,
            "days": one.days,
            "day_payments": one.payments / one.days,
            "commits": one.commits,
        }

    def step(self, name: str) -> Mapping[str, Any]:
        """The figures of a step."""
        found: Mapping[str, Any] = self.figures["steps"][name]
        return found

    def stages(self, step: str, figure: str = "cpu") -> dict[str, float]:
        """A figure by stage."""
        tables: Mapping[str, Mapping[str, float]] = self.step(step).get("tables", {})
        return by_stage({name: float(one[figure]) for name, one in tables.items()})

    def shuffled(self, step: str) -> dict[str, float]:
        """Bytes that Spark's tasks shuffled, by stage."""
        tables: Mapping[str, Mapping[str, Any]] = self.step(step)["tables"]
        return by_stage(
            {n: float(one.get("tasks", {}).get("shuffled_bytes", 0)) for n, one in tables.items()}
        )

    def cpu(self, step: str, stage: str = WHOLE) -> float:
        """Processor seconds of a step, or of a stage of it."""
        return float(self.step(step)["cpu_seconds"]) if stage == WHOLE else self.stages(step)[stage]


def loads(kept: Sequence[tuple[Point, Mapping[str, Any]]], engine: str) -> list[Seen]:
    """The points of an engine that loaded something."""
    return [Seen(point, found) for point, found in kept if point.engine == engine and not point.files]


def logs(kept: Sequence[tuple[Point, Mapping[str, Any]]], engine: str) -> list[Seen]:
    """The points of an engine that are logs alone."""
    return [Seen(point, found) for point, found in kept if point.engine == engine and point.files]


def along_payments(seen: Sequence[Seen]) -> list[Seen]:
    """Those of which only the payments differ."""
    return sorted(
        (one for one in seen if one.point.days == USUAL_DAYS and not one.point.commits),
        key=lambda one: one.point.payments,
    )


def along_days(seen: Sequence[Seen]) -> list[Seen]:
    """Those of which only the days differ."""
    chosen = (one for one in seen if one.point.payments == USUAL_PAYMENTS and not one.point.commits)
    return sorted(chosen, key=lambda one: one.point.days)


def along_commits(seen: Sequence[Seen]) -> list[Seen]:
    """Those of which only the commits differ."""
    chosen = (one for one in seen if (one.point.payments, one.point.days) == (AGED_PAYMENTS, min(DAYS)))
    return sorted(chosen, key=lambda one: one.point.commits)


def model(seen: Sequence[Seen], step: str, stage: str = WHOLE) -> tuple[Model, list[float]]:
    """Processor seconds of a step or stage as a sum, with the error of each point that is left out."""
    rows, figures, names = _given(seen, step, stage)
    return fitted(rows, figures, names), errors(rows, figures, names) if len(rows) > 1 else []


def is_enough(seen: Sequence[Seen]) -> bool:
    """Whether models of these loads may be asked about users of other sizes."""
    largest = max((one.point.payments for one in seen), default=0)
    return len(seen) >= ENOUGH_LOADS and largest >= ENOUGH_PAYMENTS


def _given(
    seen: Sequence[Seen], step: str, stage: str
) -> tuple[list[Mapping[str, float]], list[float], list[str]]:
    # The first load comes before a log is made longer: such points say it again of the same size.
    chosen = [one for one in seen if step not in (LOAD, AUDIT) or not one.point.commits]
    rows = [one.row for one in chosen]
    # What never differs cannot be told from the fixed part.
    names = [name for name in DEPENDS[step] if len({row[name] for row in rows}) > 1]
    return rows, [one.cpu(step, stage) for one in chosen], names


def exponents(series: Sequence[Seen], step: str, size: Callable[[Seen], float]) -> dict[str, float | None]:
    """How each stage of a step grows along a series."""
    sizes = [size(one) for one in series]
    return {stage: exponent(sizes, [one.cpu(step, stage) for one in series]) for stage in (*STAGES, WHOLE)}


def bytes_per_payment(seen: Sequence[Seen]) -> dict[str, float]:
    """What a payment takes on the disk, by the largest load: raw before compression and as stored, and in tables."""
    one = max(seen, key=lambda one: one.point.payments)
    archive, layers = one.figures["archive"], one.figures["stored"]["layers"]
    share = one.point.days / (one.point.days + 1)  # the archive has the new day, too
    return {
        "raw": archive["raw_bytes"] * share / one.point.payments,
        "stored": archive["stored_bytes"] * share / one.point.payments,
        "tables": sum(layer["bytes"] for layer in layers.values()) / one.point.payments,
    }
