"""What an audit of a staged batch found. Expectations make it; the publish step, Dagster and the reports read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class CheckResult:
    """One expectation's outcome.

    Attributes:
        name: unique in its table's suite.
        severity: a critical failure stops the publish, a warning is shown.
        success: whether the batch is as expected.
        description: the expectation in words.
        observed: what was measured, as text.
        unexpected_count: rows that are not as expected, where the expectation is about rows.
        element_count: rows looked at, where the expectation is about rows.
        sample: a few keys of rows that are not as expected; never personal data.
    """

    name: str
    severity: Severity
    success: bool
    description: str
    observed: str = ""
    unexpected_count: int | None = None
    element_count: int | None = None
    sample: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """All outcomes of one audit."""

    results: tuple[CheckResult, ...] = ()

    @property
    def refusals(self) -> tuple[CheckResult, ...]:
        """Critical expectations that failed: the reasons not to publish."""
        return tuple(r for r in self.results if not r.success and r.severity == "critical")

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """Other expectations that failed."""
        return tuple(r for r in self.results if not r.success and r.severity == "warning")

    @property
    def counts(self) -> dict[str, int]:
        """How many expectations passed and failed."""
        passed = sum(result.success for result in self.results)
        return {"passed": passed, "failed": len(self.results) - passed}

    @property
    def note(self) -> dict[str, Any]:
        """The counts, with what was observed where a check failed, as kept with the commit."""
        return {**self.counts, "failures": {r.name: r.observed for r in self.results if not r.success}}


@dataclass(frozen=True)
class Batch:
    """A staged batch to audit.

    Attributes:
        table: what it is for.
        rows: what will be published.
        facts: figures about the batch that its rows do not show, such as ``quarantined_share`` (0..1) or
            ``row_count_ratio`` to the batches before.
        told: of some figures what they are made of, in words.
        count: how many rows there are, where that is known.
    """

    table: Table
    rows: DataFrame
    facts: Mapping[str, float | None] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None


Validate = Callable[[Batch], Verdict]
"""Audits a staged batch. Injected, so that the pipelines do not depend on the expectations."""


def accept_all(batch: Batch) -> Verdict:
    """An audit without any expectation, for benchmarks and tests."""
    del batch
    return Verdict()
