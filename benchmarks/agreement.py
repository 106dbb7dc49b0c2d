"""Whether all contestants found the same numbers: without that, their times mean nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

KEY = ("account", "currency", "date")

Row = tuple[Any, ...]


class DisagreementError(Exception):
    """Two contestants made different tables."""


def agree(payments: Mapping[str, pa.Table], figures: Sequence[str]) -> int:
    """How many rows of daily payments all contestants have in common, being all that each has.

    Args:
        payments: the daily payments of each contestant.
        figures: names of the columns to compare.

    Raises:
        DisagreementError: some rows differ; the message names the contestants and the first such rows.
    """
    (first, expected), *others = ((name, _rows(table, figures)) for name, table in payments.items())
    for name, found in others:
        if found != expected:
            raise DisagreementError(_difference(first, expected, name, found, figures))
    return len(expected)


def _rows(table: pa.Table, figures: Sequence[str]) -> dict[Row, Row]:
    rows = table.select([*KEY, *figures]).to_pylist()
    return {tuple(map(_plain, (row[k] for k in KEY))): tuple(row[name] for name in figures) for row in rows}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _difference(
    first: str, expected: Mapping[Row, Row], second: str, found: Mapping[Row, Row], figures: Sequence[str]
) -> str:
    keys = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
    shown = "; ".join(f"{key}: {_cells(expected.get(key), found.get(key), figures)}" for key in keys[:3])
    return f"{first} and {second} differ in {len(keys)} of {len(expected)} rows of daily payments. {shown}"


def _cells(one: Row | None, other: Row | None, figures: Sequence[str]) -> str:
    if one is None or other is None:
        return f"only in the {'second' if one is None else 'first'}"
    return ", ".join(f"{name} {a} / {b}" for name, a, b in zip(figures, one, other, strict=True) if a != b)
