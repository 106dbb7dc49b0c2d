"""Raw files that bronze has not taken in yet, told from a listing and the manifest: no Spark, no file is opened."""

from __future__ import annotations

from pathlib import Path

from pipelines.bronze import files
from pipelines.bronze.files import RawFile, Seen
from pipelines.delta import remote, storage
from pipelines.delta.log import DeltaLog
from pipelines.delta.schemas import arrow_schema
from pipelines.settings import Settings
from pipelines.sources.mapping import load_sources


def waiting(raw: Path | str, settings: Settings, log: DeltaLog | None = None) -> list[RawFile]:
    """Files of a raw folder whose path, size or time of writing is new; none where there is no folder."""
    if not files.is_folder(raw):
        return []
    return files.pending(
        files.list_files(raw, load_sources(settings.source_files)).files, _taken(settings, log)
    )


def _taken(settings: Settings, log: DeltaLog | None) -> dict[Seen, str]:
    uri = storage.join(settings.lakehouse_uri, files.TABLE.layer, files.TABLE.short_name)
    log = log or DeltaLog(remote.options(settings))
    if not log.exists(uri):
        return {}
    rows = log.read(uri, [*files.SEEN, "file_id"], arrow_schema(files.TABLE)).to_pylist()
    return files.taken(rows)
