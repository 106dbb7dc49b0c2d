"""The records that were known at some time, from which every table as it was known is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze import files as manifest
from pipelines.bronze import records as bronze
from pipelines.flow.batches import batches, types_inside
from pipelines.silver.shared.mapped import described, of_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


@dataclass(frozen=True)
class Known:
    """What was known at some time.

    Attributes:
        lake: the lakehouse.
        at: the time.
        settled: another table as it was known, by name, computed once.
    """

    lake: Lakehouse
    at: datetime
    settled: Callable[[str], DataFrame]

    @cached_property
    def records(self) -> DataFrame:
        """Bronze as it was known. What could not be read says no time: it was known when its file was last written."""
        records = self.lake.table(bronze.TABLE.name)
        dated = self._dated(records)
        written = self.lake.table(manifest.TABLE.name).filter(F.col("modified_at") <= F.lit(self.at))
        undated = records.filter("known_at is null").join(written.select("file_id"), "file_id", "left_semi")
        return dated.unionByName(undated.select(*dated.columns))

    def of(self, table: Table) -> DataFrame:
        """The records that a table of objects is made from."""
        return of_table(self.records, table, self.lake.sources, self._types_inside)

    def _dated(self, records: DataFrame) -> DataFrame:
        """Records that were known. A row says by its mapping when; what is shown of it is what bronze holds."""
        in_time = F.col("known_at") <= F.lit(self.at)
        if not self.lake.sources.mapped:
            return records.filter(in_time)
        known = described(records, self.lake.sources).filter(in_time).select("record_id")
        return records.join(known, "record_id", "left_semi").select(*records.columns)

    @cached_property
    def _types_inside(self) -> frozenset[str]:
        return types_inside(batches(self.lake))
