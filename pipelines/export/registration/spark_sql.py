"""Spark SQL: statements that put tables where they lie into a metastore. Run again, they change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.delta.spark_settings import DELTA_CONF, delta_package
from pipelines.export.registration.entries import Catalog, moved_in
from pipelines.export.registration.quoting import comment
from pipelines.frames.literals import backtick, spark_text


def files(catalog: Catalog) -> Mapping[str, str]:
    """The script for ``spark-sql``."""
    settings = " ".join(f"--conf {name}={value}" for name, value in DELTA_CONF.items())
    head = f"For a Spark that has Delta: spark-sql --packages {delta_package()} {settings} -f spark.sql"
    return {"spark.sql": "\n".join([comment(head), *statements(catalog), ""])}


def statements(catalog: Catalog) -> Iterator[str]:
    """The statements, a line each; columns and their meanings are read from the tables themselves."""
    for schema in catalog.schemas:
        yield f"CREATE SCHEMA IF NOT EXISTS {backtick(schema)};"
    for entry in catalog.entries:
        name = f"{backtick(entry.schema)}.{backtick(entry.table.short_name)}"
        yield f"CREATE TABLE IF NOT EXISTS {name} USING DELTA LOCATION {spark_text(_place(catalog, entry.uri))};"


def _place(catalog: Catalog, uri: str) -> str:
    """A place as Hadoop's file systems have it, where a path alone may be one of a cluster's own."""
    return moved_in(uri, "s3a") if catalog.is_s3 else f"file://{uri}"
