"""What was known at some time: every table as the records that were known by then make it.

Nothing of it is kept. Bronze is cut at ``known_at``, and silver and gold are computed from what is left by the same
functions that make the tables. That is another question than which rows were published at some time, which Delta's
time travel answers: a late file, a mended mapping or a rebuilt table changes that answer and does not change this one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.delta import storage
from pipelines.flow.known import Known
from pipelines.flow.ways import way
from pipelines.frames.views import answer
from pipelines.queries import checked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse


def as_of(lake: Lakehouse, at: datetime) -> AsOf:
    """The tables as they were known at some time (UTC): a question to what happened, not to what was published."""
    return AsOf(lake if lake.release else lake.released(), at, lake.scratch)


class AsOf:
    """The tables of a lakehouse as they would be, had it been given only what was known at some time.

    Each query computes them anew from bronze; write away what is asked for often.

    Args:
        lake: the lakehouse.
        at: the time; UTC where it names no zone.
        scratch: a folder for what is computed on the way, as long as it is asked for.
    """

    def __init__(self, lake: Lakehouse, at: datetime, scratch: Path) -> None:
        self._lake = lake
        self._scratch = scratch
        self.at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        self._known = Known(lake, self.at, self._settled)

    def table(self, name: str) -> DataFrame:
        """The rows of a table as they were known.

        Raises:
            LakehouseError: no table of that name is declared, or its rows are not about what was known.
        """
        table = self._lake.declaration(name)
        return way(table).known(self._known, table)

    def sql(self, query: str, *, unsafe: bool = False) -> DataFrame:
        """The answer to a Spark SQL query over all tables, by their full names; see :meth:`Lakehouse.sql`."""
        query = query if unsafe else checked(query, self._lake.tables)
        views = {name: self._view(name) for name in self._lake.tables if name in query}
        return answer(self._lake.spark, query, views)

    def _settled(self, name: str) -> DataFrame:
        """What gold is made from, computed once where the engine cannot run all of silver and gold in one plan.

        A cluster does not see this machine's folders, and Apache Spark needs none.
        """
        if not self._lake.engine.plans_in_parts:
            return self.table(name)
        folder = str(self._scratch / f"{name}-{uuid4().hex}")
        rows = self.table(name)
        rows.write.parquet(folder)
        if not storage.parquet_files(folder):
            return self._lake.spark.createDataFrame([], rows.schema)
        return self._lake.spark.read.parquet(folder)

    def _view(self, name: str) -> str:
        view = f"{name.replace('.', '__')}__as_of_{int(self.at.timestamp() * 1_000_000)}"
        self.table(name).createOrReplaceTempView(view)
        return view
