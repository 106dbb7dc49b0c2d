"""Batches on their way into tables: written as Parquet where no reader looks, and deleted once they are published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.base.together import Locks
from pipelines.delta import footers, storage
from pipelines.delta.commits import Staged

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FOLDER = "_staging"
T = TypeVar("T")


class Staging:
    """What is staged below a root.

    Args:
        root: of the tables.
        spark: gives the session to write and read with.
    """

    def __init__(self, root: str, spark: Callable[[], SparkSession]) -> None:
        self._root = root
        self._spark = spark
        self._made: dict[Hashable, Any] = {}
        self._making = Locks()

    def write(self, name: str, batch: str, *parts: DataFrame, accept: str | None = None) -> Staged:
        """Stage a batch of a table, part by part. ``accept`` names a column that is null in good rows."""
        uri = self.uri(name, batch)
        storage.delete_folder(uri)
        for rows in parts:
            rows.write.mode("append").parquet(uri)
        files = footers.committed_files(uri)
        # Asking for the schema plans all of it a second time; asking the engine for that of the files is a job.
        schema = footers.spark_schema(files[0]) if files else parts[0].schema
        published, refused = footers.row_counts(files, accept)
        return Staged(uri, published, schema, accept, refused)

    def rows(self, staged: Staged) -> DataFrame:
        """All rows of a staged batch."""
        spark = self._spark()
        if footers.committed_files(staged.uri):
            reader = spark.read.schema(staged.schema) if staged.schema else spark.read
            return reader.parquet(staged.uri)
        return spark.createDataFrame([], staged.schema)

    def accepted(self, staged: Staged) -> DataFrame:
        """The rows of a staged batch that are to be published."""
        rows = self.rows(staged)
        return rows.filter(f"{staged.accept} is null") if staged.accept else rows

    def bounds(self, staged: Staged, columns: Collection[str]) -> Mapping[str, tuple[Any, Any]]:
        """The least and greatest values of columns in the rows of a staged batch that are to be published.

        Those are left out that its files do not say; all are where rows are refused.
        """
        return {} if staged.refused else footers.bounds(staged.uri, columns)

    def once(self, of: Hashable, make: Callable[[], T]) -> T:
        """What several batches are made from, made for the first of them; forgotten when all is deleted."""
        with self._making.of(of):
            if of not in self._made:
                self._made[of] = make()
            found: T = self._made[of]
        return found

    def uri(self, name: str, batch: str) -> str:
        """Where a batch of a table is staged."""
        return storage.join(self._root, FOLDER, name, batch)

    def clear(self, name: str | None = None, batch: str | None = None) -> None:
        """Delete what is staged, of one batch or all of a table, or of all: what is published, or a cut run left."""
        if not name:
            self._made.clear()
        storage.delete_folder(storage.join(self._root, FOLDER, *filter(None, (name, batch))))
