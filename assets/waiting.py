"""Raw files that bronze has not taken in yet, told from a listing and the manifest: no Spark, no file is opened."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from deltalake import DeltaTable

from pipelines import storage
from pipelines.bronze import files
from pipelines.bronze.files import RawFile
from pipelines.settings import Settings
from pipelines.sources.mapping import stripe


def waiting(raw: Path, settings: Settings) -> list[RawFile]:
    """Files of a raw folder whose path, size or time of writing is new; none where there is no folder."""
    if not raw.is_dir():
        return []
    return files.pending(files.list_files(raw, stripe()).files, _taken(settings))


def _taken(settings: Settings) -> dict[tuple[str, int, datetime], str]:
    uri = storage.join(settings.lakehouse_uri, files.TABLE.layer, files.TABLE.short_name)
    if not DeltaTable.is_deltatable(uri, settings.storage_options):
        return {}
    manifest = DeltaTable(uri, storage_options=settings.storage_options)
    rows = manifest.to_pyarrow_table(columns=["file", "size_bytes", "modified_at", "file_id"]).to_pylist()
    return {(row["file"], row["size_bytes"], row["modified_at"]): row["file_id"] for row in rows}
