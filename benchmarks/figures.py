"""What was measured, as data: medians, ratios and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.process import Measured

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Runs:
    """The runs of one contestant.

    Attributes:
        name: short.
        title: what was run.
        runs: one for each round.
        raw_bytes: raw JSON that each run took in, before compression; 0 where that is not the point.
    """

    name: str
    title: str
    runs: Sequence[Measured]
    raw_bytes: int = 0

    @property
    def good(self) -> list[Measured]:
        """The runs that did not fail."""
        return [run for run in self.runs if run.error is None]

    @property
    def error(self) -> str | None:
        """Why the first run that failed did, where any did."""
        return next((run.error for run in self.runs if run.error), None)

    @property
    def seconds(self) -> float | None:
        """Median wall time; None where a run failed: what is left would not be comparable."""
        return None if self.error or not self.runs else median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float | None:
        """Median processor time."""
        return None if self.error or not self.runs else median(run.cpu_seconds for run in self.runs)

    @property
    def peak_megabytes(self) -> float | None:
        """Greatest peak of memory of any round."""
        return None if self.error or not self.runs else max(run.peak_bytes for run in self.runs) / MEGABYTE

    @property
    def megabytes_per_second(self) -> float | None:
        """Raw JSON taken in per second of wall time."""
        return self.raw_bytes / MEGABYTE / self.seconds if self.seconds and self.raw_bytes else None


@dataclass(frozen=True)
class Ratio:
    """Two figures compared.

    Attributes:
        title: what is divided by what.
        value: the ratio; None where a part could not be measured.
        at_least: target, if it is a lower bound.
        at_most: target, if it is an upper bound.
    """

    title: str
    value: float | None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """The target in words; empty where there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:,g}"
        return "" if self.at_most is None else f"≤ {self.at_most:,g}"

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.value is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )


@dataclass(frozen=True)
class Part:
    """One question and what was measured for it."""

    name: str
    title: str
    about: str
    runs: Sequence[Runs]
    ratios: Sequence[Ratio]
    notes: Sequence[str] = field(default=())


def ratio(
    title: str,
    numerator: float | None,
    denominator: float | None,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Ratio:
    """One figure divided by another, where both are there."""
    value = numerator / denominator if numerator and denominator else None
    return Ratio(title, value, at_least, at_most)
