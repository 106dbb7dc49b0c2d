"""What was known at some time: every table as the records that were known by then make it.

Nothing of it is kept. Bronze is cut at ``known_at``, and silver and gold are computed from what is left by the same
functions that make the tables. That is another question than which rows were published at some time, which Delta's
time travel answers: a late file, a mended mapping or a rebuilt table changes that answer and does not change this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze import files as manifest
from pipelines.bronze import records as bronze
from pipelines.delta import storage
from pipelines.errors import LakehouseError
from pipelines.flow.batches import batches, types_inside
from pipelines.frames.views import answer
from pipelines.gold.shared.recipe import ByDay, Whole, recipe
from pipelines.silver import quarantine
from pipelines.silver.shared import history
from pipelines.silver.shared.build import current, faulty, parse
from pipelines.silver.shared.mapped import described, of_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


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

    def table(self, name: str) -> DataFrame:
        """The rows of a table as they were known.

        Raises:
            LakehouseError: no table of that name is declared, or its rows are not about what was known.
        """
        table = self._lake.declaration(name)
        match table.kind:
            case "records":
                return self._records
            case "files":
                return self._files
            case "refusals":
                return self._quarantine
            case "objects":
                rows = current(self._changes(table), table, self._lake.sources, self._lake.token_key)
            case "history":
                rows = self._history(table)
            case _:
                rows = self._made(table)
        return rows.select(*table.column_names)

    def sql(self, query: str) -> DataFrame:
        """The answer to a Spark SQL query over all tables, by their full names."""
        views = {name: self._view(name) for name in self._lake.tables if name in query}
        return answer(self._lake.spark, query, views)

    @cached_property
    def _records(self) -> DataFrame:
        """Bronze as it was known. What could not be read says no time: it was known when its file was last written."""
        records = self._lake.table(bronze.TABLE.name)
        dated = self._dated(records)
        written = self._lake.table(manifest.TABLE.name).filter(F.col("modified_at") <= F.lit(self.at))
        undated = records.filter("known_at is null").join(written.select("file_id"), "file_id", "left_semi")
        return dated.unionByName(undated.select(*dated.columns))

    def _dated(self, records: DataFrame) -> DataFrame:
        """Records that were known. A row says by its mapping when; what is shown of it is what bronze holds."""
        in_time = F.col("known_at") <= F.lit(self.at)
        if not self._lake.sources.mapped:
            return records.filter(in_time)
        known = described(records, self._lake.sources).filter(in_time).select("record_id")
        return records.join(known, "record_id", "left_semi").select(*records.columns)

    @cached_property
    def _files(self) -> DataFrame:
        """The files that hold something which was known."""
        held = self._records.select("file_id").distinct()
        return (
            self._lake.table(manifest.TABLE.name)
            .join(held, "file_id", "left_semi")
            .select(*manifest.TABLE.column_names)
        )

    @cached_property
    def _quarantine(self) -> DataFrame:
        tables = [table for table in self._lake.tables.values() if table.object_type]
        refused = (quarantine.refused(self._faulty(table), self._records, table) for table in tables)
        return reduce(
            lambda one, other: one.unionByName(other), refused, quarantine.unreadable(self._records)
        )

    def _history(self, table: Table) -> DataFrame:
        base = history.base_of(table)
        parsed = parse(self._changes(base), base, self._lake.sources, self._lake.token_key)
        return history.intervals(parsed, table)

    def _faulty(self, table: Table) -> DataFrame:
        return faulty(self._changes(table), table, self._lake.sources)

    def _changes(self, table: Table) -> DataFrame:
        return of_table(self._records, table, self._lake.sources, self._types_inside)

    @cached_property
    def _types_inside(self) -> frozenset[str]:
        return types_inside(batches(self._lake))

    def _made(self, table: Table) -> DataFrame:
        how = recipe(table.name)
        if not isinstance(how, ByDay | Whole):
            raise LakehouseError(
                f"{table.name} is about what was taken in or done, not about what was known. For what was published at "
                f"some time use Lakehouse.table({table.name!r}, at=…)."
            )
        now: Mapping[str, DataFrame] = {name: self._settled(name) for name in how.inputs}
        return how.whole(now, how.context(self._lake))

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
