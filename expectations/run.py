"""Validate a staged batch with Great Expectations: a cheap pass for all checks, a second one for those that failed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from expectations import results
from expectations.catalog import suite_of, suites
from expectations.check import Check, Suite
from pipelines.flow.verdict import Batch, CheckResult, Verdict

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def preload() -> None:
    """Start importing Great Expectations (5 to 18 seconds) in the background, while Spark stages the first batch."""
    # It imports Spark's client too, whose modules import each other in a circle: two threads that do so at once
    # are given half of a module.
    for shared in ("pyspark.sql.connect.session", "pyspark.sql.functions"):
        import_module(shared)
    name = "expectations.gx"
    threading.Thread(target=import_module, args=(name,), name=f"import {name}", daemon=True).start()


def validate(batch: Batch) -> Verdict:
    """Audit a staged batch with the suite of its table.

    A check that cannot be evaluated has failed. A figure that is not known yet is as expected.
    """
    found = suites().get(batch.table.name)
    return audit(found if found and found.table == batch.table else suite_of(batch.table), batch)


def audit(expected: Suite, batch: Batch) -> Verdict:
    """Audit a staged batch with a given suite; see :func:`validate`."""
    schema = _on_schema(expected.on("schema"), batch.rows)
    rows = expected.on("rows")
    if all(result.success for result in schema):
        of_rows = _on_rows(rows, batch, expected.table.key)
    else:
        of_rows = [results.not_evaluated(check, "the schema is not as declared") for check in rows]
    found = {r.name: r for r in (*schema, *of_rows, *_on_facts(expected.on("facts"), batch))}
    return Verdict(tuple(found[check.name] for check in expected.checks))


def _on_schema(checks: Sequence[Check], rows: DataFrame) -> list[CheckResult]:
    """The frame's columns with their types as the columns of an empty frame: ``amount_minor bigint``, …"""
    import pandas as pd

    from expectations.gx import evaluate

    shape = pd.DataFrame(columns=[f"{name} {kind}" for name, kind in rows.dtypes])
    found = evaluate(shape, checks, "BASIC")
    return [results.of_schema(check, found[check.name]) for check in checks]


def _on_rows(checks: Sequence[Check], batch: Batch, key: Sequence[str]) -> list[CheckResult]:
    from expectations.gx import evaluate

    rows = batch.rows
    looked_at = relevant(rows, checks, key)
    total = looked_at.count() if batch.count is None else batch.count
    # Asking for anything but yes or no costs a further query for each check, also where all is well.
    found = evaluate(looked_at, checks, "BOOLEAN_ONLY", total)
    failed = [check for check in checks if not found[check.name].success]
    found |= evaluate(looked_at, failed, _details(key), total)
    parts = [part for check in failed for part in check.part_checks]
    broken = evaluate(relevant(rows, parts, ()), parts, "BOOLEAN_ONLY", total) if parts else {}
    causes = {name for name, one in broken.items() if not one.success}
    return [results.of_rows(check, found[check.name], key, total, causes) for check in checks]


def _on_facts(checks: Sequence[Check], batch: Batch) -> list[CheckResult]:
    import pandas as pd

    from expectations.gx import evaluate

    facts = batch.facts
    silent = {check.name: why for check in checks if (why := _why_silent(check, facts))}
    asked = [check for check in checks if check.name not in silent]
    found = evaluate(pd.DataFrame([facts], dtype="float64"), asked, "BASIC")
    return [
        results.passed(check, silent[check.name])
        if check.name in silent
        else results.of_fact(
            check, found[check.name], facts[check.columns[0]] or 0.0, batch.told.get(check.columns[0])
        )
        for check in checks
    ]


def relevant(rows: DataFrame, checks: Iterable[Check], key: Iterable[str]) -> DataFrame:
    """The columns that some checks are about, with their conditions as columns: the rest need not be read."""
    from pyspark.sql import functions as F  # noqa: N812

    listed = list(checks)
    conditions = [F.expr(check.sql).alias(check.columns[0]) for check in listed if check.sql]
    plain = [name for check in listed if not check.sql for name in check.columns]
    return rows.select(*dict.fromkeys((*key, *plain)), *conditions)


def _details(key: Sequence[str]) -> dict[str, Any]:
    return {
        "result_format": "SUMMARY",
        "unexpected_index_column_names": list(key),
        "partial_unexpected_count": results.SAMPLE,
    }


def _why_silent(check: Check, facts: Mapping[str, float | None]) -> str:
    """Why a figure says nothing, or an empty text: Great Expectations is not asked about what nobody knows."""
    value = facts.get(check.columns[0])
    if value is None:
        return "not known yet"
    if check.among:
        name, least = check.among
        amount = facts.get(name)
        if amount is None or amount < least:
            return f"{value:.6g}, which says little: {name} is below {least:g}"
    return ""
