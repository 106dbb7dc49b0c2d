"""The manifest of raw files. It is written beside the records; here is what it can be held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.bronze import files as manifest
from pipelines.flow import entering, ingest
from pipelines.flow.compare import SHOWN, Difference, Found, Kind
from pipelines.flow.way import Way

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.known import Known
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

_NOTED = ("ingest_id", "source", "file", "sha256", "size_bytes", "modified_at", "record_count")


def verified(lake: Lakehouse, table: Table) -> Iterator[Found]:
    """bronze.files against the notes of the commits by which its files were taken in, and against bronze.records.

    A note that is gone, with the log of old commits, is not looked for. What an erasure or a replay has put right since
    (digest, faults, bytes) is held against the records themselves.
    """
    entered = lake.table(table.name).toArrow().to_pylist()
    times = Counter(row["file_id"] for row in entered)
    batches = {row["ingest_id"] for row in entered}
    noted = {row["file_id"]: row for row in entering.noted_files(lake) if row["ingest_id"] in batches}
    held = {row[0] for row in lake.table(ingest.RECORDS).select("file_id").distinct().collect()}
    off = [_off("missing", file_id) for file_id in sorted((held | noted.keys()) - times.keys())]
    off += [_off("doubled", file_id) for file_id, count in sorted(times.items()) if count > 1]
    for row in entered:
        note = noted.get(row["file_id"], row)
        if wrong := tuple(name for name in _NOTED if row[name] != note[name]):
            off.append(_off("altered", row["file_id"], wrong))
    yield Found(table.name, len(off), tuple(off[:SHOWN]))


def _off(kind: Kind, file_id: str, columns: tuple[str, ...] = ()) -> Difference:
    return Difference(ingest.FILES, kind, f"file_id={file_id}", columns)


def known(then: Known, table: Table) -> DataFrame:
    """The files that hold something which was known."""
    held = then.records.select("file_id").distinct()
    files = then.lake.table(manifest.TABLE.name).join(held, "file_id", "left_semi")
    return files.select(*table.column_names)


WAY = Way(verified=verified, known=known)
