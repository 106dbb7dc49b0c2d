"""What tells other readers of Delta where the tables are: Trino, Spark SQL, DuckDB, Unity Catalog's server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipelines.export.registration import duckdb_views, spark_sql, trino, unity_catalog
from pipelines.export.registration.entries import Catalog, Entry, entries, moved_in

__all__ = ["READERS", "Catalog", "Entry", "entries", "moved_in"]

READERS: Mapping[str, Callable[[Catalog], Mapping[str, str]]] = {
    "trino": trino.files,
    "spark": spark_sql.files,
    "duckdb": duckdb_views.files,
    "unity": unity_catalog.files,
}
"""What each reader is given: texts by the names of their files, that which registers the tables last."""
