"""Kill runs of the pipeline, run it again, and compare what is there with what an undisturbed run leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from pipelines.delta import releases
from pipelines.settings import load_settings
from tests.same_rows import differing, tables_at

ROOT = Path(__file__).resolve().parents[2]
BATCH_BYTES = 150_000

Json = dict[str, Any]

OWN_ENGINE = pytest.mark.skipif(
    load_settings().engine.startswith("sc://"),
    reason="kills the process that holds the engine: a cluster's is not ours",
)


@dataclass(frozen=True)
class Ended:
    """What became of a process.

    Attributes:
        killed: it was killed; otherwise it came to its end.
        code: its exit code; the negative number of the signal that ended it.
        at: the moment at which it was killed, where it was watched.
        moments: all that it went through, where it was watched.
        error: the trace of what it failed with.
    """

    killed: bool
    code: int
    seconds: float
    at: str | None = None
    moments: list[str] = field(default_factory=list)
    outcomes: list[Any] = field(default_factory=list)
    balanced: bool | None = None
    error: str = ""


class Server:
    """The process that forks runs; see ``tests/kills/server.py``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self._answer()["ready"]

    def do(self, home: Path, *steps: Json, raw: Path | str | None = None, **how: Any) -> Ended:
        """Do steps on a lakehouse in a process of its own, killed as ``how`` says."""
        assert self._process.stdin is not None
        job = {
            "home": str(home),
            "raw": str(raw or home / "raw"),
            "batch_bytes": BATCH_BYTES,
            "steps": steps or [{"do": "run"}],
            **how,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return Ended(**self._answer())

    def whole(self, home: Path, *steps: Json, **how: Any) -> Ended:
        """Do steps to their end."""
        ended = self.do(home, *steps, **how)
        assert ended.code == 0, ended.error
        assert not any(failed for _, _, failed in ended.outcomes), ended.outcomes
        return ended

    def _answer(self) -> Json:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server of runs has ended"
        answer: Json = json.loads(line)
        return answer


@contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    """A server of runs, ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.server", *arguments],
        cwd=ROOT,
        env={**os.environ, "RUST_LOG": "error"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)


def faults(home: Path, expected: Path) -> list[str]:
    """What is wrong with a lakehouse after the run that followed a kill; empty for a sound one."""
    lakehouse, other = home / "lakehouse", expected / "lakehouse"
    found = [f"{name} differs" for name in differing(lakehouse, other)]
    found += [f"staging is left: {path}" for path in (lakehouse / "_staging").rglob("*") if path.is_file()]
    found += [f"a part is left: {path}" for path in lakehouse.rglob(".*.part")]
    return found + unreleased(lakehouse)


def unreleased(lakehouse: Path) -> list[str]:
    """Tables whose released version is not the current one after a run that ended well."""
    last = releases.latest(str(lakehouse))
    versions = dict(last.versions) if last else {}
    return [
        f"{name} is released at version {versions.get(name)}, and is at {version}"
        for name, folder in tables_at(lakehouse).items()
        if versions.get(name) != (version := DeltaTable(folder).version())
    ]
