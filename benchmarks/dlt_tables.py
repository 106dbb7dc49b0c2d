"""The same events by dlt: ``python -m benchmarks.dlt_tables RAW OUT``. Needs the extra ``bench``.

What many would pick: each line a record, all of them normalized to tables, a child table a list, a column a field, in
Delta tables on the disk. It reads the event files and nothing else, knows neither versions nor currencies, and checks
nothing; what is not JSON is counted and dropped.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS = 5_000
"""Records that are handed on at once."""


def main(raw: Path, out: Path) -> None:
    """Load the events of a raw folder."""
    # Nothing about anyone's use of it leaves this machine.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    # One process a core makes tables of the records; by default one does.
    os.environ["NORMALIZE__WORKERS"] = str(os.cpu_count() or 1)
    import dlt
    from dlt.destinations import filesystem

    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(out / "working"),
        destination=filesystem(bucket_url=(out / "tables").as_uri()),
        dataset_name="stripe",
    )
    events = dlt.resource(
        records(raw / "events"), name="events", write_disposition="append", table_format="delta"
    )
    print(pipeline.run(events))


def records(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """The events of a folder, some at a time."""
    found: list[dict[str, Any]] = []
    dropped = 0
    for path in sorted(folder.rglob("*.ndjson.gz")):
        with gzip.open(path, "rb") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    dropped += 1
                    continue
                if isinstance(record, dict):
                    found.append(record)
                if len(found) >= ROWS:
                    yield found
                    found = []
    if found:
        yield found
    print(f"{dropped} lines that are not JSON", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
