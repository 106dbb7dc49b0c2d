"""Measure what a long log costs: opening a table, its history, planning a merge, and a small read.

The log is made up: its first version is a table of real rows of one day, every later one names files of other days
that are not there. What reads or writes that one day opens none of them, if the bounds of files do their work; so
only the log is measured, and it may say petabytes.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

from benchmarks.layouts import FIRST, LAYOUTS, Embedded, Engine, Jvm, _rows
from benchmarks.process import tree_bytes, tree_seconds
from benchmarks.scale.points import Point
from pipelines.delta.commits import STATISTICS
from pipelines.delta.delta_rs import WRITER
from pipelines.delta.engine import open_spark
from pipelines.delta.log import CHECKPOINT_EVERY, FOLDER, DeltaLog
from pipelines.settings import load_settings

ROUNDS = 3
REAL_DAY = 100_000
"""The day of the real rows, after those of all that is made up."""

REAL_ROWS = 1_000
FILE_BYTES = 32 << 20
FILE_ROWS = 400_000
LAYOUT = LAYOUTS[5]
"""As Vermeil's silver tables are laid out: no partition, ordered by day, files of 32 MB."""


@dataclass(frozen=True)
class Took:
    """What one thing took: processor and wall seconds, and all memory of this process and its children after it."""

    cpu: float
    seconds: float
    held_bytes: int


def planned(point: Point, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of a made-up log: each thing done some times, of which the median counts."""
    uri = folder / "table"
    say(f"{point.id}: making a log of {point.commits:,} commits and {point.files:,} files")
    make_log(uri, point.commits, point.files)
    log = [file for file in (uri / FOLDER).iterdir() if file.is_file()]
    stored = {"log_files": len(log), "log_bytes": sum(file.stat().st_size for file in log)}
    with open_spark(load_settings({"engine": point.engine})) as spark:
        engine: Engine = Embedded(spark) if point.engine == "embedded" else Jvm(spark)
        _warm(engine, folder)
        steps = _steps(engine, uri, folder)
        found = {name: [_took(partial(do, number)) for number in range(ROUNDS)] for name, do in steps.items()}
    for name, took in found.items():
        say(f"{point.id}: {name}: {median(one.cpu for one in took):.2f} processor s")
    return {"stored": stored, "steps": {name: _medians(took) for name, took in found.items()}}


def make_log(uri: Path, commits: int, files: int) -> None:
    """A table of one real file, and a log of ``commits`` versions that names ``files`` more.

    A checkpoint is left where a writer of Vermeil leaves one; the versions since then are in JSON alone.
    """
    rows = _payments(0, REAL_ROWS)
    options = {STATISTICS: LAYOUT.bounded, "delta.checkpointInterval": "1000000"}
    write_deltalake(str(uri), rows, writer_properties=WRITER, configuration=options)
    last = (commits // CHECKPOINT_EVERY) * CHECKPOINT_EVERY
    place = 0
    for version in range(1, commits):
        count = files * version // (commits - 1) - place
        _write(uri, version, [_add(place + n, files) for n in range(count)])
        place += count
        if version == last - 1:
            DeltaLog({}).checkpoint(str(uri))
    if commits < CHECKPOINT_EVERY and files > commits:  # as after a first load that named many files
        DeltaLog({}).checkpoint(str(uri))


def _write(uri: Path, version: int, adds: Sequence[dict[str, Any]]) -> None:
    info = {
        "commitInfo": {
            "timestamp": 1_780_000_000_000 + version,
            "operation": "WRITE",
            "operationParameters": {},
        }
    }
    text = "".join(json.dumps(action, separators=(",", ":")) + "\n" for action in (info, *adds))
    (uri / FOLDER / f"{version:020d}.json").write_text(text, encoding="utf-8")


def _add(number: int, files: int) -> dict[str, Any]:
    """A file of one day, such that all of them together are of up to ten years."""
    day = FIRST + timedelta(number * min(files, 3_650) // max(files, 1))
    bounds = {"created_date": day.isoformat()}
    stats = {
        "numRecords": FILE_ROWS,
        "minValues": {"amount_minor": 100, **bounds},
        "maxValues": {"amount_minor": 99_999, **bounds},
        "nullCount": {"amount_minor": 0, "created_date": 0},
    }
    return {
        "add": {
            "path": f"part-{number:08d}.zstd.parquet",
            "partitionValues": {},
            "size": FILE_BYTES,
            "modificationTime": 1_780_000_000_000,
            "dataChange": True,
            "stats": json.dumps(stats, separators=(",", ":")),
        }
    }


def _payments(version: int, size: int) -> pa.Table:
    draw = np.random.default_rng(version)
    return _rows(draw, np.arange(size), np.full(size, REAL_DAY), version)


def _warm(engine: Engine, folder: Path) -> None:
    """Do each once on a table of nothing else: what an engine does the first time is no matter of the log."""
    uri = folder / "warm"
    write_deltalake(str(uri), _payments(0, REAL_ROWS), writer_properties=WRITER)
    for do in _steps(engine, uri, folder).values():
        do(1_000)


def _steps(engine: Engine, uri: Path, folder: Path) -> dict[str, Callable[[int], object]]:
    log, day = DeltaLog({}), FIRST + timedelta(REAL_DAY)
    return {
        "open": lambda _: DeltaTable(str(uri)).version(),
        "ask again": lambda _: [log.latest(str(uri)) for _ in range(5)],
        "whole history": lambda _: len(list(DeltaLog({}).history(str(uri)))),
        "layout": lambda _: DeltaLog({}).layout(str(uri), "created_date"),
        "read a day": lambda _: engine.read(uri, day),
        "merge into a day": lambda number: engine.merge(uri, LAYOUT, _staged(folder, number), [day]),
    }


def _staged(folder: Path, number: int) -> Path:
    staged = folder / "came" / str(number)
    staged.mkdir(parents=True, exist_ok=True)
    pq.write_table(_payments(number + 1, REAL_ROWS // 10), staged / "part.parquet")
    return staged


def _took(do: Callable[[], object]) -> Took:
    cpu, wall = tree_seconds(os.getpid()), time.monotonic()
    do()
    return Took(tree_seconds(os.getpid()) - cpu, time.monotonic() - wall, tree_bytes(os.getpid()))


def _medians(took: Sequence[Took]) -> dict[str, float]:
    return {
        "cpu_seconds": round(median(one.cpu for one in took), 3),
        "seconds": round(median(one.seconds for one in took), 3),
        "held_bytes": max(one.held_bytes for one in took),
    }
