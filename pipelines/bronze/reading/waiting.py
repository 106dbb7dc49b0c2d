"""Raw files that bronze has not taken in yet, told from a listing and the manifest: no Spark, no file is opened."""

from __future__ import annotations

from pathlib import Path

from deltalake import DeltaTable

from pipelines.bronze import files
from pipelines.bronze.files import RawFile, Seen
from pipelines.delta import storage
from pipelines.settings import Settings
from pipelines.sources.mapping import load_sources


def waiting(raw: Path, settings: Settings) -> list[RawFile]:
    """Files of a raw folder whose path, size or time of writing is new; none where there is no folder."""
    if not raw.is_dir():
        return []
    return files.pending(files.list_files(raw, load_sources(settings.source_files)).files, _taken(settings))


def _taken(settings: Settings) -> dict[Seen, str]:
    uri = storage.join(settings.lakehouse_uri, files.TABLE.layer, files.TABLE.short_name)
    if not DeltaTable.is_deltatable(uri, settings.storage_options):
        return {}
    manifest = DeltaTable(uri, storage_options=settings.storage_options)
    seen = ["file", "size_bytes", "modified_at", "source"]
    rows = manifest.to_pyarrow_table(columns=[*seen, "file_id"]).to_pylist()
    return {
        (row["file"], row["size_bytes"], row["modified_at"], row["source"]): row["file_id"] for row in rows
    }
