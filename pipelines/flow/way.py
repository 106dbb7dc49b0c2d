"""What a kind of table has to say for itself: how its rows come in, and how one finds out whether they are right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import LakehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.again import Again
    from pipelines.flow.compare import Found
    from pipelines.flow.known import Known
    from pipelines.flow.steps import Outcome, Run
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def not_known(then: Known, table: Table) -> DataFrame:
    """Of a kind of table whose rows are not about what was known.

    Raises:
        LakehouseError: always.
    """
    raise LakehouseError(
        f"{table.name} is about what was taken in or done, not about what was known. For what was published at "
        f"some time use Lakehouse.table({table.name!r}, at=…)."
    )


@dataclass(frozen=True)
class Way:
    """How the tables of one kind move.

    Attributes:
        refresh: brings a table up to date with what it is made from, or makes it anew of all of that; None for one
            that is written beside another.
        outdated: whether a table was made in another way than it is now, so that it has to be made anew.
        sees_all: it is made anew where any table was, and where it is asked for by name.
        verified: what is found by holding a table against what it should be made of; nothing where others do not
            hold that.
        known: the rows of a table as they were known at some time.
        again: takes in what a table had refused, of records that are looked at once more; nothing where none go to it.
    """

    refresh: Callable[[Lakehouse, Table, Run, bool], Iterable[Outcome]] | None = None
    outdated: Callable[[Lakehouse, Table], bool] = lambda lake, table: False
    sees_all: bool = False
    verified: Callable[[Lakehouse, Table], Iterable[Found]] = lambda lake, table: ()
    known: Callable[[Known, Table], DataFrame] = not_known
    again: Callable[[Lakehouse, Table, Again], Iterable[Outcome]] = lambda lake, table, again: ()
