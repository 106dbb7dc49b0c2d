"""What is written anew, in portions that memory holds: delta-rs holds the rows of all files that a merge touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pipelines.delta.commits import FILE_BYTES

PORTION_BYTES = FILE_BYTES // 2
"""Bytes of files that are written anew at once; in memory the rows of bronze take some twenty times as much."""


def portions(files: pa.Table, column: str, values: Sequence[Any], limit: int) -> list[list[Any]]:
    """Values in order, together as far as the files that may hold them are no more than a limit; one portion at least.

    Args:
        files: a table's files with their bounds, as ``get_add_actions(flatten=True)`` gives them.
        column: one with bounds: numbers, or days. A file that says none may hold any value.
        values: of that column.
        limit: bytes of files; those of one value may be more.
    """
    sizes = files.column("size_bytes").to_pylist()
    lowest, highest = (
        files.column(name).to_pylist() if name in files.schema.names else [None] * files.num_rows
        for name in (f"min.{column}", f"max.{column}")
    )
    found: list[list[Any]] = [[]]
    touched: set[int] = set()
    for value in sorted(values):
        may = {n for n in range(files.num_rows) if _may_hold(value, lowest[n], highest[n])}
        if found[-1] and may - touched and sum(sizes[n] for n in touched | may) > limit:
            found.append([])
            touched = set()
        found[-1].append(value)
        touched |= may
    return found


def _may_hold(value: Any, low: Any, high: Any) -> bool:
    return low is None or high is None or bool(low <= value <= high)
