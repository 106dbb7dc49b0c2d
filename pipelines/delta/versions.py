"""Reading a Delta table by its files, where an engine's own way through the log is wrong or slow.

Sail (0.7.2) takes `_last_checkpoint` for where to list the log from, also for a version before the one that it names:
what came more than one version earlier is not seen, and reading fails ("Missing commit file"). The file is needed all
the same: without it Trino does not open a table whose log was cut. So such a version is read by schema and list of
files, as delta-rs finds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import StringType, StructField, StructType

from pipelines.delta import checkpoints

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What stands in a folder's name for null."""


def rows(spark: SparkSession, uri: str, version: int, storage_options: Mapping[str, str]) -> DataFrame:
    """The rows of a version, whatever happens to the log before they are asked for.

    Raises:
        DeltaError: the log of that version is gone.
    """
    named = checkpoints.named(uri)
    if named is not None and named > version:
        found = DeltaTable(uri, version=version, storage_options=dict(storage_options) or None)
        # With deletion vectors, say, a file is more than what is to be read; renamed columns have other names in it.
        if found.protocol().min_reader_version == 1:
            return _of_files(spark, uri, found)
    return _of_log(spark, uri, version)


def of_paths(spark: SparkSession, schema: str, paths: Sequence[Path]) -> DataFrame:
    """The rows of some Parquet files on this disk, by a schema in Delta's JSON."""
    struct = StructType.fromJson(json.loads(schema))
    if not paths:
        return _nothing(spark, struct)
    return spark.read.schema(struct).parquet(*map(str, paths)).select(*map(_bare, struct.names))


def of_names(spark: SparkSession, schema: str, names: Sequence[str]) -> DataFrame:
    """The rows of some Parquet files on Apache Spark, as its own Delta gives them, by a schema in Delta's JSON."""
    struct = StructType.fromJson(json.loads(schema))
    return spark.read.schema(struct).parquet(*names) if names else spark.createDataFrame([], struct)


def _of_log(spark: SparkSession, uri: str, version: int) -> DataFrame:
    """Sail's own reading. A view looks at the log now; a frame looks when it is used, after a checkpoint maybe."""
    view = f"version_{version}_of_{sha256(uri.encode()).hexdigest()}"
    spark.read.format("delta").option("versionAsOf", str(version)).load(uri).createOrReplaceTempView(view)
    return spark.table(view)


def _of_files(spark: SparkSession, uri: str, found: DeltaTable) -> DataFrame:
    schema = StructType.fromJson(json.loads(found.schema().to_json()))
    names = [path.rsplit("/", 1)[-1] for path in found.file_uris()]
    if not names:
        return _nothing(spark, schema)
    partitions = set(found.metadata().partition_columns)
    # The folder with a filter of names: of a list of paths Sail does not find the values that folders are named by.
    read = spark.read.schema(_as_stored(schema, partitions)).option(
        "pathGlobFilter", f"{{{','.join(names)}}}"
    )
    return read.parquet(uri).select(
        *(_partition_value(field) if field.name in partitions else _bare(field.name) for field in schema)
    )


def _nothing(spark: SparkSession, schema: StructType) -> DataFrame:
    """No rows. A plan that says so is left out of what it is united with, and what is left has comments again."""
    optional = StructType([StructField(field.name, field.dataType) for field in schema])
    row = spark.createDataFrame([(None,) * len(schema)], optional)
    return row.filter(F.col(schema[0].name).isNotNull()).select(*map(_bare, schema.names))


def _bare(column: str) -> Column:
    """A column without its comment. What has one by its schema and what has one by its log, as the current version has,
    Sail unites to columns that it cannot group by."""
    return F.nullif(column, F.lit(None)).alias(column)


def _as_stored(schema: StructType, partitions: set[str]) -> StructType:
    """The schema with partition columns as text, which is what folders are named by."""
    return StructType([StructField(f.name, StringType()) if f.name in partitions else f for f in schema])


def _partition_value(field: StructField) -> Column:
    return F.nullif(field.name, F.lit(NO_VALUE)).cast(field.dataType).alias(field.name)
