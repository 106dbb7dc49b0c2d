"""The same transformations on Apache Spark in a local JVM: ``python -m benchmarks.jvm_spark RAW OUT``.

Plain Parquet and no checks, so that the wheel's own jars are enough. The functions are those that the pipeline runs:
bronze is read as the engine ``spark`` reads it, then come ``silver.build`` and the gold module's ``build``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import catalog
from pipelines.bronze import files as manifest
from pipelines.bronze import records
from pipelines.bronze.files import RawFile
from pipelines.bronze.reading.reader import Reading, read_files
from pipelines.delta.engine import open_spark
from pipelines.delta.schemas import arrow_schema
from pipelines.delta.spark_settings import WITHOUT_DELTA
from pipelines.gold.payments import payments_daily
from pipelines.gold.shared.recipe import ByDay
from pipelines.privacy.token_key import TokenKey
from pipelines.settings import Settings
from pipelines.silver.shared.build import FAULT, build
from pipelines.silver.shared.mapped import of_table
from pipelines.sources.mapping import stripe
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CHARGES = "silver.charges"

KEY = TokenKey(bytes(32))
"""What is measured is thrown away: any key does."""

PARTITIONS = 16
"""Shares that the files are read in. The engine ``spark`` makes up to 200, for clusters; few cores want few."""


def run(raw: Path, out: Path) -> None:
    """Write bronze, silver charges and gold payments_daily below ``out``."""
    settings = Settings(engine="spark", spark_conf=WITHOUT_DELTA | {"spark.local.dir": str(out / "spark")})
    tables = catalog.all_tables()
    with open_spark(settings) as spark:
        _write(_bronze(spark, raw, settings), out / "bronze")
        _write(_silver(spark.read.parquet(str(out / "bronze")), tables[CHARGES]), out / "silver")
        _write(_gold(spark, out, payments_daily.RECIPE, tables), out / "gold")


def _write(rows: DataFrame, folder: Path) -> None:
    rows.write.option("compression", "zstd").parquet(str(folder))


def _bronze(spark: SparkSession, raw: Path, settings: Settings) -> DataFrame:
    sources = stripe()
    files = [manifest.identified(file) for file in manifest.list_files(raw, sources).files]
    limits = settings.max_record_bytes, settings.max_expansion
    reading = Reading(1, sources.rest.source, sources.rest.account, *limits)
    schema = arrow_schema(records.TABLE)

    def read(groups: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for group in groups:
            yield from read_files((RawFile(**row) for row in group.to_pylist()), reading, schema)

    listed = spark.createDataFrame(pa.Table.from_pylist([asdict(file) for file in files]))
    return listed.repartition(PARTITIONS, "file").mapInArrow(read, records.TABLE.spark_schema())


def _silver(bronze: DataFrame, table: Table) -> DataFrame:
    changes = of_table(bronze, table, stripe())
    return build(changes, table, stripe(), KEY).filter(f"{FAULT} is null").select(*table.column_names)


def _gold(spark: SparkSession, out: Path, how: ByDay, tables: Mapping[str, Table]) -> DataFrame:
    """Gold from the charges alone: the other silver tables that it reads are empty, as for every contestant."""
    empty = {name: spark.createDataFrame([], tables[name].spark_schema()) for name in how.inputs}
    now = empty | {CHARGES: spark.read.parquet(str(out / "silver"))}
    return how.whole(now, None)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
