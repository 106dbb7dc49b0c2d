"""Fuzz the reader of raw files with bytes that libFuzzer makes up, led by what they reach; a program of its own.

``python tests/soak/fuzz_reader.py corpus -runs=100000 -seed=7``; it exits with 0 when no input broke anything.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipelines.bronze"]):
    from pipelines.bronze.files import RawFile
    from pipelines.bronze.reading.reader import FileCounts, Reading, read_files
    from pipelines.bronze.records import TABLE
    from pipelines.delta.schemas import arrow_schema

SCHEMA = arrow_schema(TABLE)
READING = Reading(ingest_id=1, source="stripe", account="platform", max_record_bytes=4_096, max_expansion=250)
FOLDER = Path(tempfile.mkdtemp())
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def one_input(data: bytes) -> None:
    """Read some bytes as a file: no error, each record counted and in a place of its own."""
    (FOLDER / "fuzz.ndjson").write_bytes(data)
    counted: list[FileCounts] = []
    file = RawFile(str(FOLDER), "fuzz.ndjson", len(data), WRITTEN, "0")
    batches = list(read_files([file], READING, SCHEMA, counted.append))
    places = [place for batch in batches for place in batch.column("record_id").to_pylist()]
    assert len(set(places)) == len(places) == counted[0].record_count
    for batch in batches:
        batch.validate(full=True)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
