"""How a gold table is made, as its module declares it beside the table: day by day, whole, or by adding rows.

Functions that make rows are given ``now``: each input by name, at one version. Where a table depends on something
besides its inputs, such as a file of rules, they are given that as well, as their last argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from pipelines import catalog
from pipelines.base.figure import Figures
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates
    from pipelines.lakehouse import Lakehouse

Frames = Mapping[str, "DataFrame"]
T = TypeVar("T")


class Context(Protocol):
    """What a table depends on besides its inputs."""

    @property
    def digest(self) -> str:
        """Another one says that all rows may be others."""


def no_context(lake: Lakehouse) -> None:
    """Of a table that depends on its inputs alone."""
    del lake


def no_figures(lake: Lakehouse, rows: DataFrame) -> Figures:
    """Of a table whose suite judges the rows alone."""
    del lake, rows
    return Figures()


@dataclass(frozen=True)
class Recipe:
    """What a gold table is made from; by itself, of one that is made in a way of its own.

    Attributes:
        table: the table.
        inputs: names of the tables that it is made from.
        models: tasks whose models it is made with.
        group: where a graph of all tables shows it, if that is not the folder whose module declares it.
    """

    table: Table
    _: KW_ONLY
    inputs: tuple[str, ...]
    models: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class ByDay(Recipe):
    """A table of which only those days are made anew that changes of its inputs touch.

    Attributes:
        dates: the days (column ``date``) whose rows may be others because of some changed rows, by input, and ``now``.
        build: the rows of some days: of ``now`` and these.
        lists_days: ``build`` names each day that it makes, such as one on which nothing happened: where all days are
            made, it is told which these are. Any other is told that it is all of them, and none is asked for.
        together: the days, those together that are built in one plan; all, unless that would be too much for memory.
        context: what the rows depend on besides the inputs, read now; with another digest all are made anew.
        figures: what the suite judges of a staged batch besides its rows.
    """

    dates: Callable[[Frames, Frames], DataFrame]
    build: Callable[..., DataFrame]
    lists_days: bool = False
    together: Callable[[Frames, Dates], Sequence[Dates]] = lambda now, dates: [dates]
    context: Callable[[Lakehouse], Context | None] = no_context
    figures: Callable[[Lakehouse, DataFrame], Figures] = no_figures

    def touched(self, changed: Frames, now: Frames) -> list[str]:
        """The days (ISO dates) whose rows may be others because some rows of the inputs have changed."""
        days = self.dates(changed, now).distinct().collect()
        return sorted(str(row[0]) for row in days if row[0] is not None)

    def every_day(self, now: Frames) -> Dates:
        """All days, as ``build`` wants them told."""
        return self.touched(now, now) if self.lists_days else None

    def days(self, now: Frames, dates: Dates, context: Context | None) -> DataFrame:
        """The rows of some days."""
        return self.build(now, dates, *([context] if context else []))

    def whole(self, now: Frames, context: Context | None) -> DataFrame:
        """All rows."""
        return self.days(now, self.every_day(now), context)


@dataclass(frozen=True, kw_only=True)
class Whole(Recipe):
    """A table that is made whole whenever an input has changed.

    Attributes:
        build: all rows, of ``now``.
        context: as of a table that is made day by day.
        figures: likewise.
    """

    build: Callable[..., DataFrame]
    context: Callable[[Lakehouse], Context | None] = no_context
    figures: Callable[[Lakehouse, DataFrame], Figures] = no_figures

    def whole(self, now: Frames, context: Context | None) -> DataFrame:
        """All rows."""
        return self.build(now, *([context] if context else []))


class Once(Protocol):
    """What several tables are made from, worked out for the first of them that asks."""

    def value(self, name: str, make: Callable[[], T]) -> T:
        """What is called so."""

    def rows(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """Rows that are called so, as they were staged."""


class Apart:
    """Works it out for each: of a query, which stages nothing."""

    def value(self, name: str, make: Callable[[], T]) -> T:
        """What is made."""
        del name
        return make()

    rows = value


@dataclass(frozen=True)
class Last:
    """What a table was the last time.

    Attributes:
        rows: its rows.
        changed: what has changed since, by input: rows as they are, and as they were.
    """

    rows: DataFrame
    changed: Frames


@dataclass(frozen=True, kw_only=True)
class Renewed(Whole):
    """A table of which rows stay, or follow from what they were, where no changed row touches them.

    Attributes:
        renew: all rows, of ``now``, and of what the table was the last time, if that is known.
    """

    renew: Callable[[Frames, Last | None, Once], DataFrame]


@dataclass(frozen=True, kw_only=True)
class Added(Recipe):
    """A table that only gains rows: those that it has stay as they are.

    Attributes:
        rows: those that it lacks; None where there are none.
        figures: what the suite judges of a staged batch besides its rows.
    """

    rows: Callable[[Lakehouse, Frames], DataFrame | None]
    figures: Callable[[Lakehouse, DataFrame], Figures] = no_figures


def recipe(name: str) -> Recipe:
    """How a gold table is made."""
    found: Recipe = catalog.declared()[name].recipe
    return found
