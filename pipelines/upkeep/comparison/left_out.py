"""Which columns say when, where or by which engine something was made: two lakehouses of the same files differ there.

All other columns follow from the raw files alone, and from the model and the rules where a table is made with them.
"""

from __future__ import annotations

from collections.abc import Mapping

MADE: Mapping[str, str] = {
    "ingest_id": "number of the batch that brought the row: it depends on how many files there were at a time",
    "digest": "of a file's rows in bronze, the number of the batch included; the deep audit holds them against it",
    "modified_at": "when the raw file was last written; a copy of it was written later",
    "scored_at": "when a model gave the score",
    "input_versions": "Delta versions of the tables that a score was made from: how often they had been written",
    "model_version": "the digest of the model's files at its end; task and number are compared",
}
"""Columns that may differ between two lakehouses of the same files, with the reason."""

MODEL_VERSION = "model_version"
"""The one of them of which a part is compared: it is in the key of tables."""

PLACES: Mapping[str, str] = {
    "record_id": "digest of the file, the line and the place within it",
    "file": "path of the file",
    "file_id": "digest of the file's path and content",
    "line": "line of the file",
    "item": "place within the line",
}
"""Columns that differ as well where the same records stand in other files, with the reason."""
