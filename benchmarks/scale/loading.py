"""Measure a load: an archive through every table, then a run with nothing new, one more day, and the audit."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import archives
from benchmarks.contestants import ROOT
from benchmarks.process import measure
from benchmarks.scale import spark_log
from benchmarks.scale.ageing import age, tables
from benchmarks.scale.points import Point
from pipelines.delta.log import FOLDER

TIMEOUT = 24 * 3600.0
Say = Callable[[str], None]


class FailedError(Exception):
    """A run did not end well; the message says which, and why."""


def loaded(point: Point, folder: Path, say: Say) -> dict[str, Any]:
    """The figures of a point.

    Raises:
        FailedError: a run failed.
    """
    a_day = max(1, round(point.payments / point.days))
    say(f"{point.id}: simulating {point.days + 1} days of {a_day:,} payments")
    archive = archives.make(folder / "source", point.days + 1, a_day)
    days = archives.days_of(archive.folder)
    # Disputes and retries of the last payments come later; all that is not of the new day belongs to the history.
    new = days[point.days]
    archives.link_days(archive.folder, [day for day in days if day != new], folder / "home" / "raw")
    steps: dict[str, Any] = {}
    steps["first load"] = _step(point, folder, "run", say)
    if point.commits:
        say(f"{point.id}: making logs of {point.commits:,} commits")
        age(folder / "home" / "lakehouse", point.commits)
        _step(point, folder, "run", say)  # the audit looks once more, because versions are others
    sizes = stored(folder / "home")
    steps["nothing new"] = _step(point, folder, "run", say)
    archives.link_days(archive.folder, [new], folder / "home" / "raw")
    steps["one more day"] = _step(point, folder, "run", say)
    steps["audit"] = _step(point, folder, "audit", say)
    made = {k: v for k, v in asdict(archive).items() if k != "folder"}
    return {"steps": steps, "archive": made, "stored": sizes}


def stored(home: Path) -> dict[str, Any]:
    """What lies on the disk after the first load: bytes and files of data and logs by layer, and of raw files."""
    layers: dict[str, dict[str, int]] = {}
    for table in tables(home / "lakehouse"):
        layer = layers.setdefault(
            table.parent.name, dict.fromkeys(("files", "bytes", "log_files", "log_bytes"), 0)
        )
        for file in (file for file in table.rglob("*") if file.is_file()):
            kind = "log_" if FOLDER in file.parts else ""
            layer[f"{kind}files"] += 1
            layer[f"{kind}bytes"] += file.stat().st_size
    return {"layers": layers, "raw_files": sum(file.is_file() for file in (home / "raw").rglob("*"))}


def _step(point: Point, folder: Path, what: str, say: Say) -> dict[str, Any]:
    events = folder / "events"
    shutil.rmtree(events, ignore_errors=True)
    argv = [sys.executable, "-m", "benchmarks.scale.child", what]
    before = os.getloadavg()[0]
    run = measure(argv, environment(point, folder, events), ROOT, TIMEOUT)
    if run.error:
        raise FailedError(f"{point.id}: {what}: {run.error}")
    said = json.loads(run.output.strip().splitlines()[-1])
    found = {
        "cpu_seconds": round(run.cpu_seconds, 2),
        "seconds": round(run.seconds, 2),
        "peak_bytes": run.peak_bytes,
        "load_before": round(before, 1),
        **{key: value for key, value in said.items() if key != "spans"},
    }
    if point.engine == "spark" and what == "run":
        for name, tasks in spark_log.tasks(events, said["spans"]).items():
            found["tables"][name]["tasks"] = asdict(tasks)
    say(f"{point.id}: {what}: {run.cpu_seconds:,.1f} processor s, {run.seconds:,.1f} s")
    return found


def environment(point: Point, folder: Path, events: Path) -> Mapping[str, str]:
    """What a run is told: one table after another, so that what each takes can be told apart."""
    given = {
        **os.environ,
        "VERMEIL_HOME": str(folder / "home"),
        "VERMEIL_ENGINE": point.engine,
        "VERMEIL_TABLES_AT_ONCE": "1",
        "VERMEIL_TOKEN_KEY": bytes(range(32)).hex(),
    }
    for name in ("VERMEIL_RAW", "VERMEIL_LAKEHOUSE"):
        given.pop(name, None)
    if point.engine == "spark":
        conf = json.loads(given.get("VERMEIL_SPARK_CONF") or "{}")
        given["VERMEIL_SPARK_CONF"] = json.dumps({**conf, **spark_log.logging_to(events)})
    return given
