"""Unity Catalog's open-source server: a shell script that creates catalog, schemas and external tables over REST.

What is there already stays as it is. Columns are told as they are declared; who reads a table's rows reads its own log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pipelines.delta.declaring import DELTA_TYPES
from pipelines.export.registration.entries import Catalog, Entry
from pipelines.table import Column

_TYPE_NAMES = {"bigint": "LONG"}
"""What the types of columns are called there, where not as here in capitals."""

_HEAD = """\
#!/bin/sh
# Registers the tables in Unity Catalog's open-source server, by its REST API. What is there already stays as it is.
# UNITY_CATALOG_URL is where the server is, UNITY_CATALOG_TOKEN who asks, where the server wants to know.
set -eu
url="${UNITY_CATALOG_URL:-http://localhost:8080}/api/2.1/unity-catalog"
# What the server says: a file each, so that no two runs mix them up.
said=$(mktemp)
trap 'rm -f "$said"' EXIT

create() { # create KIND < BODY
  if [ -n "${UNITY_CATALOG_TOKEN:-}" ]; then set -- "$1" -H "Authorization: Bearer $UNITY_CATALOG_TOKEN"; fi
  kind=$1
  shift
  status=$(curl -sS -o "$said" -w '%{http_code}' -H 'Content-Type: application/json' "$@" --data-binary @- "$url/$kind")
  case $status in
    2*) ;;
    *) grep -q 'ALREADY_EXISTS' "$said" || { echo "$kind: the server answered $status: $(cat "$said")" >&2; exit 1; } ;;
  esac
}
"""


def files(catalog: Catalog) -> Mapping[str, str]:
    """The script, with a body each for what is created."""
    return {"unity_catalog.sh": "\n".join([_HEAD, *(_called(*one) for one in requests(catalog)), ""])}


def requests(catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is created, in order: the collection of the API, and the body."""
    yield "catalogs", {"name": catalog.name, "comment": f"Vermeil's tables at {catalog.root}"}
    for schema in catalog.schemas:
        yield "schemas", {"catalog_name": catalog.name, "name": schema}
    for entry in catalog.entries:
        yield "tables", _table(catalog, entry)


def _table(catalog: Catalog, entry: Entry) -> dict[str, Any]:
    return {
        "catalog_name": catalog.name,
        "schema_name": entry.schema,
        "name": entry.table.short_name,
        "table_type": "EXTERNAL",
        "data_source_format": "DELTA",
        "storage_location": entry.uri if catalog.is_s3 else PurePosixPath(entry.uri).as_uri(),
        "comment": entry.table.doc,
        "columns": [_column(place, column) for place, column in enumerate(entry.table.columns)],
    }


def _column(position: int, column: Column) -> dict[str, Any]:
    field = {
        "name": column.name,
        "type": DELTA_TYPES.get(column.type, column.type),
        "nullable": True,
        "metadata": {"comment": column.doc},
    }
    return {
        "name": column.name,
        "position": position,
        "type_name": _TYPE_NAMES.get(column.type, column.type.upper()),
        "type_text": column.type,
        "type_json": json.dumps(field, ensure_ascii=False),
        "nullable": True,
        "comment": column.doc,
    }


def _called(kind: str, body: dict[str, Any]) -> str:
    """A call of the script; JSON has no line of its own that could end the text that is handed on as it is."""
    return f"create {kind} <<'BODY'\n{json.dumps(body, ensure_ascii=False)}\nBODY"
