"""DuckDB: views on the tables, by its extension for Delta. Run again, they are made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from pipelines.export.registration.entries import Catalog
from pipelines.export.registration.quoting import comment, double, text


def files(catalog: Catalog) -> Mapping[str, str]:
    """The script for DuckDB."""
    head = "Into a file of views, which read the tables as they are then: duckdb lake.duckdb < duckdb.sql"
    return {"duckdb.sql": "\n".join([comment(head), *_extensions(catalog), *statements(catalog), ""])}


def statements(catalog: Catalog) -> Iterator[str]:
    """The views and what their rows are, a line each, for a DuckDB that has its extensions."""
    for schema in catalog.schemas:
        yield f"CREATE SCHEMA IF NOT EXISTS {double(schema)};"
    for entry in catalog.entries:
        name = f"{double(entry.schema)}.{double(entry.table.short_name)}"
        place = text(entry.uri if catalog.is_s3 else f"file://{entry.uri}")
        yield f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM delta_scan({place});"
        yield f"COMMENT ON VIEW {name} IS {text(entry.table.doc)};"


def _extensions(catalog: Catalog) -> Iterator[str]:
    yield "INSTALL delta;"
    yield "LOAD delta;"
    if catalog.is_s3:
        yield "INSTALL httpfs;"
        yield "LOAD httpfs;"
        yield "INSTALL aws;"
        yield "LOAD aws;"
        yield comment("Keys are taken as Amazon's own tools take them; the secret is of this session alone.")
        yield f"CREATE OR REPLACE SECRET vermeil ({', '.join(_secret(catalog))});"


def _secret(catalog: Catalog) -> Iterator[str]:
    yield from ("TYPE s3", "PROVIDER credential_chain", f"SCOPE {text(catalog.root)}")
    if catalog.region:
        yield f"REGION {text(catalog.region)}"
    if catalog.endpoint:
        place = urlsplit(catalog.endpoint)
        yield f"ENDPOINT {text(place.netloc)}"
        yield "URL_STYLE 'path'"
        yield f"USE_SSL {str(place.scheme == 'https').lower()}"
