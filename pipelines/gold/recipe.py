"""How a gold table is made, as its module declares it: day by day, whole, or by adding rows.

A gold module has a ``TABLE``, the names of its ``SOURCES`` in silver or gold, and one of these:

``dates(changed, now)`` and ``build(now, dates)``
    The table is made day by day. The first says which days (column ``date``) some changed rows touch, the second makes
    their rows.
``snapshot(now)``
    The table is made whole whenever a source has changed.
``additions(lake, now)``
    Rows that the table lacks; those that it has stay as they are. None where there are none.

A module may have ``batch_figures(lake, rows)``: what its suite judges of a staged batch besides the rows.

A module whose rows depend on something besides its sources, such as a file of rules, has ``context(lake)``. What that
returns has a ``digest``, and is passed to ``build`` or ``snapshot`` as the last argument; with another digest the whole
table is made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from pipelines.base.figure import Figures

if TYPE_CHECKING:
    from types import ModuleType

    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

Frames = Mapping[str, "DataFrame"]


class Context(Protocol):
    """What a table depends on besides its sources."""

    @property
    def digest(self) -> str:
        """Another one says that all rows may be others."""


@dataclass(frozen=True)
class Recipe:
    """How one gold table is made.

    Attributes:
        module: the module that declares it.
    """

    module: ModuleType

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the tables that it is made from."""
        return tuple(self.module.SOURCES)

    @property
    def kind(self) -> Literal["days", "whole", "additions"] | None:
        """How it is made; None for a table that is made in a way of its own."""
        if hasattr(self.module, "dates"):
            return "days"
        if hasattr(self.module, "snapshot"):
            return "whole"
        return "additions" if hasattr(self.module, "additions") else None

    def context(self, lake: Lakehouse) -> Context | None:
        """What its rows depend on besides its sources, read now."""
        found: Context | None = self.module.context(lake) if hasattr(self.module, "context") else None
        return found

    def dates(self, changed: Frames, now: Frames) -> list[str]:
        """The days (ISO dates) whose rows may be others because some rows of the sources have changed."""
        days = self.module.dates(changed, now).distinct().collect()
        return sorted(str(row[0]) for row in days if row[0] is not None)

    def days(self, now: Frames, dates: Sequence[str], context: Context | None) -> DataFrame:
        """The rows of some days (ISO dates)."""
        rows: DataFrame = self.module.build(now, dates, *([context] if context else []))
        return rows

    def whole(self, now: Frames, context: Context | None) -> DataFrame:
        """All rows of a table that is made by day, or whole."""
        if self.kind == "days":
            return self.days(now, self.dates(now, now), context)
        rows: DataFrame = self.module.snapshot(now, *([context] if context else []))
        return rows

    def batch_figures(self, lake: Lakehouse, rows: DataFrame) -> Figures:
        """Figures of a staged batch; none for a module that has no figures of its own."""
        if not hasattr(self.module, "batch_figures"):
            return Figures()
        found: Figures = self.module.batch_figures(lake, rows)
        return found

    def additions(self, lake: Lakehouse, now: Frames) -> DataFrame | None:
        """The rows that the table lacks; None where there are none."""
        rows: DataFrame | None = self.module.additions(lake, now)
        return rows
