"""Trino: properties of a catalog, and the calls that register tables in it.

Trino has no call that registers a table unless it is there: run again, it says of each that it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.export.registration.entries import Catalog, Entry
from pipelines.export.registration.quoting import comment, double, text

METASTORE = "trino_metastore"
"""Folder of what Trino itself keeps about the catalog, beside the lakehouse."""


def files(catalog: Catalog) -> Mapping[str, str]:
    """The catalog's properties, and the script for Trino's command line."""
    properties = f"{catalog.name}.properties"
    head = (
        f"{properties} belongs into etc/catalog/ of every node, before Trino is started. Then:",
        "trino --server http://localhost:8080 --ignore-errors --file trino.sql",
        "A table that is registered already stays as it is, which Trino calls an error.",
    )
    lines = [*map(comment, head), *_statements(catalog)]
    return {properties: "\n".join([*_properties(catalog), ""]), "trino.sql": "\n".join([*lines, ""])}


def _properties(catalog: Catalog) -> Iterator[str]:
    yield "connector.name=delta_lake"
    yield "delta.register-table-procedure.enabled=true"
    yield "# Its own notes in files, for one coordinator; many have a metastore: hive.metastore=thrift, or glue."
    yield "hive.metastore=file"
    yield f"hive.metastore.catalog.dir={_value(_place(catalog, _beside(catalog)))}"
    if not catalog.is_s3:
        yield "fs.native-local.enabled=true"
        yield f"local.location={_value(_parent(catalog))}"
        return
    yield "# Keys are taken from the environment of Trino's nodes, as Amazon's own tools do."
    yield "fs.native-s3.enabled=true"
    if catalog.region:
        yield f"s3.region={catalog.region}"
    if catalog.endpoint:
        yield f"s3.endpoint={catalog.endpoint}"
        yield "s3.path-style-access=true"


def _statements(catalog: Catalog) -> Iterator[str]:
    name = double(catalog.name)
    for schema in catalog.schemas:
        yield f"CREATE SCHEMA IF NOT EXISTS {name}.{double(schema)};"
    for entry in catalog.entries:
        yield f"CALL {name}.system.register_table({_arguments(catalog, entry)});"


def _arguments(catalog: Catalog, entry: Entry) -> str:
    place = _place(catalog, entry.uri)
    return ", ".join(map(text, (entry.schema, entry.table.short_name, place)))


def _parent(catalog: Catalog) -> str:
    """The folder that the lakehouse lies in: Trino sees what is below it, and no more of the disk."""
    return catalog.root.rstrip("/").rpartition("/")[0] or "/"


def _beside(catalog: Catalog) -> str:
    bucket, _, within = catalog.root.partition("://")[2].rstrip("/").partition("/")
    if not catalog.is_s3:
        return f"{_parent(catalog).rstrip('/')}/{METASTORE}"
    above = f"{within.rpartition('/')[0]}/" if "/" in within else ""
    return f"s3://{bucket}/{above}{METASTORE}"


def _place(catalog: Catalog, uri: str) -> str:
    """A place as Trino has it: within the folder that it sees, or in the object store."""
    if catalog.is_s3:
        return uri
    return f"local:///{uri.removeprefix(_parent(catalog)).lstrip('/')}"


def _value(text: str) -> str:
    """A value in a file of properties."""
    return text.replace("\\", "\\\\")
