"""How a table lies on its disk, and when that is worth changing: decided by counts and sizes, not by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Work = Literal["compact", "order"]


@dataclass(frozen=True)
class Limits:
    """What may be out of order before something is done about it.

    Attributes:
        part: a file is small below this part of the size that files should have.
        small: small files that a table may have.
        deep: files that a day may be found in, on average, beyond those that it must be.
    """

    part: float
    small: int
    deep: float


FELT = Limits(part=0.25, small=16, deep=3)
"""What readers feel. A small file costs them about 5 ms, of an object store a request a column, on Spark a task; to put
such files together costs as much as to write them once more. A merge leaves the rows of all files that it touches in
one, so a large table comes apart by and by; to order it anew costs about as much as those merges did."""

ORDERLY = Limits(part=1, small=1, deep=1)
"""What a round of maintenance leaves."""


def number(value: int | date) -> int:
    """A number, or a day as its ordinal."""
    return value.toordinal() if isinstance(value, date) else value


@dataclass(frozen=True)
class DataFile:
    """A data file of a table's current version.

    Attributes:
        size: its bytes.
        span: what a column may hold in its rows, as :func:`number` has it; None where the log does not say.
    """

    size: int
    span: range | None


@dataclass(frozen=True)
class Layout:
    """The files of a table's current version.

    Attributes:
        partitioned_by: columns that its folders are named by; none where this Vermeil has made it.
        files: in no order.
    """

    partitioned_by: tuple[str, ...]
    files: tuple[DataFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def depth(self) -> float:
        """In how many files a day is found, on average: 1 where they are in perfect order; 0 where nothing says."""
        return sum(len(file.span) for file in self.files if file.span) / (self._days or 1)

    @property
    def least_depth(self) -> float:
        """What no order makes less: a day at the end of one file begins the next, and there may be few days."""
        return 1 + len(self.files) / (self._days or 1)

    @property
    def _days(self) -> int:
        known = [file.span for file in self.files if file.span]
        return max(days.stop for days in known) - min(days.start for days in known) if known else 0

    def below(self, size: float) -> int:
        """How many files are smaller than that."""
        return sum(file.size < size for file in self.files)


def work(layout: Layout, target_bytes: int, limits: Limits) -> Work | None:
    """What is worth doing to a table's files, if anything. What fits into one file is not ordered.

    Args:
        layout: how it lies.
        target_bytes: the size that files should have.
        limits: what is left as it is.
    """
    if layout.size > target_bytes and layout.depth - layout.least_depth > limits.deep:
        return "order"
    return "compact" if layout.below(limits.part * target_bytes) > limits.small else None
