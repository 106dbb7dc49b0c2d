"""Commits by delta-spark: what Apache Spark, local or on a cluster, uses.

Plain Spark SQL and the DataFrame writer throughout, which is all of Delta that Spark Connect has.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.delta import storage
from pipelines.delta.commits import (
    FILE_BYTES,
    TAKEN_IN,
    Staged,
    amend_condition,
    check_days,
    found_by,
    key_condition,
    properties,
    taken_in,
)
from pipelines.delta.log import DeltaLog, Note, dump_note
from pipelines.frames.literals import spark_text
from pipelines.frames.spans import joined, near_days, ordinals, stretches, within_spans
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
SKIP_EMPTY = "spark.databricks.delta.skipRecordingEmptyCommits"
FILE_SIZE = "spark.databricks.delta.optimize.maxFileSize"
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
VACUUM_LOGGED = "spark.databricks.delta.vacuum.logging.enabled"


class DeltaSpark:
    """A :class:`~pipelines.delta.commits.Committer` on a SparkSession that has Delta."""

    def __init__(self, spark: SparkSession, log: DeltaLog) -> None:
        self._spark = spark
        self._log = log
        self._alone = threading.RLock()

    def append(self, uri: str, table: Table, staged: Staged, note: Note) -> None:
        writer = self._writer(table, staged).mode("append")
        if number := taken_in(note):
            writer = writer.option("txnAppId", TAKEN_IN).option("txnVersion", str(number))
        with self._noted(note):
            writer.save(uri)

    def merge(self, uri: str, table: Table, staged: Staged, note: Note, update_if: str | None) -> None:
        files, _ = self._log.files(uri)
        if not files:
            self.append(uri, table, staged, note)
            return
        rows = self._rows(table, staged)
        condition = key_condition(table, "t", "s")
        if table.cluster_by and files > 1:
            condition += " and " + near_days(f"t.{table.cluster_by}", _values(rows, table.cluster_by))
        view = f"staged_{table.short_name}"
        rows.createOrReplaceTempView(view)
        update = f"when matched and ({update_if}) then update set *" if update_if else ""
        with self._noted(note):
            self._spark.sql(
                f"merge into {_quoted(uri)} t using {view} s on {condition} {update} "
                "when not matched then insert *"
            ).collect()
        self._spark.catalog.dropTempView(view)

    def replace(
        self, uri: str, table: Table, staged: Staged, note: Note, dates: Sequence[str] | None
    ) -> None:
        if dates is None:
            with self._noted(note):
                self._writer(table, staged).mode("overwrite").save(uri)
            return
        rows = self._rows(table, staged)
        wanted = ordinals(dates)
        spans = joined(stretches(wanted))
        if sum(map(len, spans)) > len(wanted):  # days between them are written again as they are
            check_days(table, wanted, _values(rows, "date"))
            rows = rows.unionByName(self._between(uri, table, wanted, spans))
        writer = rows.write.format("delta").mode("overwrite")
        with self._noted(note):
            writer.option("replaceWhere", within_spans("date", spans)).save(uri)

    def amend(self, uri: str, table: Table, staged: Staged, note: Note, by: Sequence[str]) -> None:
        rows = self._rows(table, staged)
        column = found_by(table, by)
        condition = amend_condition(table, by, _values(rows, column) if column else [])
        view = f"amended_{table.short_name}"
        rows.createOrReplaceTempView(view)
        with self._noted(note):
            self._spark.sql(
                f"merge into {_quoted(uri)} t using {view} s on {condition} when matched then update set *"
            ).collect()
        self._spark.catalog.dropTempView(view)

    def touch(self, uri: str, table: Table, note: Note) -> None:
        empty = self._spark.createDataFrame([], table.spark_schema())
        with self._noted(note):
            empty.write.format("delta").mode("append").save(uri)

    def optimize(self, uri: str, note: Note, target_bytes: int | None = None) -> None:
        with self._noted(note), self._sized(target_bytes):
            self._spark.sql(f"optimize {_quoted(uri)}").collect()

    def order(self, uri: str, table: Table, note: Note, target_bytes: int) -> None:
        with self._noted(note), self._sized(target_bytes):
            self._spark.sql(f"optimize {_quoted(uri)} zorder by ({table.cluster_by})").collect()

    def unpartition(self, uri: str, table: Table, note: Note) -> None:
        files = _files_of(self._log.files(uri)[1])
        laid_out = f"repartition_by_range({files}, {table.cluster_by})" if files > 1 else "coalesce(1)"
        # A statement, not a writer: it sets the columns that statistics are kept of in the same commit.
        with self._noted(note):
            self._spark.sql(
                f"create or replace table {_quoted(uri)} using delta comment {spark_text(table.doc)} "
                f"tblproperties ({_properties(table)}) "
                f"as select /*+ {laid_out} */ * from {_quoted(uri)}"
            ).collect()

    def vacuum(self, uri: str, hours: int, note: Note) -> int:
        found = self._log.deletable(uri, hours)
        if found:
            with self._noted(note):
                self._vacuum(uri, hours)
        return len(found)

    def restore(self, uri: str, version: int, note: Note) -> None:
        with self._noted(note):
            self._spark.sql(f"restore table {_quoted(uri)} to version as of {version}").collect()

    def expunge(self, uri: str, table: Table, note: Note) -> None:
        # Last comes the deleting: a commit without rows leaves a file without rows, which no version names.
        self.touch(uri, table, note)
        self._vacuum(uri, 0, is_logged=False)
        self._log.cut(uri)

    def _vacuum(self, uri: str, hours: int, is_logged: bool = True) -> None:
        # Delta's full vacuum, the default, also deletes what a run that died has left.
        conf = {RETENTION_CHECK: "false"} if is_logged else {RETENTION_CHECK: "false", VACUUM_LOGGED: "false"}
        with self._with(conf):
            self._spark.sql(f"vacuum {_quoted(uri)} retain {hours} hours").collect()

    def _rows(self, table: Table, staged: Staged) -> DataFrame:
        rows = self._spark.read.parquet(staged.uri)
        accepted = rows.filter(f"{staged.accept} is null") if staged.accept else rows
        return accepted.selectExpr(*(f"cast({c.name} as {c.type}) as {c.name}" for c in table.columns))

    def _writer(self, table: Table, staged: Staged) -> DataFrameWriter:
        """Into one file where a batch fits into one, else into some that are ordered by the table's day."""
        rows = self._rows(table, staged)
        files = _files_of(storage.folder_bytes(staged.uri))
        if files == 1:
            rows = rows.coalesce(1)
        elif table.cluster_by:
            rows = rows.repartitionByRange(files, table.cluster_by).sortWithinPartitions(table.cluster_by)
        return rows.write.format("delta")

    def _between(self, uri: str, table: Table, days: Sequence[int], spans: Sequence[range]) -> DataFrame:
        """The present rows within some stretches, but for those of some days."""
        listed = self._spark.createDataFrame(pa.table({"date": list(map(date.fromordinal, days))}))
        present = self._spark.read.format("delta").load(uri).filter(within_spans("date", spans))
        return present.join(listed, "date", "left_anti").select(*table.column_names)

    def _sized(self, target_bytes: int | None) -> AbstractContextManager[None]:
        return self._with({FILE_SIZE: str(target_bytes)} if target_bytes else {})

    def _noted(self, note: Note) -> AbstractContextManager[None]:
        # By the session, also for what a writer's option could say: an option is part of the plan, and what bronze
        # notes of thousands of files would be printed and searched with it. By default Delta makes no commit where
        # nothing changes, and the note, which says how far the table has come, would be lost.
        return self._with({USER_METADATA: dump_note(note), SKIP_EMPTY: "false"})

    @contextmanager
    def _with(self, conf: Mapping[str, str]) -> Iterator[None]:
        """Settings of the session, for a while; all of its threads have them, so one commits at a time."""
        with self._alone:
            for name, value in conf.items():
                self._spark.conf.set(name, value)
            try:
                yield
            finally:
                for name in conf:
                    self._spark.conf.unset(name)


def _files_of(size: int) -> int:
    """Into how many files so many bytes go."""
    return max(1, -(-size // FILE_BYTES))


def _values(rows: DataFrame, column: str) -> list[Any]:
    """The different values of a column."""
    return [row[0] for row in rows.select(column).distinct().collect()]


def _quoted(uri: str) -> str:
    return f"delta.`{uri}`"


def _properties(table: Table) -> str:
    return ", ".join(f"{spark_text(name)} = {spark_text(value)}" for name, value in properties(table).items())
