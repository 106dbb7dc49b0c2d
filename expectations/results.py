"""Findings as results that the publish step, Dagster and the reports show. Never a value that may be personal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from expectations.check import Check
from pipelines.flow.verdict import CheckResult

if TYPE_CHECKING:
    from expectations.gx import Found

SAMPLE = 5
"""How many rows that are not as expected a result names by their key."""


def passed(check: Check, observed: str) -> CheckResult:
    """A check that did not have to be evaluated."""
    return CheckResult(check.name, check.severity, True, check.description, observed)


def not_evaluated(check: Check, why: str) -> CheckResult:
    """A check that could not be evaluated: it has failed."""
    return CheckResult(check.name, check.severity, False, check.description, f"not looked at: {why}")


def of_schema(check: Check, found: Found) -> CheckResult:
    """What was found of a table's columns."""
    mismatched = found.details.get("details", {}).get("mismatched", {})
    parts = [
        f"{kind}: {', '.join(mismatched[kind])}" for kind in ("missing", "unexpected") if kind in mismatched
    ]
    observed = _or_error(found, "; ".join(parts) or "as declared")
    return CheckResult(check.name, check.severity, found.success, check.description, observed)


def of_fact(check: Check, found: Found, value: float, told: str | None = None) -> CheckResult:
    """What was found of a figure; ``told`` says in words what it is made of."""
    return CheckResult(
        check.name, check.severity, found.success, check.description, _or_error(found, told or f"{value:.6g}")
    )


def of_rows(
    check: Check, found: Found, key: Sequence[str], total: int, broken: Collection[str]
) -> CheckResult:
    """What was found of rows.

    Args:
        check: what was looked for.
        found: with details, if it failed.
        key: the table's key.
        total: rows looked at.
        broken: names of the parts, of all checks, that some rows break.
    """
    unexpected = 0 if found.success else found.details.get("unexpected_count")
    return CheckResult(
        name=check.name,
        severity=check.severity,
        success=found.success,
        description=check.description,
        observed=_or_error(found, _in_words(check, found, unexpected, total, broken)),
        unexpected_count=unexpected,
        element_count=total,
        sample=_keys(found, key),
    )


def _in_words(check: Check, found: Found, unexpected: int | None, total: int, broken: Collection[str]) -> str:
    if found.success:
        return f"all of {total:,} rows"
    causes = [part.description for part in check.part_checks if part.name in broken] or _values(check, found)
    named = f": {', '.join(causes)}" if causes else ""
    return f"{unexpected or 0:,} of {total:,} rows{named}"


def _values(check: Check, found: Found) -> list[str]:
    """Some of the values where documented ones were expected; those of other columns may be personal."""
    if check.sql or "value_set" not in check.arguments:
        return []
    return sorted({str(value)[:40] for value in found.details.get("partial_unexpected_list", ())})


def _keys(found: Found, key: Sequence[str]) -> tuple[str, ...]:
    rows = found.details.get("partial_unexpected_index_list") or ()
    return tuple(sorted({", ".join(f"{name}={row[name]}" for name in key if name in row) for row in rows}))


def _or_error(found: Found, observed: str) -> str:
    return f"could not be evaluated: {found.error}" if found.error else observed
