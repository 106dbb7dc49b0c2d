"""The expectations that follow from a table's declaration: whatever the contract says, the staged rows must show."""

from __future__ import annotations

from collections.abc import Iterator

from expectations import history
from expectations.check import Check, all_of, always, figure
from expectations.shared import QUARANTINED, VOLUME, currency
from pipelines.flow.figures import orphan_share, reference_count, references
from pipelines.silver.shared.contract import PROVENANCE
from pipelines.table import Column, Table


def checks(table: Table) -> tuple[Check, ...]:
    """Everything that the declaration of a table promises."""
    return (
        _schema(table),
        _unique(table),
        *(_present(name) for name in table.key),
        *_required(table),
        *(history.checks(table) if table.history_of else _of_values(table)),
        *((*QUARANTINED, VOLUME) if table.kind in ("objects", "records") else ()),
    )


def _of_values(table: Table) -> Iterator[Check]:
    """What the columns may hold. A history's values were looked at when its base table took them in."""
    yield from _minimums(table)
    yield from (currency(column.name) for column in table.columns if column.currency)
    yield from (_known(column) for column in table.columns if column.known)
    yield from (always(rule.name, rule.sql, f"In no row: {rule.doc.rstrip('.')}.") for rule in table.rules)
    yield from (_reference(column, f"{there}.{name}") for column, there, name in references(table))


def _schema(table: Table) -> Check:
    expected = [f"{column.name} {column.type}" for column in table.columns]
    return Check(
        name="schema_as_declared",
        expectation="ExpectTableColumnsToMatchSet",
        severity="critical",
        description="The columns and their types are those declared, no more and no fewer.",
        arguments={"column_set": expected, "exact_match": True},
        on="schema",
    )


def _unique(table: Table) -> Check:
    # As one column: asked of several, the library counts the rows once more.
    single = len(table.key) == 1
    return Check(
        name="key_unique",
        expectation="ExpectColumnValuesToBeUnique",
        severity="critical",
        description=f"No two rows have the same {', '.join(table.key)}.",
        arguments={"column": table.key[0] if single else "table_key"},
        sql=None if single else f"struct({', '.join(table.key)})",
    )


def _present(column: str) -> Check:
    return Check(
        name=f"{column}_present",
        expectation="ExpectColumnValuesToNotBeNull",
        severity="critical",
        description=f"{column} is never null.",
        arguments={"column": column},
    )


def _required(table: Table) -> Iterator[Check]:
    """Columns beside the key, together: a list of forty checks is not read. A failure names the column."""
    required = [column for column in table.columns if column.required and column.name not in table.key]
    values = {c.name: f"{c.name} is not null" for c in required if c not in PROVENANCE}
    origin = {c.name: f"{c.name} is not null" for c in required if c in PROVENANCE}
    if values:
        yield all_of("required_present", values, f"Never null: {', '.join(values)}.")
    if origin:
        yield all_of(
            "provenance_present", origin, f"Every row says where it comes from: {', '.join(origin)}."
        )


def _minimums(table: Table) -> Iterator[Check]:
    least = {c.name: f"{c.name} >= {c.minimum}" for c in table.columns if c.minimum is not None}
    if least:
        yield all_of("minimums_kept", least, f"In every row: {', '.join(least.values())}.")


def _known(column: Column) -> Check:
    return Check(
        name=f"{column.name}_known",
        expectation="ExpectColumnValuesToBeInSet",
        severity="warning",
        description=f"{column.name} is a documented value; another one means that the source has changed.",
        arguments={"column": column.name, "value_set": list(column.known)},
    )


def _reference(column: Column, there: str) -> Check:
    # A warning: files come in any order, and what an id points to may not be part of the archive.
    return figure(
        name=f"{column.name}_found",
        fact=orphan_share(column.name),
        description=f"At most 2 % of the ids in {column.name} are not found in {there}.",
        at_most=0.02,
        among=(reference_count(column.name), 20),
    )
