"""What is written anew, in portions that memory holds: delta-rs holds the rows of all files that a merge touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from pipelines.delta.commits import FILE_BYTES
from pipelines.delta.layout import DataFile, number

V = TypeVar("V", int, date)

PORTION_BYTES = FILE_BYTES // 2
"""Bytes of files that are written anew at once; in memory the rows of bronze take some twenty times as much."""


def portions(files: Sequence[DataFile], values: Sequence[V], limit: int) -> list[list[V]]:
    """Values in order, together as far as the files that may hold them are no more than a limit; one portion at least.

    Args:
        files: of a table, by the column that the values are of. One whose span is not known may hold any.
        values: numbers, or days.
        limit: bytes of files; those of one value may be more.
    """
    found: list[list[V]] = [[]]
    touched: set[int] = set()
    for value in sorted(values):
        may = {n for n, file in enumerate(files) if file.span is None or number(value) in file.span}
        if found[-1] and may - touched and sum(files[n].size for n in touched | may) > limit:
            found.append([])
            touched = set()
        found[-1].append(value)
        touched |= may
    return found
