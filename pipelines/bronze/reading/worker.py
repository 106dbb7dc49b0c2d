"""A process that reads some raw files and writes their records as one Parquet file.

Parsing holds the interpreter, so more cores need more processes. They are plain subprocesses that are given their job
as JSON: unlike multiprocessing's they neither fork the engine's threads nor run the caller's main module again.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.bronze.files import RawFile
from pipelines.bronze.reading.digest import MODULUS, digests
from pipelines.bronze.reading.reader import FileCounts, Reading, Unreadable, read_files
from pipelines.bronze.records import TABLE
from pipelines.delta import storage
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.privacy.forgotten import restored
from pipelines.sources.layout import Layout

_STATISTICS = ["ingest_id", "object_type", "object_id", "occurred_at", "known_at", "line", "inside"]
_DICTIONARY = ["source", "file", "file_id", "shape", "event_type", "object_type", "account", "api_version"]


@dataclass(frozen=True)
class Job:
    """Files to read, how, and where their records go (a path or URL that ends in .parquet)."""

    files: tuple[RawFile, ...]
    reading: Reading
    uri: str


def work(job: Job) -> list[FileCounts]:
    """Do a job in this process; one entry for each file.

    Raises:
        LakehouseError: the records could not be written.
    """
    try:
        return _work(job)
    except Unreadable as found:
        # Half a file must not be kept as if it were whole: do the others again, and that one another day.
        others = replace(job, files=tuple(file for file in job.files if file != found.file))
        return [
            *work(others),
            FileCounts(found.file, missing=f"could not be read to its end: {found.reason}"),
        ]
    except OSError as error:
        raise LakehouseError(
            f"records cannot be written to {job.uri}, nothing of the batch was published: {error}"
        ) from None


def _work(job: Job) -> list[FileCounts]:
    counts: list[FileCounts] = []
    schema = arrow_schema(TABLE)
    with pq.ParquetWriter(
        storage.local(job.uri), schema, compression="zstd", compression_level=1,
        use_dictionary=_DICTIONARY, write_statistics=_STATISTICS,
    ) as writer:  # fmt: skip
        found: Counter[str] = Counter()
        for group in read_files(job.files, job.reading, schema, counts.append):
            writer.write_batch(group)
            found.update(digests(group))
    for one in counts:
        one.digest = found[one.file.file_id] % MODULUS
    return counts


def work_in_processes(jobs: Sequence[Job]) -> list[FileCounts]:
    """Do each job in a process of its own, all at once.

    Raises:
        LakehouseError: a process failed; the message ends with what it said last.
    """
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        for _ in jobs
    ]  # fmt: skip
    try:
        for process, job in zip(running, jobs, strict=True):
            _send(process, job)
        return [counts for process in running for counts in _receive(process)]
    finally:
        for process in running:
            process.kill()


def _send(process: subprocess.Popen[str], job: Job) -> None:
    """Hand over a job. The pipe stays open: its end tells the process that this one is gone."""
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(asdict(job), default=datetime.isoformat) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it failed to start, and says why when it is asked for its answer


def _receive(process: subprocess.Popen[str]) -> list[FileCounts]:
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = process.stdout.read(), process.stderr.read()
    if process.wait() != 0:
        last = (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        told = last.removeprefix(f"{LakehouseError.__module__}.LakehouseError: ")
        raise LakehouseError(
            told if told != last else f"reading raw files failed, nothing of the batch was published: {last}"
        )
    return [FileCounts(**{**found, "file": _raw_file(found["file"])}) for found in json.loads(output)]


def _reading(found: dict[str, Any]) -> Reading:
    layout = found["layout"] and Layout(**found["layout"])
    return Reading(**{**found, "suppressed": restored(found["suppressed"]), "layout": layout})


def _raw_file(found: dict[str, Any]) -> RawFile:
    return RawFile(**{**found, "modified_at": datetime.fromisoformat(found["modified_at"])})


def _main() -> None:
    # What is read forms no cycles, and looking for them among a batch's records takes a tenth of the time.
    gc.disable()
    sys.meta_path.insert(0, _WithoutPandas)
    given = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = Job(tuple(map(_raw_file, given["files"])), _reading(given["reading"]), given["uri"])
    json.dump([asdict(counts) for counts in work(job)], sys.stdout, default=datetime.isoformat)


class _WithoutPandas:
    """Arrow imports pandas, where there is one, for its first array: a third of a second of each process."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def _end_with_parent() -> None:
    """A killed run must not leave processes behind that write into the next one's staging."""
    # Not through sys.stdin: the lock that a blocked read holds there stops the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    _main()
