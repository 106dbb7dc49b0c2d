"""What is expected of a table, as plain data. Nothing here needs Great Expectations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipelines.flow.verdict import Severity
from pipelines.table import Table

Subject = Literal["rows", "facts", "schema"]
"""What a check looks at: the staged rows, the batch's figures (one row of them), or its columns and their types."""


@dataclass(frozen=True)
class Check:
    """One expectation of a table.

    Attributes:
        name: unique in its suite and stable: history is kept by it. Lower-case letters, digits and underscores.
        expectation: name of a class in ``great_expectations.expectations``.
        severity: a critical failure stops the publish, a warning is shown.
        description: the expectation in words.
        arguments: of the expectation.
        on: what it looks at.
        sql: a condition on the table's columns. It becomes the column that the expectation is about, so that all
            conditions of a suite are looked at in one pass.
        parts: conditions that :attr:`sql` is made of, by what each is about: a failure names those that are broken.
        once: a failure is news, told by the audit that found it. It does not stand until the next one.
        among: another figure and the least value of it from which this one says something: a share of three
            records says nothing.
    """

    name: str
    expectation: str
    severity: Severity
    description: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    on: Subject = "rows"
    sql: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    among: tuple[str, float] | None = None
    once: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation is about; none where it is about the batch as a whole."""
        one = self.arguments.get("column")
        return (one,) if one else tuple(self.arguments.get("column_list", ()))

    @property
    def part_checks(self) -> tuple[Check, ...]:
        """A check for each of the parts, described by what the part is about."""
        return tuple(always(f"{self.name}__{about}", sql, about) for about, sql in self.parts.items())


@dataclass(frozen=True)
class Suite:
    """All that is expected of a table.

    Raises:
        ValueError: two checks have one name.
    """

    table: Table
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"suite of {self.table.name}: more than one check named {', '.join(twice)}")

    def on(self, subject: Subject) -> tuple[Check, ...]:
        """The checks that look at one subject."""
        return tuple(check for check in self.checks if check.on == subject)


def always(name: str, sql: str, description: str, severity: Severity = "critical") -> Check:
    """A condition that is true, or unknown (null), in every row.

    Args:
        name: of the check.
        sql: the condition, on the table's columns.
        description: the condition in words.
        severity: critical where a row that breaks it makes the table wrong.
    """
    arguments = {"column": f"{name}_holds", "value_set": [True]}
    return Check(name, "ExpectColumnValuesToBeInSet", severity, description, arguments, "rows", sql)


def all_of(
    name: str, conditions: Mapping[str, str], description: str, severity: Severity = "critical"
) -> Check:
    """Several conditions that are true, or unknown, in every row; see :func:`always`.

    Args:
        name: of the check.
        conditions: SQL by what it is about, such as a column.
        description: the conditions in words.
        severity: critical where a row that breaks one makes the table wrong.
    """
    together = " and ".join(f"({condition})" for condition in conditions.values())
    return replace(always(name, together, description, severity), parts=conditions)


def figure(
    name: str,
    fact: str,
    description: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    among: tuple[str, float] | None = None,
    severity: Severity = "warning",
    once: bool = False,
) -> Check:
    """A figure about the batch that lies in a band.

    Args:
        name: of the check.
        fact: name of the figure, see ``pipelines.flow.figures``. While it is not known, the check passes.
        description: the expectation in words.
        at_least: lower end of the band.
        at_most: upper end of the band.
        among: another figure, and how much of it there must be before this one says something.
        severity: of a figure outside the band.
        once: a figure outside the band is news, and no standing fault.
    """
    arguments = {"column": fact, "min_value": at_least, "max_value": at_most}
    return Check(
        name,
        "ExpectColumnValuesToBeBetween",
        severity,
        description,
        arguments,
        "facts",
        among=among,
        once=once,
    )
